/*
 * The model: what a profile is, whatever format it came in.
 *
 * Tables of small fixed rows, each row kept once; row 0 of every table means
 * "none". A stack is a run of locations, root first, kept once as a whole: equal
 * stacks have equal numbers, and totals, filters and diffs are loops over frames
 * that lie side by side.
 *
 * Reading appends: reading a second profile into the same struct is merging
 * them. Samples with the same stack and labels become one row whose values are
 * added. Sums saturate at the ends of int64 and are counted in `saturated`.
 *
 * Everything a profile holds lives until profile_release(). A pointer to a row
 * is valid until the next row of that table (for frames: the next stack) is added.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include "base/buf.h"
#include "base/strings.h"
#include "base/table.h"

/* Row numbers, one type a table, so that mixing them up does not compile. */
typedef struct {
	uint32_t i;
} str_id;
typedef struct {
	uint32_t i;
} func_id;
typedef struct {
	uint32_t i;
} map_id;
typedef struct {
	uint32_t i;
} loc_id;
typedef struct {
	uint32_t i;
} stack_id;
typedef struct {
	uint32_t i;
} label_id;
typedef struct {
	uint32_t i;
} labels_id;
typedef struct {
	uint32_t i;
} sample_id;

struct func {
	str_id name;    /* for people */
	str_id linkage; /* as the symbol table has it, if that differs or is known */
	str_id file;
	uint32_t line; /* where the function begins; 0 if not known */
};

/* What a mapping's pprof message claims about its locations. */
enum map_flag { MAP_FUNCTIONS = 1, MAP_FILENAMES = 2, MAP_LINES = 4, MAP_INLINES = 8 };

/*
 * A binary (or module, or JIT map) that was mapped. Where it was mapped is not
 * part of what it is: address-space randomisation must not split frames.
 */
struct mapping {
	str_id file, build_id;
	uint64_t size;   /* bytes mapped; 0 if not known */
	uint64_t offset; /* in the file */
	uint64_t one;    /* 1: a mapping of which nothing is known is not "none" */
	/* Payload: the least start seen, and all flags seen. */
	uint64_t start;
	uint32_t flags, zero;
};

enum loc_flag {
	LOC_INLINED = 1, /* into its caller, which has the same address */
	LOC_KERNEL = 2,  /* see mapping_flags() */
	LOC_JIT = 4,     /* likewise */
	LOC_FOLDED = 8,  /* pprof is_folded: the linker merged identical code */
	LOC_ADDR = 16,   /* addr is known */
	LOC_JOINED = 32, /* inlined, and a JIT's symbol "a->b" said so */
};

/* A place in the code, as a frame shows it. An inlined call is its own frame. */
struct loc {
	uint64_t addr; /* relative to the mapping's start; see LOC_ADDR */
	map_id map;
	func_id func;
	uint32_t line, column;
	uint32_t flags;
	uint32_t one; /* 1: a frame of which nothing is known is not "none" */
};

/* A stack's frames are n of profile.frames from `first`. See profile_frames(). */
struct stack {
	uint64_t first;
	uint32_t n;
	sample_id sample; /* the newest one with this stack, if any: a hint */
};

struct label {
	str_id key;
	str_id str;  /* the value of a text label */
	str_id unit; /* of a numeric one */
	uint32_t is_num;
	int64_t num;
};

/* A set of labels is a list, sorted by label number, sharing its tails. */
struct labels {
	labels_id rest; /* smaller than this row's own number */
	label_id label;
};

struct sample {
	stack_id stack; /* 0 for a sample without frames */
	labels_id labels;
};

_Static_assert(sizeof(struct func) == 16, "no padding");
_Static_assert(sizeof(struct mapping) == 48, "no padding");
_Static_assert(sizeof(struct loc) == 32, "no padding");
_Static_assert(sizeof(struct label) == 24, "no padding");
_Static_assert(sizeof(struct labels) == 8, "no padding");
_Static_assert(sizeof(struct sample) == 8, "no padding");

/* One sample type: a value for each sample. */
struct column {
	str_id type, unit; /* "cpu", "nanoseconds" */
	int64_t *v;        /* by sample row */
	uint64_t *frac;    /* 10^-18ths to be added to v; NULL when there are none */
	uint32_t nprofile; /* profiles that had this type */
	uint32_t last;     /* the last of them, counted from 1 */
};

