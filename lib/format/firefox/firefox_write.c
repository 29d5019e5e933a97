/*
 * Writing profiles for the Firefox Profiler: processed, version 66, with all tables shared,
 * as samply does.
 *
 * A sample in this format has a weight, and may have CPU time. If a profile has the types
 * samples/count and cpu in nanoseconds, both are written; otherwise the default type is, as
 * "samples", "tracing-ms" (times) or "bytes". Samples follow each other, each as long as its
 * weight: their order is that of rows, not of time. The labels comm, thread, pid and tid
 * distinguish threads.
 *
 * Lost: other types and labels, the names of types, addresses, linkage names, comments.
 */
#include "format/firefox/firefox.h"

#include <math.h>

#include "format/json/json_write.h"
#include "format/one_side.h"
#include "profile/unit.h"

/* A row of funcTable. */
struct func_key {
	uint32_t func, map;
};

_Static_assert(sizeof(struct func_key) == 8, "no padding");

/* The longest sample whose weight is not a time, in ms. */
enum { MS_DECIMALS = 6, LONGEST = 1000000 };

struct writer {
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

/* Collecting what tables hold */

/* An index into stringArray. */
static int64_t string_index(struct writer *w, struct str s)
{
	return s.n ? strings_intern(&w->strings, s) : 0;
}

static void collect_func(struct writer *w, loc_id id)
{
	const struct loc *l = dict_loc(w->p->dict, id);
	struct func_key key = { l->func.i, l->map.i };
	struct str file = dict_text(w->p->dict, dict_func(w->p->dict, l->func)->file);

	/* A function without a name may be anywhere in its file. */
	if (!key.func && !key.map)
		key.func = UINT32_MAX;
	table_intern(&w->funcs, &key);
	if (file.n)
		strings_intern(&w->files, file);
	if (l->map.i && !w->resource[l->map.i]) {
		vec_push(&w->maps, l->map);
		w->resource[l->map.i] = (uint32_t)w->maps.n;
	}
}

static const struct label *sample_label(const struct writer *w, label_set_id set, struct str key)
{
	str_id id = dict_find_str(w->p->dict, key);

	return id.i ? dict_find_label(w->p->dict, set, id) : NULL;
}

static void add_label(const struct writer *w, label_set_id set, struct str key, struct buf *to)
{
	const struct label *l = sample_label(w, set, key);

	if (l && l->is_num)
		buf_i64(to, l->num);
	else if (l)
		buf_add(to, dict_text(w->p->dict, l->str));
	buf_ch(to, '\0');
}

static void collect_threads(struct writer *w)
{
	struct buf key = { 0 };

	vec_append_zeroed(&w->thread_of, w->p->sample.n);
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		label_set_id set = profile_sample(w->p, (sample_id){ i })->labels;

		key.n = 0;
		add_label(w, set, S("comm"), &key);
		add_label(w, set, S("thread"), &key);
		add_label(w, set, S("pid"), &key);
		add_label(w, set, S("tid"), &key);
		w->thread_of.v[i] = strings_intern(&w->threads, buf_str(&key));
		if (w->thread_of.v[i] > w->labels.n)
			vec_push(&w->labels, set);
	}
	buf_release(&key);
}

static uint32_t column_of(const struct profile *p, struct str type, struct str unit)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		if (str_eq(dict_text(p->dict, p->col[i].type), type) &&
		    str_eq(dict_text(p->dict, p->col[i].unit), unit))
			return i;
	return TREE_NO_COLUMN;
}

static void choose_columns(struct writer *w)
{
	uint32_t samples = column_of(w->p, S("samples"), S("count")),
		 col = profile_default_column(w->p);
	struct str unit = dict_text(w->p->dict, w->p->col[col].unit);

	w->cpu = column_of(w->p, S("cpu"), S("nanoseconds"));
	if (samples != TREE_NO_COLUMN && w->cpu != TREE_NO_COLUMN &&
	    (col == samples || col == w->cpu)) {
		w->weight = samples;
		w->weight_type = "samples";
		return;
	}
	w->cpu = TREE_NO_COLUMN;
	w->weight = col;
	w->scale = unit_ratio(unit, S("nanoseconds"));
	w->weight_type = w->scale ? "tracing-ms" : str_eq(unit, S("bytes")) ? "bytes" : "samples";
}

/* Tables */

/* A column of a table with the same value in all rows. */
static void put_constant(struct writer *w, const char *name, size_t n, struct str value)
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
static void put_or_null(struct writer *w, int64_t v)
{
	if (v)
		json_put_int64(&w->j, v);
	else
		json_put_double(&w->j, (double)NAN);
	out_flush(w->out);
}

