/*
 * Profiles of the Firefox Profiler: those that Firefox records ("Gecko"), and those that the
 * profiler, samply and others save ("processed", up to version 66). Threads hold samples,
 * which refer to stacks; tables, of the thread or shared by all, describe stacks:
 *
 *	sample -> stack {prefix, frame} -> frame {func, line} -> func {name, file}
 *
 * A table is a list of columns, or, in Gecko's profiles, of rows and a "schema":
 *
 *	{"length": 2, "prefix": [null, 0], "frame": [0, 1]}
 *	{"schema": {"prefix": 0, "frame": 1}, "data": [[null, 0], [0, 1]]}
 *
 * The reader goes by the keys, not by the version.
 */
#ifndef FORMAT_FIREFOX_FIREFOX_H
#define FORMAT_FIREFOX_FIREFOX_H

#include "format/json/tree_samples.h"
#include "io/out.h"

enum { FIREFOX_VERSION = 66 }; /* the newest known version of processed profiles */

/* A column of row numbers, lines and the like; -1 is null. */
struct firefox_column VEC_OF(int32_t);

enum firefox_column_name {
	STACK_PREFIX,
	STACK_PREFIX_OFFSET, /* how many rows before: version 66 */
	STACK_FRAME,
	FRAME_LOCATION, /* Gecko: a string; else */
	FRAME_FUNC,
	FRAME_LINE,
	FRAME_COLUMN,
	FRAME_INLINE_DEPTH,
	FUNC_NAME,
	FUNC_RESOURCE,
	FUNC_FILE,   /* a string; or */
	FUNC_SOURCE, /* a row of sources */
	FUNC_LINE,
	SOURCE_FILE,
	RESOURCE_LIB,
	RESOURCE_NAME,
	FIREFOX_COLUMNS,
};

/* The tables of a thread, or those that are shared. */
struct firefox_tables {
	struct firefox_column col[FIREFOX_COLUMNS];
	VEC(str_id) strings;
};

/* Columns of samples, as packed lists: see packed_add(). */
struct firefox_samples {
	struct buf stack;  /* -1 = none */
	struct buf weight; /* whole, and millionths */
	struct buf cpu;    /* threadCPUDelta */
	struct buf time;   /* ns since the sample before; only if times are kept */
	uint64_t nstack, nweight, ncpu;
	int64_t first, last; /* ns: times */
	bool has_time;
	str_id weight_type; /* "samples", "tracing-ms", "bytes" */
};

struct firefox_thread {
	struct firefox_tables tables;
	struct firefox_samples samples;
	str_id name, process;
	int64_t pid, tid; /* -1 = not known */
};

struct firefox_reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct firefox_tables shared;
	VEC(struct firefox_thread) threads; /* those whose tables are not complete yet */
	str_id cpu_unit;
	bool has_meta, has_threads;
	uint64_t nallocation; /* tables of allocations, which are left out */
	uint32_t weight;      /* 1 + the column of the first thread's weights; 0 = no thread yet */
	bool has_other_weights;
};

void firefox_tables_release(struct firefox_tables *t);
void firefox_samples_release(struct firefox_samples *s);

/* Read the current member if it is one of these tables or the strings; else false. */
bool firefox_read_table(struct firefox_reader *r, struct firefox_tables *t, struct str key);

/* Read the current value, a table of samples. */
void firefox_read_samples(struct firefox_reader *r, struct firefox_samples *s);

/*
 * The frames' locations by number, from 1; strings come from `shared` if the tables have
 * none. False, with an error, if a table refers to a missing row.
 */
struct firefox_locs VEC_OF(loc_id);
bool firefox_locations(struct firefox_reader *r, const struct firefox_tables *t,
		       struct firefox_locs *locs);

/* Add a thread's samples to the profile. */
void firefox_add_thread(struct firefox_reader *r, const struct firefox_thread *thread);

/* The column of samples/count. */
uint32_t firefox_samples_column(struct firefox_reader *r);

void firefox_write(struct out *out, struct profile *p);

#endif