/* What a profile says about itself as a whole. All fields may be 0. */
struct header {
	str_id period_type, period_unit;
	int64_t period;
	int64_t time;        /* when it began, in ns since 1970 */
	int64_t duration;    /* in ns */
	str_id default_type; /* a sample type's name */
	str_id doc_url;
	str_id drop_frames, keep_frames; /* regular expressions, see query/filter.h */
};

/* All stacks and their frames. */
struct stacks {
	loc_id *frames; /* of all stacks, one after the other */
	size_t nframe, frame_cap;
	struct stack *row;
	uint32_t n; /* stacks, the empty one included */
	size_t cap;
	struct index index;
	uint32_t next; /* the one that may be asked for next */
};

struct profile {
	struct strings str;
	struct table func, mapping, loc, label, labels;
	struct stacks stack;
	struct table sample;
	sample_id bare; /* the sample without stack and labels, once there is one */
	uint64_t *time; /* by sample row, in ns; NULL unless timed */
	size_t cap;     /* samples that time and the columns have room for */
	struct column *col;
	size_t ncol, col_cap;
	struct header head;
	str_id *comment; /* without duplicates, in order of appearance */
	size_t ncomment, comment_cap;
	uint32_t nprofile;  /* profiles begun */
	bool timed;         /* keep samples apart, in order, with their times */
	uint64_t saturated; /* additions that hit the end of int64 */
	/*
	 * Called, when set, before each profile that is read: what was read so far
	 * may be taken out of the columns, to keep the profiles of a stream apart.
	 */
	void (*before)(struct profile *p, void *arg);
	void *before_arg;
};

void profile_init(struct profile *p);
void profile_release(struct profile *p);

/* Strings */

static inline str_id profile_str(struct profile *p, struct str s)
{
	return (str_id){ strings_intern(&p->str, s) };
}

static inline struct str profile_text(const struct profile *p, str_id id)
{
	return strings_get(&p->str, id.i);
}

/* Rows by number, and the numbers of rows, which are added when they are new. */

static inline const struct func *profile_func(const struct profile *p, func_id id)
{
	return table_row(&p->func, id.i);
}

static inline const struct mapping *profile_mapping(const struct profile *p, map_id id)
{
	return table_row(&p->mapping, id.i);
}

static inline const struct loc *profile_loc(const struct profile *p, loc_id id)
{
	return table_row(&p->loc, id.i);
}

/* Is a frame inlined into its caller, as far as one address can say? */
static inline bool profile_continues(const struct profile *p, loc_id caller, loc_id callee)
{
	const struct loc *l = profile_loc(p, callee), *outer = profile_loc(p, caller);

	return l->flags & LOC_INLINED && outer->addr == l->addr && outer->map.i == l->map.i &&
	       !((outer->flags ^ l->flags) & (LOC_ADDR | LOC_FOLDED));
}

/* The frames of a stack, root first, and their number. */
static inline const loc_id *profile_frames(const struct profile *p, stack_id id, size_t *n)
{
	const struct stack *s = &p->stack.row[id.i];

	*n = s->n;
	return p->stack.frames + s->first;
}

static inline const struct label *profile_label(const struct profile *p, label_id id)
{
	return table_row(&p->label, id.i);
}

static inline const struct labels *profile_labels(const struct profile *p, labels_id id)
{
	return table_row(&p->labels, id.i);
}

static inline const struct sample *profile_sample(const struct profile *p, sample_id id)
{
	return table_row(&p->sample, id.i);
}

static inline func_id profile_add_func(struct profile *p, struct func f)
{
	return (func_id){ table_intern(&p->func, &f) };
}

static inline loc_id profile_add_loc(struct profile *p, struct loc l)
{
	l.one = 1;
	return (loc_id){ table_intern(&p->loc, &l) };
}

/* The stack of these n frames, root first, which are copied when it is new. */
stack_id profile_add_stack(struct profile *p, const loc_id *frames, size_t n);

/* So many samples may follow: what finds them had better be large enough at once. */
void profile_expect(struct profile *p, size_t nsample);

/*
 * Many samples at once: the same as adding each stack and sample in turn, but
 * looking at memory ahead of need. With 300,000 stacks nearly every look-up
 * waits for memory, and this does most of the waiting at the same time.
 *
 * The frames of sample i are frames[first] and so on; its row is put in .row.
 */
