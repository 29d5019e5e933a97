/*
 * The model: what a profile is, whatever format it came in.
 *
 * A profile says what was measured (sample types), how often which stack was met
 * with which labels (samples, with a value for each type), and what it knows of
 * the whole (header, comments). Strings, frames, stacks and label sets are rows of
 * a dictionary, which it shares with other profiles and which must outlive it.
 *
 *	dict_init(&dict);
 *	profile_init(&total, &dict);
 *	profile_init(&part, &dict);
 *	while (format_next(&reader, &part))   // profile_begin(), then rows
 *		profile_append(&total, &part);
 *
 * Samples with the same stack and labels are one row whose values are added. Sums
 * saturate at the ends of int64, and `saturated` counts how often.
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
	uint64_t *frac;    /* 10^-18ths to be added to v; NULL when there are none */
	uint32_t nprofile; /* of the profiles that were appended: those with this type */
};

/* What a profile says about itself as a whole. All fields may be 0. */
struct header {
	str_id period_type, period_unit;
	int64_t period;
	int64_t time;     /* when it began, in ns since 1970 */
	int64_t duration; /* in ns; of an appended profile the sum, as google/pprof has it */
	/*
	 * When the last of the profiles that were appended ended, in ns since 1970; 0:
	 * time + duration. The fact window_ns=, end - time, keeps it in a pprof file.
	 */
	int64_t end;
	str_id default_type; /* a sample type's name */
	str_id doc_url;
	str_id drop_frames, keep_frames; /* regular expressions, see query/filter.h */
	map_id main_map;                 /* the program's own; see profile_main_map() */
	bool mixed_periods; /* profiles of different period types: there is no one period */
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
	struct table sample;  /* struct sample; its index has rows of long chains only */
	uint32_t *newest;     /* by stack: the newest sample with it, or 0 */
	size_t nnewest;       /* stacks that newest has room for */
	uint32_t *older;      /* by sample: the one with the same stack before it, or 0 */
	size_t cap;           /* samples that older and the columns have room for */
	struct table comment; /* see profile_add_comment() */
	struct observation *observation;
	size_t nobservation, observation_cap;
	bool keep_times;    /* profile_observe() keeps what it is given */
	uint32_t nprofile;  /* profiles that this one is the sum of */
	uint64_t saturated; /* sums that hit the end of int64 */
};

/* An empty profile: what profile_append() adds to. */
void profile_init(struct profile *p, struct dictionary *dict);
void profile_release(struct profile *p);

/* Make p empty again. Memory and keep_times stay. */
void profile_clear(struct profile *p);

/* The same, and p counts as one profile: what a reader fills. */
void profile_begin(struct profile *p);

/*
 * Add all of `from` to `to`, which may have another dictionary. The sum depends
 * neither on the order in which profiles are appended, nor on how they are
 * grouped, nor on the order of their sample types; but rows are in order of
 * appearance. In particular:
 *
 * - `to` has the types of both. Where their lists differ, types are in byte order.
 *   A type in two units of the same kind (ns and ms) is kept in the finer one.
 * - Durations add up, windows unite, the period is the larger one, and of names
 *   that differ the first in byte order stays. Of different period types none does.
 * - Facts that count something are added up, other comments are kept once.
 */
void profile_append(struct profile *to, const struct profile *from);

/* The same, and `from` is empty afterwards: an empty `to` takes its memory. */
void profile_move(struct profile *to, struct profile *from);

/* When the profile's window ended, in ns since 1970; 0 if it does not know when it began. */
int64_t profile_end(const struct header *h);

/* Samples and values */

static inline const struct sample *profile_sample(const struct profile *p, sample_id id)
{
	return table_row(&p->sample, id.i);
}

/* The row of a sample with this stack and these labels. For many, see adder.h. */
sample_id profile_add_sample(struct profile *p, stack_id stack, label_set_id labels);

/* So many samples may follow: room for them is made at once. */
void profile_expect(struct profile *p, size_t nsample);

/*
 * The column of a sample type. A type that is there in another unit of the same
 * kind keeps one column in the finer unit: *scale is what values must be
 * multiplied with.
 */
uint32_t profile_column(struct profile *p, str_id type, str_id unit, int64_t *scale);

/* Add to a sample's value; frac is in 10^-18ths, below FRAC_ONE. */
#define FRAC_ONE UINT64_C(1000000000000000000)
void profile_add_value(struct profile *p, uint32_t col, sample_id sample, int64_t v);
void profile_add_frac(struct profile *p, uint32_t col, sample_id sample, uint64_t frac);

static inline int64_t profile_value(const struct profile *p, uint32_t col, sample_id sample)
{
	return p->col[col].v[sample.i];
}

/*
 * The value v of the sample in that column, which was added to its sum, was
 * measured at `time` (ns). Kept beside the sums, and only with keep_times.
 */
void profile_observe(struct profile *p, uint64_t time, sample_id sample, uint32_t col, int64_t v);

/* a + b and a * b, ending at the ends of int64. */
int64_t sat_add(struct profile *p, int64_t a, int64_t b);
int64_t sat_mul(struct profile *p, int64_t a, int64_t b);

/*
 * Give every sample another stack and other labels: sample i becomes to[i], and
 * is left out when keep (if not NULL) has 0 for it. Samples that become the same
 * are added up. Both arrays have p->sample.n elements, of which 0 is not used.
 */
void profile_remap(struct profile *p, const struct sample *to, const uint8_t *keep);

/* A new profile with p's header and comments and n of its samples. */
void profile_init_part(struct profile *part, const struct profile *p, const sample_id *samples,
		       size_t n);

/*
 * Multiply all values with num / den (both above 0), and make them integers. The
 * total of each column, base side and new side apart, is the exact one rounded
 * (halves away from zero): values are rounded down, and what is missing goes to
 * those with the largest remainders, ties to the earlier row. Returns how many values
 * that were not 0 are 0 now.
 */
uint64_t profile_scale(struct profile *p, uint64_t num, uint64_t den);

/* Make fractions integers in the same way. */
uint64_t profile_round(struct profile *p);

/* The mapping of the program itself, as far as it is known: else that of the first frame. */
map_id profile_main_map(const struct profile *p);

/* Remove a column. */
void profile_drop_column(struct profile *p, uint32_t col);

/* The column that the profile means by default: default_type, else the last. */
uint32_t profile_default_column(const struct profile *p);

/*
 * Comments. Facts "key=NUMBER" that count something (lost, truncated, cpu_time_ns
 * ...) are added up; other comments are kept once, in order of appearance.
 */
void profile_add_comment(struct profile *p, struct str text);

static inline size_t profile_ncomment(const struct profile *p)
{
	return p->comment.n - 1;
}

/* Comment i, counted from 0. */
str_id profile_comment(const struct profile *p, size_t i);

/* The value of the fact "key=value", or an empty slice. */
struct str profile_fact(const struct profile *p, struct str key);

/* Take the facts that count something out, as those of another part hold them. */
void profile_drop_counts(struct profile *p);

#endif
