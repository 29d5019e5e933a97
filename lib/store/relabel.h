/*
 * Renaming and dropping labels in a store, both of series and of samples. Each block that has
 * such a label is atomically replaced by a new one.
 */
#ifndef STORE_RELABEL_H
#define STORE_RELABEL_H

#include "store/compact.h"
#include "store/series.h"

struct relabel_rule {
	struct str from, to; /* to.n == 0: the label is dropped */
};

/* Rules apply one after the other. A label that already has the new name is replaced. */
struct relabel VEC_OF(struct relabel_rule);

/* The set after the rules, in the same dictionary. */
label_set_id relabel_set(const struct relabel *r, struct dictionary *d, label_set_id set);

/* Append the bytes of the series after the rules. */
void relabel_series(const struct relabel *r, const struct series *s, struct buf *bytes);

/*
 * Turn logs into blocks, then relabel all blocks. *nlog: the number of logs that are being
 * written, which stay as they are. False if anything failed; result as in compact.h.
 */
bool store_relabel(const char *dir, const struct relabel *r, struct compact_result *result,
		   uint64_t *nlog);

#endif