static void put_stacks(struct writer *w)
{
	size_t n = w->tree.nodes.n - 1;

	json_member_object(&w->j, "stackTable");
	json_member_int64(&w->j, "length", (int64_t)n);
	json_member_array(&w->j, "frame");
	for (uint32_t i = 1; i <= n; i++) {
		const struct tree_node *node = table_row(&w->tree.nodes, i);

		json_put_int64(&w->j, w->frames.number[node->frame] - 1);
		out_flush(w->out);
	}
	json_end_array(&w->j);
	json_member_array(&w->j, "prefixOffset");
	for (uint32_t i = 1; i <= n; i++) {
		const struct tree_node *node = table_row(&w->tree.nodes, i);

		json_put_int64(&w->j, node->parent ? i - node->parent : 0);
		out_flush(w->out);
	}
	json_end_array(&w->j);
	json_end_object(&w->j);
}

static const struct loc *frame_row(const struct writer *w, size_t i)
{
	return dict_loc(w->p->dict, w->frames.frames.v[i]);
}

static void put_frame_column(struct writer *w, const char *name)
{
	json_member_array(&w->j, name);
	for (size_t i = 0; i < w->frames.frames.n; i++) {
		const struct loc *l = frame_row(w, i);
		struct func_key key = { l->func.i, l->map.i };

		if (!key.func && !key.map)
			key.func = UINT32_MAX;
		if (name[0] == 'f')
			json_put_int64(&w->j, table_find(&w->funcs, &key) - 1);
		else if (name[0] == 'i')
			json_put_int64(&w->j, l->flags & LOC_INLINED ? 1 : 0);
		else
			put_or_null(w, name[0] == 'l' ? l->line : l->column);
		out_flush(w->out);
	}
	json_end_array(&w->j);
}

static void put_frames(struct writer *w)
{
	size_t n = w->frames.frames.n;

	json_member_object(&w->j, "frameTable");
	json_member_int64(&w->j, "length", (int64_t)n);
	put_frame_column(w, "func");
	put_frame_column(w, "line");
	put_frame_column(w, "column");
	put_frame_column(w, "inlineDepth");
	put_constant(w, "address", n, S("-1"));
	put_constant(w, "category", n, S("0"));
	put_constant(w, "subcategory", n, S("0"));
	put_constant(w, "nativeSymbol", n, S("null"));
	put_constant(w, "innerWindowID", n, S("0"));
	put_constant(w, "originalLocation", n, S("null"));
	json_end_object(&w->j);
}

static const struct func *func_row(const struct writer *w, uint32_t i, map_id *map)
{
	const struct func_key *key = table_row(&w->funcs, i);

	*map = (map_id){ key->map };
	return dict_func(w->p->dict, (func_id){ key->func == UINT32_MAX ? 0 : key->func });
}

/* The name of a function's frames; if it has none, that of the mapping. */
static struct str func_name(struct writer *w, uint32_t i)
{
	map_id map;
	const struct func *f = func_row(w, i, &map);
	struct loc row = { .map = map };

	if (f->name.i)
		return dict_text(w->p->dict, f->name);
	return dict_text(w->p->dict, dict_frame_name(w->p->dict, dict_add_loc(w->p->dict, row)));
}

static void put_func_column(struct writer *w, const char *name)
{
	json_member_array(&w->j, name);
	for (uint32_t i = 1; i < w->funcs.n; i++) {
		map_id map;
		const struct func *f = func_row(w, i, &map);
		struct str file = dict_text(w->p->dict, f->file);

		switch (name[0]) {
		case 'n': json_put_int64(&w->j, string_index(w, func_name(w, i))); break;
		case 'r': json_put_int64(&w->j, (int64_t)w->resource[map.i] - 1); break;
		case 'l': put_or_null(w, f->line); break;
		default:
			if (file.n)
				json_put_int64(&w->j, strings_find(&w->files, file) - 1);
			else
				put_or_null(w, 0);
		}
		out_flush(w->out);
	}
	json_end_array(&w->j);
}

static void put_funcs(struct writer *w)
{
	size_t n = w->funcs.n - 1;

	json_member_object(&w->j, "funcTable");
	json_member_int64(&w->j, "length", (int64_t)n);
	put_func_column(w, "name");
	put_func_column(w, "resource");
	put_func_column(w, "source");
	put_func_column(w, "lineNumber");
	put_constant(w, "columnNumber", n, S("null"));
	put_constant(w, "isJS", n, S("false"));
	put_constant(w, "relevantForJS", n, S("false"));
	put_constant(w, "originalLocation", n, S("null"));
	json_end_object(&w->j);
}

