/*
 * The tables of a profile for the Firefox Profiler, which all threads share: stacks, frames,
 * functions, resources (mappings), sources and strings.
 */
#include "format/firefox/firefox_writer.h"

/* An index into stringArray. */
static int64_t string_index(struct firefox_writer *w, struct str s)
{
	return s.n ? strings_intern(&w->strings, s) : 0;
}

void firefox_collect_func(struct firefox_writer *w, loc_id id)
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

struct str firefox_map_file(const struct firefox_writer *w, size_t i)
{
	return dict_text(w->p->dict, dict_mapping(w->p->dict, w->maps.v[i])->file);
}

static void put_stacks(struct firefox_writer *w)
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

static const struct loc *frame_row(const struct firefox_writer *w, size_t i)
{
	return dict_loc(w->p->dict, w->frames.frames.v[i]);
}

static void put_frame_column(struct firefox_writer *w, const char *name)
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
			firefox_put_or_null(w, name[0] == 'l' ? l->line : l->column);
		out_flush(w->out);
	}
	json_end_array(&w->j);
}

static void put_frames(struct firefox_writer *w)
{
	size_t n = w->frames.frames.n;

	json_member_object(&w->j, "frameTable");
	json_member_int64(&w->j, "length", (int64_t)n);
	put_frame_column(w, "func");
	put_frame_column(w, "line");
	put_frame_column(w, "column");
	put_frame_column(w, "inlineDepth");
	firefox_put_constant(w, "address", n, S("-1"));
	firefox_put_constant(w, "category", n, S("0"));
	firefox_put_constant(w, "subcategory", n, S("0"));
	firefox_put_constant(w, "nativeSymbol", n, S("null"));
	firefox_put_constant(w, "innerWindowID", n, S("0"));
	firefox_put_constant(w, "originalLocation", n, S("null"));
	json_end_object(&w->j);
}

static const struct func *func_row(const struct firefox_writer *w, uint32_t i, map_id *map)
{
	const struct func_key *key = table_row(&w->funcs, i);

	*map = (map_id){ key->map };
	return dict_func(w->p->dict, (func_id){ key->func == UINT32_MAX ? 0 : key->func });
}

/* The name of a function's frames; if it has none, that of the mapping. */
static struct str func_name(struct firefox_writer *w, uint32_t i)
{
	map_id map;
	const struct func *f = func_row(w, i, &map);
	struct loc row = { .map = map };

	if (f->name.i)
		return dict_text(w->p->dict, f->name);
	return dict_text(w->p->dict, dict_frame_name(w->p->dict, dict_add_loc(w->p->dict, row)));
}

static void put_func_column(struct firefox_writer *w, const char *name)
{
	json_member_array(&w->j, name);
	for (uint32_t i = 1; i < w->funcs.n; i++) {
		map_id map;
		const struct func *f = func_row(w, i, &map);
		struct str file = dict_text(w->p->dict, f->file);

		switch (name[0]) {
		case 'n': json_put_int64(&w->j, string_index(w, func_name(w, i))); break;
		case 'r': json_put_int64(&w->j, (int64_t)w->resource[map.i] - 1); break;
		case 'l': firefox_put_or_null(w, f->line); break;
		default:
			if (file.n)
				json_put_int64(&w->j, strings_find(&w->files, file) - 1);
			else
				firefox_put_or_null(w, 0);
		}
		out_flush(w->out);
	}
	json_end_array(&w->j);
}

static void put_funcs(struct firefox_writer *w)
{
	size_t n = w->funcs.n - 1;

	json_member_object(&w->j, "funcTable");
	json_member_int64(&w->j, "length", (int64_t)n);
	put_func_column(w, "name");
	put_func_column(w, "resource");
	put_func_column(w, "source");
	put_func_column(w, "lineNumber");
	firefox_put_constant(w, "columnNumber", n, S("null"));
	firefox_put_constant(w, "isJS", n, S("false"));
	firefox_put_constant(w, "relevantForJS", n, S("false"));
	firefox_put_constant(w, "originalLocation", n, S("null"));
	json_end_object(&w->j);
}

static void put_resources(struct firefox_writer *w)
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
		json_put_int64(&w->j, string_index(w, firefox_map_file(w, i)));
	json_end_array(&w->j);
	firefox_put_constant(w, "host", n, S("null"));
	firefox_put_constant(w, "type", n, S("1"));
	json_end_object(&w->j);
}

static void put_sources(struct firefox_writer *w)
{
	size_t n = w->files.n - 1;

	json_member_object(&w->j, "sources");
	json_member_int64(&w->j, "length", (int64_t)n);
	json_member_array(&w->j, "filename");
	for (uint32_t i = 1; i <= n; i++)
		json_put_int64(&w->j, string_index(w, strings_get(&w->files, i)));
	json_end_array(&w->j);
	firefox_put_constant(w, "id", n, S("null"));
	firefox_put_constant(w, "startLine", n, S("1"));
	firefox_put_constant(w, "startColumn", n, S("1"));
	firefox_put_constant(w, "sourceMapURL", n, S("null"));
	firefox_put_constant(w, "content", n, S("null"));
	json_end_object(&w->j);
}

void firefox_put_shared(struct firefox_writer *w)
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
	firefox_put_empty_table(w, "nativeSymbols", symbols);
	firefox_put_empty_table(w, "sourceLocationTable", places);
	json_member_array(&w->j, "stringArray");
	for (uint32_t i = 0; i < w->strings.n; i++) {
		json_put_string(&w->j, strings_get(&w->strings, i));
		out_flush(w->out);
	}
	json_end_array(&w->j);
	json_end_object(&w->j);
}
