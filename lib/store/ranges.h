/*
 * A remote file that is fetched on demand, in pages. Each byte has the address that it would
 * have if the whole file were in memory.
 */
#ifndef STORE_RANGES_H
#define STORE_RANGES_H

#include "io/in.h"
#include "s3/s3.h"

struct ranges {
	struct s3 *s3;
	struct s3_object object;
	struct in *in; /* gets the errors */
	struct str bytes;
	uint8_t *has; /* by page */
};

/* Fetch what `in` reads from now on. All arguments must stay valid. False with an error. */
bool ranges_open(struct ranges *r, struct s3 *s3, const char *name, uint64_t size, struct in *in);
void ranges_close(struct ranges *r);

/*
 * Fetch the ends of several files side by side, 32 KiB at least: the index of a block is there.
 * What does not arrive is fetched when it is read.
 */
void ranges_fetch_ends(struct ranges *const *r, size_t n);

#endif
