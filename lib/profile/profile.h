/*
 * The model of a profile, which all formats share.
 *
 * A profile has sample types (what was measured), samples (a stack and labels, with a
 * value for each type), and a header and comments about the profile as a whole. Strings,
 * frames, stacks and label sets are rows of a dictionary, which it shares with other
 * profiles and which must outlive it.
 *
 *	dict_init(&dict);
 *	profile_init(&total, &dict);
 *	profile_init(&part, &dict);
 *	while (format_next(&reader, &part))   // profile_begin(), then rows
 *		profile_append(&total, &part);
 *
 * Samples with the same stack and labels are one row whose values are added. Sums
 * saturate at the limits of int64, and `saturated` counts how often.
 *
 * A pointer to a row is valid until the next row of that kind is added.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include "base/buf.h"
#include "profile/dictionary.h"

typedef struct {
	uint32_t i;
} sample_id;

struct sample {
	stack_id stack; /* 0 for a sample without frames */
	label_set_id labels;
};

_Static_assert(sizeof(struct sample) == 8, "no padding");

/* One sample type: a value for each sample. */
struct column {
	str_id type, unit; /* "cpu", "nanoseconds" */
	int64_t *v;        /* by sample row */
	uint64_t *frac;    /* fractions to be added to v, in units of 10^-18; NULL = none */
	uint32_t nprofile; /* appended profiles that have this type */
};

/* Facts about the profile as a whole. All fields may be 0. */
struct header {
	str_id period_type, period_unit;
	int64_t period;
	int64_t time;     /* when it began, in ns since 1970 */
	int64_t duration; /* in ns; appending adds durations, as google/pprof does */
	/*
	 * When the last of the appended profiles ended, in ns since 1970; 0 means
	 * time + duration. A pprof file holds it as the fact window_ns=, end - time.
	 */
	int64_t end;
	str_id default_type; /* a sample type's name */
	str_id doc_url;
	str_id drop_frames, keep_frames; /* regular expressions, see query/select/filter.h */
	map_id main_map;                 /* the program's own; see profile_main_map() */
	bool mixed_periods; /* profiles of different period types: the sum has no period */
};

/* A value of a sample at a time: see profile_observe(). */
struct observation {
	uint64_t time; /* ns */
	sample_id sample;
	uint32_t col;
	int64_t value;
};

struct profile {
	struct dictionary *dict;
	struct header head;
	struct column *col;
	size_t ncol, col_cap;
	struct table
		sample;   /* struct sample; its index has rows of long chains only, see samples.c */
	uint32_t *newest; /* by stack: the newest sample with it, or 0 */
	size_t nnewest;   /* stacks that newest has room for */
	uint32_t *older;  /* by sample: the previous one with the same stack, or 0 */
	uint32_t next;    /* the sample that the next look-up tries first */
	size_t cap;       /* samples that older and the columns have room for */
	struct table comment; /* see profile_add_comment() */
	struct observation *observation;
	size_t nobservation, observation_cap;
	bool keep_times;    /* profile_observe() keeps observations */
	uint32_t nprofile;  /* profiles of which this one is the sum */
	uint64_t saturated; /* sums that reached the limit of int64 */
};

/* An empty profile, for profile_append() to add to. */
void profile_init(struct profile *p, struct dictionary *dict);
void profile_release(struct profile *p);

/* Make p empty again. Memory and keep_times stay. */
void profile_clear(struct profile *p);

/* The same, and p counts as one profile, for a reader to fill in. */
void profile_begin(struct profile *p);

/*
 * Add all of `from` to `to`, which may have another dictionary. The sum depends
 * neither on the order in which profiles are appended, nor on how they are
 * grouped, nor on the order of their sample types; but rows are in order of
 * appearance. In particular:
 *
 * - `to` has the types of both. If their lists differ, types are in byte order.
 *   A type in two units of the same kind (ns and ms) is kept in the finer one.
 * - Durations are added, windows are united, and the larger period is kept. Of two
 *   different names, the first in byte order is kept; two different period types leave
 *   none.
 * - Facts that count something are added, other comments are kept once.
 */
void profile_append(struct profile *to, const struct profile *from);

/* The same, and `from` is empty afterwards: an empty `to` takes its memory. */
void profile_move(struct profile *to, struct profile *from);

/* When the profile's window ended, in ns since 1970; 0 if its beginning is not known. */
int64_t profile_end(const struct header *h);

/* Samples and values */

static inline const struct sample *profile_sample(const struct profile *p, sample_id id)
{
	return table_row(&p->sample, id.i);
}

/* The slow part of profile_add_sample(). */
sample_id profile_find_or_add_sample(struct profile *p, struct sample row);

