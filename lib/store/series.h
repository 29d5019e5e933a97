/*
 * Series: what is common to profiles that are stored together, which are those of one
 * program in one place. A series is a set of labels, the sample types and the period
 * type, written in one way only: equal series have equal bytes.
 *
 * A profile's labels are those of its samples. A text label that all samples have goes to
 * the series; so does every label that the user gives for the whole profile. Numbers stay
 * with the samples, as do labels of single requests (span_id, trace_id): their values are
 * too many for an index.
 */
#ifndef STORE_SERIES_H
#define STORE_SERIES_H

#include "base/vec.h"
#include "profile/profile.h"
#include "query/selector.h"

struct series_label {
	struct str key, str, unit;
	bool is_num;
	int64_t num;
};

struct series_type {
	struct str type, unit;
};

/* The texts are slices of the bytes that it was read from. */
struct series {
	struct str bytes;
	VEC(struct series_label) label; /* in byte order of keys, then values */
	VEC(struct series_type) type;
	struct str period_type, period_unit;
};

void series_release(struct series *s);

/* Read a series from its bytes, which must stay. False if they are malformed. */
bool series_get(struct series *s, struct str bytes);

/* Append the bytes of the series with those labels and p's types. */
void series_put(struct buf *b, const struct profile *p, label_set_id labels);

/* The same with the types of another series, and the labels of a set of d. */
void series_put_relabelled(struct buf *b, const struct series *s, const struct dictionary *d,
			   label_set_id labels);

/*
 * Take the labels of a profile apart: those of the series are returned, and labels[i]
 * becomes what sample i keeps. fixed: labels that replace those of the same key.
 */
label_set_id series_split(struct profile *p, label_set_id fixed, label_set_id *labels);

/* The set of the series' labels in a dictionary. */
label_set_id series_labels(const struct series *s, struct dictionary *d);

/* Append the profile type id of a column. */
void series_type_id(const struct series *s, size_t col, struct buf *id);

/* The value of the text label with that key, or an empty slice. */
struct str series_value(const struct series *s, struct str key);

/*
 * The profiles of a group are stored together, with one dictionary: those with the same
 * service_name. It is a slice of the series' bytes.
 */
struct str series_group(const struct series *s);

/*
 * May the selector select samples of the series? keys: of the labels that samples have
 * beside those of the series; matchers of these names may hold or not. *exact: nothing
 * else has to be known, all samples are selected.
 */
bool series_selected(const struct series *s, struct selector *selector, const struct str *keys,
		     size_t nkeys, bool *exact);

#endif