static struct str map_file(const struct writer *w, size_t i)
{
	return dict_text(w->p->dict, dict_mapping(w->p->dict, w->maps.v[i])->file);
}

static void put_resources(struct writer *w)
{
	size_t n = w->maps.n;

	json_member_object(&w->j, "resourceTable");
	json_member_int64(&w->j, "length", (int64_t)n);
	json_member_array(&w->j, "lib");
	for (size_t i = 0; i < n; i++)
		json_put_int64(&w->j, (int64_t)i);
	json_end_array(&w->j);
	json_member_array(&w->j, "name");
	for (size_t i = 0; i < n; i++)
		json_put_int64(&w->j, string_index(w, map_file(w, i)));
	json_end_array(&w->j);
	put_constant(w, "host", n, S("null"));
	put_constant(w, "type", n, S("1"));
	json_end_object(&w->j);
}

static void put_sources(struct writer *w)
{
	size_t n = w->files.n - 1;

	json_member_object(&w->j, "sources");
	json_member_int64(&w->j, "length", (int64_t)n);
	json_member_array(&w->j, "filename");
	for (uint32_t i = 1; i <= n; i++)
		json_put_int64(&w->j, string_index(w, strings_get(&w->files, i)));
	json_end_array(&w->j);
	put_constant(w, "id", n, S("null"));
	put_constant(w, "startLine", n, S("1"));
	put_constant(w, "startColumn", n, S("1"));
	put_constant(w, "sourceMapURL", n, S("null"));
	put_constant(w, "content", n, S("null"));
	json_end_object(&w->j);
}

/* A table of columns that has no rows. */
static void put_empty_table(struct writer *w, const char *name, const char *const *columns)
{
	json_member_object(&w->j, name);
	json_member_int64(&w->j, "length", 0);
	for (; *columns; columns++)
		put_constant(w, *columns, 0, S("null"));
	json_end_object(&w->j);
}

static void put_shared(struct writer *w)
{
	static const char *const symbols[] = { "address", "functionSize", "libIndex", "name",
					       NULL };
	static const char *const places[] = { "column", "line", "source", NULL };

	json_member_object(&w->j, "shared");
	put_stacks(w);
	put_frames(w);
	put_funcs(w);
	put_resources(w);
	put_sources(w);
	put_empty_table(w, "nativeSymbols", symbols);
	put_empty_table(w, "sourceLocationTable", places);
	json_member_array(&w->j, "stringArray");
	for (uint32_t i = 0; i < w->strings.n; i++) {
		json_put_string(&w->j, strings_get(&w->strings, i));
		out_flush(w->out);
	}
	json_end_array(&w->j);
	json_end_object(&w->j);
}

/* Threads */

static int64_t sample_weight(struct writer *w, uint32_t i)
{
	int64_t v = profile_value(w->p, w->weight, (sample_id){ i });

	return w->scale ? sat_mul(w->p, v, w->scale) : v;
}

/* Is sample i one of that thread, with a value? */
static bool thread_has(const struct writer *w, uint32_t thread, uint32_t i)
{
	return w->thread_of.v[i] == thread &&
	       (profile_value(w->p, w->weight, (sample_id){ i }) ||
		(w->cpu != TREE_NO_COLUMN && profile_value(w->p, w->cpu, (sample_id){ i })));
}

/* A column of a thread's samples. Returns their number. */
static int64_t put_sample_column(struct writer *w, uint32_t thread, const char *name)
{
	int64_t n = 0, before = 0;

	json_member_array(&w->j, name);
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		stack_id stack = profile_sample(w->p, (sample_id){ i })->stack;
		uint32_t leaf = stack_tree_leaf(&w->tree, stack);
		int64_t v = sample_weight(w, i);

		if (!thread_has(w, thread, i))
			continue;
		n++;
		switch (name[1]) {
		case 't': leaf ? json_put_int64(&w->j, leaf - 1) : put_or_null(w, 0); break;
		case 'e': json_put_decimal(&w->j, v, w->scale ? MS_DECIMALS : 0); break;
		case 'h':
			json_put_int64(&w->j, profile_value(w->p, w->cpu, (sample_id){ i }));
			break;
		default: /* timeDeltas */
			json_put_decimal(&w->j, before, w->scale ? MS_DECIMALS : 0);
			before = v < 0 ? 0 : w->scale || v < LONGEST ? v : LONGEST;
		}
		out_flush(w->out);
	}
	json_end_array(&w->j);
	return n;
}