/*
 * The row of a sample with this stack and these labels. For many, see adder.h. Profiles of one
 * program mostly list its samples in the same order, so the one after that which was asked
 * for last is tried first.
 */
static inline sample_id profile_add_sample(struct profile *p, stack_id stack, label_set_id labels)
{
	const struct sample *next = profile_sample(p, (sample_id){ p->next });

	if (p->next && p->next < p->sample.n && next->stack.i == stack.i &&
	    next->labels.i == labels.i)
		return (sample_id){ p->next++ };
	return profile_find_or_add_sample(p, (struct sample){ stack, labels });
}

/* Reserve room for about this many samples. */
void profile_expect(struct profile *p, size_t nsample);

/*
 * The column of a sample type. If the profile has the type in another unit of the same
 * kind, the two share one column in the finer unit: the caller multiplies its values
 * by *scale.
 */
uint32_t profile_column(struct profile *p, str_id type, str_id unit, int64_t *scale);

/* a + b and a * b, kept within the limits of int64; p->saturated counts the cases. */
static inline int64_t sat_add(struct profile *p, int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	p->saturated++;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

int64_t sat_mul(struct profile *p, int64_t a, int64_t b);

/* A count of 64 bits without a sign, likewise. */
static inline int64_t sat_count(struct profile *p, uint64_t v)
{
	p->saturated += v > INT64_MAX;
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* Add to a sample's value; frac is in units of 10^-18, below FRAC_ONE. */
#define FRAC_ONE UINT64_C(1000000000000000000)
static inline void profile_add_value(struct profile *p, uint32_t col, sample_id sample, int64_t v)
{
	int64_t *at = &p->col[col].v[sample.i];

	*at = sat_add(p, *at, v);
}

void profile_add_frac(struct profile *p, uint32_t col, sample_id sample, uint64_t frac);

static inline int64_t profile_value(const struct profile *p, uint32_t col, sample_id sample)
{
	return p->col[col].v[sample.i];
}

/*
 * Keep the time (ns) at which v was measured, if keep_times is set. The caller also adds
 * v to the sample's value.
 */
void profile_observe(struct profile *p, uint64_t time, sample_id sample, uint32_t col, int64_t v);

/*
 * Give every sample another stack and other labels: sample i becomes to[i], or is left
 * out if keep is not NULL and keep[i] is 0. Samples that become equal are added. Both
 * arrays have p->sample.n elements; element 0 is not used.
 */
void profile_remap(struct profile *p, const struct sample *to, const uint8_t *keep);

/* A new profile with p's header and comments and n of its samples. */
void profile_init_part(struct profile *part, const struct profile *p, const sample_id *samples,
		       size_t n);

/*
 * Multiply all values by num / den (both above 0), and make them integers. The total of
 * each column (for the base side and the new side separately) is the exact total, rounded
 * with halves away from zero: values are rounded down, and the missing units go to the
 * values with the largest remainders, ties to the earlier row. Returns how many values
 * that were not 0 have become 0.
 */
uint64_t profile_scale(struct profile *p, uint64_t num, uint64_t den);

/* The same for one column; the values of observations stay. */
uint64_t profile_scale_column(struct profile *p, uint32_t col, uint64_t num, uint64_t den);

/* Make fractions integers in the same way. */
uint64_t profile_round(struct profile *p);

/* The mapping of the program itself; if that is not known, the mapping of the first frame. */
map_id profile_main_map(const struct profile *p);

/* Remove a column. */
void profile_drop_column(struct profile *p, uint32_t col);

/*
 * The default column: that of default_type, else the last. That of a sum is what
 * type_is_better_default() (profile/type_order.h) chooses among those of its parts.
 */
uint32_t profile_default_column(const struct profile *p);

/*
 * Add a comment. Facts "key=NUMBER" that count something (lost, truncated, cpu_time_ns
 * ...) are added to the existing value; other comments are kept once, in order of
 * appearance.
 */
void profile_add_comment(struct profile *p, struct str text);

/* Add the fact "key=value"; an empty value and a count of 0 are none. */
void profile_add_fact(struct profile *p, const char *key, struct str value);
void profile_add_count(struct profile *p, const char *key, uint64_t n);

static inline size_t profile_ncomment(const struct profile *p)
{
	return p->comment.n - 1;
}

/* Comment i, counted from 0. */
str_id profile_comment(const struct profile *p, size_t i);

/* The value of the fact "key=value", or an empty slice. */
struct str profile_fact(const struct profile *p, struct str key);

/* Remove the facts that count something: for parts of a profile, of which one keeps them. */
void profile_drop_counts(struct profile *p);

#endif
