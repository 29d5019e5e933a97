/*
 * Writing profiles for the Firefox Profiler: processed, version 66, with all tables shared,
 * as samply does.
 *
 * A sample in this format has a weight, and may have CPU time. If a profile has the types
 * samples/count and cpu in nanoseconds, both are written; otherwise the default type is, as
 * "samples", "tracing-ms" (times) or "bytes".
 *
 * Lost: other types and labels, the names of types, addresses, linkage names, comments.
 */
#include <math.h>

#include "format/firefox/firefox_writer.h"
#include "format/one_side.h"

/* A column of a table with the same value in all rows. */
void firefox_put_constant(struct firefox_writer *w, const char *name, size_t n, struct str value)
{
	json_member_array(&w->j, name);
	for (size_t i = 0; i < n; i++) {
		if (str_eq(value, S("null")))
			json_put_double(&w->j, (double)NAN);
		else if (str_eq(value, S("false")))
			json_put_bool(&w->j, false);
		else
			json_put_int64(&w->j, str_eq(value, S("-1")) ? -1 : str_eq(value, S("1")));
		out_flush(w->out);
	}
	json_end_array(&w->j);
}

/* A number, or null for 0. */
void firefox_put_or_null(struct firefox_writer *w, int64_t v)
{
	if (v)
		json_put_int64(&w->j, v);
	else
		json_put_double(&w->j, (double)NAN);
	out_flush(w->out);
}

/* A table of columns that has no rows. */
void firefox_put_empty_table(struct firefox_writer *w, const char *name, const char *const *columns)
{
	json_member_object(&w->j, name);
	json_member_int64(&w->j, "length", 0);
	for (; *columns; columns++)
		firefox_put_constant(w, *columns, 0, S("null"));
	json_end_object(&w->j);
}

/* The document */

static void put_category(struct firefox_writer *w)
{
	json_member_array(&w->j, "categories");
	json_begin_object(&w->j);
	json_member_string(&w->j, "name", S("Other"));
	json_member_string(&w->j, "color", S("grey"));
	json_member_array(&w->j, "subcategories");
	json_put_string(&w->j, S("Other"));
	json_end_array(&w->j);
	json_end_object(&w->j);
	json_end_array(&w->j);
}

static void put_meta(struct firefox_writer *w)
{
	static const char *const extensions[] = { "baseURL", "id", "name", NULL };
	struct str product = profile_fact(w->p, S("command"));

	json_member_object(&w->j, "meta");
	json_member_int64(&w->j, "version", 24);
	json_member_int64(&w->j, "preprocessedProfileVersion", FIREFOX_VERSION);
	json_member_string(&w->j, "product", product.n ? product : S("prof"));
	json_key(&w->j, "startTime");
	json_put_decimal(&w->j, w->p->head.time, FIREFOX_MS_DECIMALS);
	json_member_int64(&w->j, "interval", 1);
	json_member_int64(&w->j, "processType", 0);
	json_member_bool(&w->j, "debug", false);
	json_member_bool(&w->j, "symbolicated", true);
	json_member_bool(&w->j, "sourceCodeIsNotOnSearchfox", true);
	json_member_bool(&w->j, "usesOnlyOneStackType", true);
	put_category(w);
	firefox_put_constant(w, "markerSchema", 0, S("null"));
	firefox_put_constant(w, "pausedRanges", 0, S("null"));
	firefox_put_empty_table(w, "extensions", extensions);
	json_member_object(&w->j, "sampleUnits");
	json_member_string(&w->j, "time", S("ms"));
	json_member_string(&w->j, "eventDelay", S("ms"));
	json_member_string(&w->j, "threadCPUDelta", S("ns"));
	json_end_object(&w->j);
	json_end_object(&w->j);
}

static void put_libs(struct firefox_writer *w)
{
	json_member_array(&w->j, "libs");
	for (size_t i = 0; i < w->maps.n; i++) {
		struct str file = firefox_map_file(w, i), name = str_basename(file),
			   id = dict_text(w->p->dict,
					  dict_mapping(w->p->dict, w->maps.v[i])->build_id);

		json_begin_object(&w->j);
		json_member_string(&w->j, "name", name);
		json_member_string(&w->j, "path", file);
		json_member_string(&w->j, "debugName", name);
		json_member_string(&w->j, "debugPath", file);
		json_member_string(&w->j, "breakpadId", S(""));
		json_member_string(&w->j, "codeId", id);
		json_member_double(&w->j, "arch", (double)NAN);
		json_end_object(&w->j);
	}
	json_end_array(&w->j);
}

static void put_document(struct firefox_writer *w)
{
	json_begin_object(&w->j);
	put_meta(w);
	put_libs(w);
	firefox_put_shared(w);
	firefox_put_constant(w, "pages", 0, S("null"));
	firefox_put_constant(w, "counters", 0, S("null"));
	firefox_put_constant(w, "profilerOverhead", 0, S("null"));
	json_member_array(&w->j, "threads");
	for (uint32_t i = 1; i <= w->labels.n; i++)
		firefox_put_thread(w, i);
	json_end_array(&w->j);
	json_end_object(&w->j);
	buf_ch(&w->out->bytes, '\n');
}

static void writer_release(struct firefox_writer *w, size_t nmap)
{
	stack_tree_release(&w->tree);
	used_frames_release(&w->frames);
	table_release(&w->funcs);
	strings_release(&w->files);
	strings_release(&w->strings);
	strings_release(&w->threads);
	vec_release(&w->thread_of);
	vec_release(&w->labels);
	vec_release(&w->maps);
	mem_free(w->resource, nmap * sizeof(*w->resource));
}

void firefox_write(struct out *out, struct profile *p)
{
	struct firefox_writer w = { .out = out, .j = { .b = &out->bytes }, .p = p };
	size_t nmap = p->dict->mapping.n;

	if (!p->ncol || !write_one_side(out, p, "a profile of the Firefox Profiler"))
		return;
	stack_tree_init(&w.tree, p);
	used_frames_init(&w.frames, p);
	table_init(&w.funcs, sizeof(struct func_key), sizeof(struct func_key));
	strings_init(&w.files);
	strings_init(&w.strings);
	strings_init(&w.threads);
	w.resource = mem_zeroed(nmap, sizeof(*w.resource));
	firefox_choose_columns(&w);
	firefox_collect_threads(&w);
	for (size_t i = 0; i < w.frames.frames.n; i++)
		firefox_collect_func(&w, w.frames.frames.v[i]);
	put_document(&w);
	writer_release(&w, nmap);
}
