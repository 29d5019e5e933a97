/*
 * The writer for the Firefox Profiler, which is private to this folder. It lasts for one call of
 * firefox_write(): first everything that the profile uses is collected, then the document is
 * written from its beginning to its end.
 */
#ifndef FORMAT_FIREFOX_FIREFOX_WRITER_H
#define FORMAT_FIREFOX_FIREFOX_WRITER_H

#include "base/vec.h"
#include "format/firefox/firefox.h"
#include "format/json/json_write.h"

enum { FIREFOX_MS_DECIMALS = 6 }; /* times are decimals in ms, exact to the ns */

/* A row of funcTable. */
struct func_key {
	uint32_t func, map;
};

_Static_assert(sizeof(struct func_key) == 8, "no padding");

struct firefox_writer {
	struct out *out;
	struct json j;
	struct profile *p;
	struct stack_tree tree;
	struct used_frames frames;
	struct table funcs;            /* struct func_key, from 1 */
	struct strings files, strings; /* of sources; stringArray, from 1 */
	struct strings threads;        /* by their labels, from 1 */
	VEC(uint32_t) thread_of;       /* by sample */
	VEC(label_set_id) labels;      /* by thread: of its first sample */
	VEC(map_id) maps;              /* of resources and libs */
	uint32_t *resource;            /* by mapping: 1 + its place in maps */
	uint32_t weight, cpu;          /* columns; cpu may be TREE_NO_COLUMN */
	const char *weight_type;
	int64_t scale; /* from weights to ns, if they are times */
};

/*
 * Parts of tables: a column with the same value, "null", "false", "-1", "0" or "1", in all n
 * rows; a table with columns, whose names end with NULL, and no rows; and a number, which is
 * null if it is 0.
 */
void firefox_put_constant(struct firefox_writer *w, const char *name, size_t n, struct str value);
void firefox_put_empty_table(struct firefox_writer *w, const char *name,
			     const char *const *columns);
void firefox_put_or_null(struct firefox_writer *w, int64_t v);

/* firefox_write_tables.c: what all threads share */

/* Collect the function, source and resource of a frame. */
void firefox_collect_func(struct firefox_writer *w, loc_id id);

/* The file of the resource i. */
struct str firefox_map_file(const struct firefox_writer *w, size_t i);

/* The member "shared": all tables. */
void firefox_put_shared(struct firefox_writer *w);

/* firefox_write_threads.c: threads and their samples */

/* Choose the weight of samples, and the column with their CPU time. */
void firefox_choose_columns(struct firefox_writer *w);

/* Find the thread of each sample. */
void firefox_collect_threads(struct firefox_writer *w);

/* A thread, from 1, as an element of "threads". */
void firefox_put_thread(struct firefox_writer *w, uint32_t thread);

#endif
