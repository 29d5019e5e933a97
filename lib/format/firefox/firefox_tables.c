/*
 * The tables, and what their rows mean as locations.
 *
 * Gecko describes a frame by a text in one of these forms:
 *
 *	name (url:line:column)		JavaScript; the url may be "loader -> url"
 *	name (in library)		as perf's converter writes it
 *	name
 */
#include "format/firefox/firefox.h"

/* The column of a table's member. */
static const struct column_name {
	struct str table, member;
	int standard; /* its index in rows that come before their schema; -1 = unknown */
} columns[FIREFOX_COLUMNS] = {
	[STACK_PREFIX] = { S("stackTable"), S("prefix"), 0 },
	[STACK_PREFIX_OFFSET] = { S("stackTable"), S("prefixOffset"), -1 },
	[STACK_FRAME] = { S("stackTable"), S("frame"), 1 },
	[FRAME_LOCATION] = { S("frameTable"), S("location"), 0 },
	[FRAME_FUNC] = { S("frameTable"), S("func"), -1 },
	[FRAME_LINE] = { S("frameTable"), S("line"), -1 },
	[FRAME_COLUMN] = { S("frameTable"), S("column"), -1 },
	[FRAME_INLINE_DEPTH] = { S("frameTable"), S("inlineDepth"), -1 },
	[FUNC_NAME] = { S("funcTable"), S("name"), -1 },
	[FUNC_RESOURCE] = { S("funcTable"), S("resource"), -1 },
	[FUNC_FILE] = { S("funcTable"), S("fileName"), -1 },
	[FUNC_SOURCE] = { S("funcTable"), S("source"), -1 },
	[FUNC_LINE] = { S("funcTable"), S("lineNumber"), -1 },
	[SOURCE_FILE] = { S("sources"), S("filename"), -1 },
	[RESOURCE_LIB] = { S("resourceTable"), S("lib"), -1 },
	[RESOURCE_NAME] = { S("resourceTable"), S("name"), -1 },
};

void firefox_tables_release(struct firefox_tables *t)
{
	for (size_t i = 0; i < FIREFOX_COLUMNS; i++)
		vec_release(&t->col[i]);
	vec_release(&t->strings);
}

/* Reading tables */

static int column_of(struct str table, struct str member)
{
	for (int i = 0; i < FIREFOX_COLUMNS; i++)
		if (str_eq(columns[i].table, table) && str_eq(columns[i].member, member))
			return i;
	return -1;
}

/* Other columns (categories, implementations) may hold anything. */
static int32_t small_number(const struct json_in *j)
{
	int64_t v;

	return json_is_i64(j, &v) && v >= 0 && v <= INT32_MAX ? (int32_t)v : -1;
}

static void read_column(struct firefox_reader *r, struct firefox_column *col)
{
	if (r->j->kind == JSON_NULL)
		return;
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		vec_push(col, small_number(r->j));
}

enum { MOST_PLACES = 16 };

/* A schema gives the index of each column in a row. */
static void read_schema(struct firefox_reader *r, struct str table, int *place)
{
	struct str key;

	for (size_t i = 0; i < MOST_PLACES; i++)
		place[i] = -1;
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		int32_t at = small_number(r->j);

		if (at >= 0 && at < MOST_PLACES)
			place[at] = column_of(table, key);
	}
}

static void standard_schema(struct str table, int *place)
{
	for (size_t i = 0; i < MOST_PLACES; i++)
		place[i] = -1;
	for (int i = 0; i < FIREFOX_COLUMNS; i++)
		if (str_eq(columns[i].table, table) && columns[i].standard >= 0)
			place[columns[i].standard] = i;
}

/* A row may be shorter than the schema: missing values are null. */
static void read_row(struct firefox_reader *r, struct firefox_tables *t, const int *place)
{
	int32_t value[MOST_PLACES];
	size_t n = 0;

	for (size_t i = 0; i < MOST_PLACES; i++)
		value[i] = -1;
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		if (n < MOST_PLACES)
			value[n] = small_number(r->j);
		n++;
	}
	for (size_t i = 0; i < MOST_PLACES; i++)
		if (place[i] >= 0)
			vec_push(&t->col[place[i]], value[i]);
}

static void read_table(struct firefox_reader *r, struct firefox_tables *t, struct str table)
{
	int place[MOST_PLACES], col;
	struct str key;

	standard_schema(table, place);
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("schema"))) {
			read_schema(r, table, place);
		} else if (str_eq(key, S("data")) && r->j->kind == JSON_ARRAY) {
			json_enter(r->j, JSON_ARRAY);
			while (json_element(r->j))
				read_row(r, t, place);
		} else if ((col = column_of(table, key)) >= 0) {
			read_column(r, &t->col[col]);
		}
	}
}

static void read_strings(struct firefox_reader *r, struct firefox_tables *t)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		vec_push(&t->strings, dict_intern(r->p->dict, json_string(r->j)));
}

bool firefox_read_table(struct firefox_reader *r, struct firefox_tables *t, struct str key)
{
	struct str table;
	size_t i = 0;

	if (str_eq(key, S("stringTable")) || str_eq(key, S("stringArray"))) {
		read_strings(r, t);
		return true;
	}
	while (i < FIREFOX_COLUMNS && !str_eq(columns[i].table, key))
		i++;
	if (i == FIREFOX_COLUMNS)
		return false;
	table = columns[i].table;
	read_table(r, t, table);
	return true;
}

/* Locations */

/* A row of a column; -1 if the table has no such column. False if the row is missing. */
static bool cell(struct firefox_reader *r, const struct firefox_tables *t,
		 enum firefox_column_name name, int32_t row, int32_t *value)
{
	const struct firefox_column *c = &t->col[name];

