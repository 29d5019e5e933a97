/*
 * Shared parts of the legacy pprof formats: stacks of addresses, leaf first, whose binaries
 * or names come at the end of the file.
 *
 *	legacy_begin(&l, in, p);
 *	legacy_column(&l, S("objects"), S("count"));
 *	legacy_address(&l, 0x42ecc2); ...
 *	legacy_sample(&l, values);
 *	legacy_read_maps(&l) or legacy_name(&l, ...)
 *	legacy_end(&l);
 */
#ifndef FORMAT_LEGACY_PPROF_LEGACY_STACKS_H
#define FORMAT_LEGACY_PPROF_LEGACY_STACKS_H

#include "format/legacy_pprof/memory_map.h"
#include "io/in.h"

enum { LEGACY_COLUMNS = 4 };

struct legacy_sample {
	size_t first; /* in legacy.addresses, or in legacy.named if has_names */
	uint32_t n;
	bool has_names;
	label_set_id labels;
	int64_t value[LEGACY_COLUMNS];
};

/* The function at an address. */
struct legacy_name {
	uint64_t address; /* the key */
	func_id func;     /* payload */
	uint32_t line;
};
_Static_assert(sizeof(struct legacy_name) == 16, "no padding");

struct legacy {
	struct in *in;
	struct profile *p;
	uint32_t col[LEGACY_COLUMNS];
	size_t ncol;
	VEC(uint64_t) addresses;
	VEC(loc_id) named; /* frames with names, leaf first, of samples that have them */
	VEC(struct legacy_sample) samples;
	size_t next; /* the first address of the current sample */
	struct memory_map map;
	struct table names; /* struct legacy_name */
};

void legacy_begin(struct legacy *l, struct in *in, struct profile *p);

/* The period, and a sample type. */
void legacy_period(struct legacy *l, struct str type, struct str unit, int64_t period);
void legacy_column(struct legacy *l, struct str type, struct str unit);

/* Add an address to the current sample; 0 means nothing and is left out. */
void legacy_address(struct legacy *l, uint64_t address);

/*
 * Add the addresses of a text, all words "0x42ecc3". They are return addresses, from which 1
 * is subtracted to get the call, except for the first `exact` of the sample. False, after
 * in_fail(), if one does not fit in 64 bits.
 */
bool legacy_addresses(struct legacy *l, struct str text, size_t exact);

/* The number of addresses of the current sample. */
static inline size_t legacy_depth(const struct legacy *l)
{
	return l->addresses.n - l->next;
}

/* Finish the current sample, with a value for each column. */
struct legacy_sample *legacy_sample(struct legacy *l, const int64_t *value);

/* Add a frame with a name to the last sample, in place of its addresses. */
void legacy_named_frame(struct legacy *l, loc_id frame);

/* The function at an address; its frames lose the address. */
void legacy_name(struct legacy *l, uint64_t address, struct str name, struct str file,
		 uint32_t line);

/* Does the line come before the binaries? */
bool legacy_begins_maps(struct str line);

/* Does another profile begin with the next line? Not "--- Thread": that is a part of one. */
bool legacy_profile_follows(struct in *in);

/*
 * Read lines to the end of the input, or to the beginning of another profile: those after
 * "MAPPED_LIBRARIES:" are the binaries. in_maps: that line was already read.
 */
void legacy_read_maps(struct legacy *l, bool in_maps);

/* Add everything to the profile, and release it. */
void legacy_end(struct legacy *l);

/* The leaf may occur twice, from the signal and from the unwinder: leave the second out. */
void legacy_drop_double_leaves(struct legacy *l);

/* The kinds of legacy profiles, by their first line that is neither blank nor a comment. */
enum legacy_kind {
	LEGACY_NONE,
	LEGACY_HEAP,       /* "heap profile: 3: 4096 [ 7: 8192] @ heap_v2/524288" */
	LEGACY_JEMALLOC,   /* "heap_v2/524288" */
	LEGACY_COUNT,      /* "goroutine profile: total 7" */
	LEGACY_CONTENTION, /* "--- contentionz 1 ---", "--- mutex:" */
	LEGACY_THREADS,    /* "--- threadz 1 ---", "--- Thread 7f79 (name: main/1) stack: ---" */
	LEGACY_JAVA_HEAP,  /* "--- heapz 1 ---" */
};
enum legacy_kind legacy_kind(struct str line);

/* Readers of the kinds, after their first line. */
void legacy_read_heap(struct legacy *l, struct str header);
void legacy_read_jemalloc(struct legacy *l, struct str header);
void legacy_read_count(struct legacy *l, struct str header);
void legacy_read_contention(struct legacy *l);
void legacy_read_threads(struct legacy *l, struct str header);
void legacy_read_java_heap(struct legacy *l);

/* Samples and names of a Java profile, from this line on. */
enum legacy_java { JAVA_HEAP, JAVA_CONTENTION };
void legacy_read_java_samples(struct legacy *l, struct str line, enum legacy_java kind,
			      int64_t period);

/* A line with a name after the samples of a text or binary profile of Java. */
void legacy_read_java_name(struct legacy *l, struct str line);

/*
 * Scale up a sample of this many objects and bytes: each byte was sampled with the
 * probability 1/rate, so an object of size S/N with 1 - exp(-(S/N)/rate). Sums are cut to
 * integers as in google/pprof. A rate of 0 or 1 changes nothing.
 */
void legacy_unsample(int64_t *count, int64_t *bytes, int64_t rate);

/* v rounded towards 0; saturates. */
int64_t legacy_integer(double v);

/* "# 0x4a5f main.work+0x1f /src/main.go:12" and "# labels: {...}" after a Go sample. */
void legacy_read_go_comment(struct legacy *l, struct str line);

#endif
