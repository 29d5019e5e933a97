/*
 * Series: what profiles that are stored together have in common. They are usually of one
 * program in one place. A series is a set of labels, the sample types and the period type,
 * in canonical form: equal series have equal bytes.
 *
 * A profile's labels are those of its samples. A text label that all samples have becomes a
 * label of the series; so does every label that the user gives for the whole profile. Numbers
 * stay with the samples, as do labels of single requests (span_id, trace_id), which have too
 * many values for an index.
 */
#ifndef STORE_SERIES_H
#define STORE_SERIES_H

#include "base/vec.h"
#include "profile/profile.h"
#include "query/select/selector.h"

struct series_label {
	struct str key, str, unit;
	bool is_num;
	int64_t num;
};

struct series_type {
	struct str type, unit;
};

/* The texts are slices of the bytes that were given to series_get(). */
struct series {
	struct str bytes;
	VEC(struct series_label) label; /* in byte order of keys, then values */
	VEC(struct series_type) type;
	struct str period_type, period_unit;
};

/*
 * Room for exactly n elements, if they are few, in place of a vector's usual 16: an index has
 * thousands of series, most with two or three labels and a type.
 */
enum { FEW = 16 };
#define vec_reserve_few(vec, n)                                                                    \
	do {                                                                                       \
		size_t few_ = min_size((n), FEW), size_ = sizeof(*(vec)->v);                       \
                                                                                                   \
		if ((vec)->cap < few_) {                                                           \
			(vec)->v = mem_resize((vec)->v, (vec)->cap * size_, few_ * size_);         \
			(vec)->cap = few_;                                                         \
		}                                                                                  \
	} while (0)

void series_release(struct series *s);

/* Read a series from its bytes, which must outlive it. False if they are malformed. */
bool series_get(struct series *s, struct str bytes);

/* Append the bytes of the series with those labels and p's types. */
void series_put(struct buf *b, const struct profile *p, label_set_id labels);

/* The same with the types of another series, and the labels of a set of d. */
void series_put_relabelled(struct buf *b, const struct series *s, const struct dictionary *d,
			   label_set_id labels);

/*
 * Split the labels of a profile: return those of the series, and set labels[i] to those that
 * sample i keeps. fixed: labels of the series that replace those with the same key.
 */
label_set_id series_split(struct profile *p, label_set_id fixed, label_set_id *labels);

/* The set of the series' labels in a dictionary. */
label_set_id series_labels(const struct series *s, struct dictionary *d);

/* Append the profile type id of a column. */
void series_type_id(const struct series *s, size_t col, struct buf *id);

/* The value of the text label with that key, or an empty slice. */
struct str series_value(const struct series *s, struct str key);

/*
 * The name of the series' group, a slice of its bytes: the value of service_name. The profiles
 * of a group are stored together, with one dictionary.
 */
struct str series_group(const struct series *s);

/*
 * May the selector select samples of the series? keys: the keys of labels that samples have
 * and the series lacks; matchers of these may match or not. *exact: the series alone decides,
 * and all samples are selected.
 */
bool series_selected(const struct series *s, struct selector *selector, const struct str *keys,
		     size_t nkeys, bool *exact);

#endif