	*value = -1;
	if (row < 0 || !c->n)
		return true;
	if ((size_t)row >= c->n)
		return json_fail(r->j, "row %d of %.*s, which has %zu, is named", row,
				 STR_ARG(columns[name].table), c->n);
	*value = c->v[row];
	return true;
}

static bool text_of(struct firefox_reader *r, const struct firefox_tables *t, int32_t i, str_id *id)
{
	size_t n = t->strings.n ? t->strings.n : r->shared.strings.n;

	*id = (str_id){ 0 };
	if (i < 0)
		return true;
	if ((size_t)i >= n)
		return json_fail(r->j, "string %d of %zu strings is named", i, n);
	*id = t->strings.n ? t->strings.v[i] : r->shared.strings.v[i];
	return true;
}

static uint32_t line_number(int32_t v)
{
	return v > 0 ? (uint32_t)v : 0;
}

/* Cut the number after the last colon off. */
static bool cut_number(struct str *s, uint64_t *v)
{
	ptrdiff_t colon = str_rchr(*s, ':');

	if (colon < 0 || !str_u64(str_skip(*s, (size_t)colon + 1), v) || *v > INT32_MAX)
		return false;
	s->n = (size_t)colon;
	return true;
}

static map_id library(struct firefox_reader *r, struct loc *row, struct str file)
{
	struct mapping m = { .file = dict_intern(r->p->dict, file) };

	row->flags |= mapping_flags(file);
	return dict_add_mapping(r->p->dict, m);
}

/* The text of a frame of Gecko. */
static void parse_location(struct firefox_reader *r, struct str text, struct func *f,
			   struct loc *row)
{
	struct str place = text;
	uint64_t line = 0, column = 0;
	ptrdiff_t open = -1, arrow;

	f->name = dict_intern(r->p->dict, text);
	for (size_t i = text.n; text.n && text.p[text.n - 1] == ')' && i-- > 1 && open < 0;)
		if (text.p[i] == '(' && text.p[i - 1] == ' ')
			open = (ptrdiff_t)i;
	if (open < 0)
		return;
	place = str(text.p + open + 1, text.n - (size_t)open - 2);
	if (str_starts(place, S("in "))) {
		row->map = library(r, row, str_skip(place, 3));
	} else {
		if (!cut_number(&place, &column))
			return;
		if (!cut_number(&place, &line)) {
			line = column;
			column = 0;
		}
		arrow = str_find(place, S(" -> "));
		if (arrow >= 0)
			place = str_skip(place, (size_t)arrow + 4);
		f->file = dict_intern(r->p->dict, place);
		f->line = (uint32_t)line;
	}
	f->name = dict_intern(r->p->dict, str(text.p, (size_t)open - 1));
}

/* The library of a function that has one. */
static bool read_resource(struct firefox_reader *r, const struct firefox_tables *t, int32_t func,
			  struct loc *row)
{
	int32_t resource, lib, name;
	str_id file;

	if (!cell(r, t, FUNC_RESOURCE, func, &resource) ||
	    !cell(r, t, RESOURCE_LIB, resource, &lib) ||
	    !cell(r, t, RESOURCE_NAME, resource, &name) || !text_of(r, t, name, &file))
		return false;
	if (lib >= 0 && file.i)
		row->map = library(r, row, dict_text(r->p->dict, file));
	return true;
}

static bool func_row(struct firefox_reader *r, const struct firefox_tables *t, int32_t func,
		     struct func *f, struct loc *row)
{
	const struct firefox_tables *sources = t->col[SOURCE_FILE].n ? t : &r->shared;
	int32_t name, file, source, line;

	if (!cell(r, t, FUNC_NAME, func, &name) || !cell(r, t, FUNC_FILE, func, &file) ||
	    !cell(r, t, FUNC_SOURCE, func, &source) || !cell(r, t, FUNC_LINE, func, &line))
		return false;
	if (source >= 0 && !cell(r, sources, SOURCE_FILE, source, &file))
		return false;
	f->line = line_number(line);
	return text_of(r, t, name, &f->name) && text_of(r, t, file, &f->file) &&
	       read_resource(r, t, func, row);
}

static bool frame_location(struct firefox_reader *r, const struct firefox_tables *t, int32_t frame,
			   loc_id *loc)
{
	struct func f = { 0 };
	struct loc row = { 0 };
	int32_t location, func, line, column, depth;
	str_id text;

	if (!cell(r, t, FRAME_LOCATION, frame, &location) ||
	    !cell(r, t, FRAME_FUNC, frame, &func) || !cell(r, t, FRAME_LINE, frame, &line) ||
	    !cell(r, t, FRAME_COLUMN, frame, &column) ||
	    !cell(r, t, FRAME_INLINE_DEPTH, frame, &depth) || !text_of(r, t, location, &text) ||
	    !func_row(r, t, func, &f, &row))
		return false;
	if (location >= 0)
		parse_location(r, dict_text(r->p->dict, text), &f, &row);
	row.line = line_number(line);
	row.column = line_number(column);
	row.flags |= depth > 0 ? LOC_INLINED : 0;
	row.func = dict_add_func(r->p->dict, f);
	*loc = dict_add_loc(r->p->dict, row);
	return true;
}

bool firefox_locations(struct firefox_reader *r, const struct firefox_tables *t,
		       struct firefox_locs *locs)
{
	size_t n = t->col[FRAME_FUNC].n ? t->col[FRAME_FUNC].n : t->col[FRAME_LOCATION].n;
	loc_id loc;

	vec_push(locs, (loc_id){ 0 });
	for (size_t i = 0; i < n; i++) {
		if (!frame_location(r, t, (int32_t)i, &loc))
			return false;
		vec_push(locs, loc);
	}
	return true;
}