static void put_samples(struct writer *w, uint32_t thread)
{
	int64_t n;

	json_member_object(&w->j, "samples");
	n = put_sample_column(w, thread, "stack");
	put_sample_column(w, thread, "timeDeltas");
	put_sample_column(w, thread, "weight");
	if (w->cpu != TREE_NO_COLUMN)
		put_sample_column(w, thread, "threadCPUDelta");
	json_member_string(&w->j, "weightType", str_of(w->weight_type));
	json_member_int64(&w->j, "length", n);
	json_end_object(&w->j);
}

/* A member of a thread, from a label or a substitute. */
static void put_label(struct writer *w, const char *name, label_set_id set, struct str key,
		      struct str otherwise)
{
	struct buf text = { 0 };

	add_label(w, set, key, &text);
	text.n--; /* the NUL */
	json_member_string(&w->j, name, text.n ? buf_str(&text) : otherwise);
	buf_release(&text);
}

static void put_thread(struct writer *w, uint32_t thread)
{
	static const char *const markers[] = { "category", "data",      "endTime", "name",
					       "phase",    "startTime", NULL };
	label_set_id set = w->labels.v[thread - 1];

	json_begin_object(&w->j);
	put_label(w, "name", set, S("thread"), S(""));
	put_label(w, "processName", set, S("comm"), S(""));
	put_label(w, "pid", set, S("pid"), S("?"));
	put_label(w, "tid", set, S("tid"), S("?"));
	json_member_string(&w->j, "processType", S("default"));
	json_member_bool(&w->j, "isMainThread", thread == 1);
	json_member_bool(&w->j, "showMarkersInTimeline", false);
	json_member_int64(&w->j, "registerTime", 0);
	json_member_int64(&w->j, "processStartupTime", 0);
	json_member_double(&w->j, "unregisterTime", (double)NAN);
	json_member_double(&w->j, "processShutdownTime", (double)NAN);
	put_constant(w, "pausedRanges", 0, S("null"));
	put_empty_table(w, "markers", markers);
	put_samples(w, thread);
	json_end_object(&w->j);
}

/* The document */

static void put_category(struct writer *w)
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

static void put_meta(struct writer *w)
{
	static const char *const extensions[] = { "baseURL", "id", "name", NULL };
	struct str product = profile_fact(w->p, S("command"));

	json_member_object(&w->j, "meta");
	json_member_int64(&w->j, "version", 24);
	json_member_int64(&w->j, "preprocessedProfileVersion", FIREFOX_VERSION);
	json_member_string(&w->j, "product", product.n ? product : S("prof"));
	json_key(&w->j, "startTime");
	json_put_decimal(&w->j, w->p->head.time, MS_DECIMALS);
	json_member_int64(&w->j, "interval", 1);
	json_member_int64(&w->j, "processType", 0);
	json_member_bool(&w->j, "debug", false);
	json_member_bool(&w->j, "symbolicated", true);
	json_member_bool(&w->j, "sourceCodeIsNotOnSearchfox", true);
	json_member_bool(&w->j, "usesOnlyOneStackType", true);
	put_category(w);
	put_constant(w, "markerSchema", 0, S("null"));
	put_constant(w, "pausedRanges", 0, S("null"));
	put_empty_table(w, "extensions", extensions);
	json_member_object(&w->j, "sampleUnits");
	json_member_string(&w->j, "time", S("ms"));
	json_member_string(&w->j, "eventDelay", S("ms"));
	json_member_string(&w->j, "threadCPUDelta", S("ns"));
	json_end_object(&w->j);
	json_end_object(&w->j);
}

static void put_libs(struct writer *w)
{
	json_member_array(&w->j, "libs");
	for (size_t i = 0; i < w->maps.n; i++) {
		struct str file = map_file(w, i), name = str_basename(file),
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

static void put_document(struct writer *w)
{
	json_begin_object(&w->j);
	put_meta(w);
	put_libs(w);
	put_shared(w);
	put_constant(w, "pages", 0, S("null"));
	put_constant(w, "counters", 0, S("null"));
	put_constant(w, "profilerOverhead", 0, S("null"));
	json_member_array(&w->j, "threads");
	for (uint32_t i = 1; i <= w->labels.n; i++)
		put_thread(w, i);
	json_end_array(&w->j);
	json_end_object(&w->j);
	buf_ch(&w->out->bytes, '\n');
}

static void writer_release(struct writer *w, size_t nmap)
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
	struct writer w = { .out = out, .j = { .b = &out->bytes }, .p = p };
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
	choose_columns(&w);
	collect_threads(&w);
	for (size_t i = 0; i < w.frames.frames.n; i++)
		collect_func(&w, w.frames.frames.v[i]);
	put_document(&w);
	writer_release(&w, nmap);
}