struct batch_sample {
	size_t first, n;
	labels_id labels;
	uint32_t hash;  /* scratch */
	stack_id stack; /* scratch */
	sample_id row;
};
void profile_add_batch(struct profile *p, const loc_id *frames, struct batch_sample *batch,
		       size_t n);

/* Also lowers the known start and adds the flags of a mapping seen before. */
map_id profile_add_mapping(struct profile *p, struct mapping m);

/*
 * The set with one label more. A label may stand in a set twice.
 */
labels_id profile_add_label(struct profile *p, labels_id set, struct label l);

/* The set without the labels of that key. */
labels_id profile_drop_label(struct profile *p, labels_id set, str_id key);

/* The first label of that key in the set, or NULL. */
const struct label *profile_find_label(const struct profile *p, labels_id set, str_id key);

/*
 * Does a mapping's file name say kernel ("[kernel.kallsyms]", "vmlinux", a
 * module, a BPF program) or JIT (a perf map, a jitdump image)? LOC_KERNEL,
 * LOC_JIT or 0. The pseudo-files of a process, [vdso] and the like, are neither.
 */
uint32_t mapping_flags(struct str file);

/*
 * The name that a frame shows: the function's, else "[binary]" after the
 * mapping, else "[unknown]". Numbered, because views compare names.
 */
str_id profile_frame_name(struct profile *p, loc_id loc);

/* Samples and values */

/*
 * The row of a sample with this stack and these labels. When the profile is
 * timed, always a new row; `time` is in ns.
 */
sample_id profile_add_sample(struct profile *p, stack_id stack, labels_id labels, uint64_t time);

/*
 * The column of a sample type of the current profile. A type that is there in
 * another unit of the same kind (ns and ms, bytes and kB) keeps one column in
 * the finer unit: *scale is what values must be multiplied with.
 */
uint32_t profile_column(struct profile *p, str_id type, str_id unit, int64_t *scale);

/* Add to a sample's value; frac is in 10^-18ths, below 1. */
void profile_add_value(struct profile *p, uint32_t col, sample_id sample, int64_t v);
void profile_add_frac(struct profile *p, uint32_t col, sample_id sample, uint64_t frac);

/* a + b and a * b, ending at the ends of int64. */
int64_t sat_add(struct profile *p, int64_t a, int64_t b);
int64_t sat_mul(struct profile *p, int64_t a, int64_t b);

static inline int64_t profile_value(const struct profile *p, uint32_t col, sample_id sample)
{
	return p->col[col].v[sample.i];
}

/*
 * Give every sample another stack and other labels: sample i becomes to[i], and
 * is left out when keep (if not NULL) has 0 for it. Samples that become the same
 * are added up. Both arrays have p->sample.n elements, of which 0 is not used.
 */
void profile_remap(struct profile *p, const struct sample *to, const uint8_t *keep);

/*
 * A profile of n of p's samples, which shares all else with p. Until
 * profile_rejoin() only the part may be used, and it may be written, but not
 * read into. profile_rejoin() ends the part.
 */
struct profile profile_part(const struct profile *p, const sample_id *samples, size_t n);
void profile_rejoin(struct profile *p, struct profile *part);

/* Multiply all values with a factor, rounding halves away from zero. */
void profile_scale(struct profile *p, double factor);

/* Remove a column. */
void profile_drop_column(struct profile *p, uint32_t col);

/* The column that the profile means by default: default_type, else the last. */
uint32_t profile_default_column(const struct profile *p);

/*
 * Profiles. A reader calls profile_begin() for each one it finds, then adds
 * columns, samples and comments, and merges what the profile says of itself
 * with profile_describe().
 */
void profile_begin(struct profile *p);

/*
 * Merge a header: the window covers both, the period is the larger, and where
 * names differ the smaller in byte order stays, so that the order of inputs
 * does not matter. False when the period types contradict each other.
 */
bool profile_describe(struct profile *p, const struct header *h);

/*
 * A comment. Facts "key=NUMBER" that count something (lost, truncated,
 * cpu_time_ns ...) are added up; other comments are kept once.
 */
void profile_add_comment(struct profile *p, struct str text);

/* The value of the fact "key=value", or an empty slice. */
struct str profile_fact(const struct profile *p, struct str key);

/*
 * All profiles have been read: keep the sample types that all of them had (the
 * others are appended to *dropped, as "type/unit" separated by ", "), and round
 * fractions, half away from zero.
 */
void profile_settle(struct profile *p, struct buf *dropped);

#endif
