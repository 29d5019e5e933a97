/*
 * Call trees that Intel VTune and Visual Studio export as comma-separated values.
 *
 *	Function Stack,CPU Time:Self,Module		vtune -report top-down -format csv
 *	Total,0.0,[Unknown]
 *	 main,0.0,app.exe
 *	  "work<int, char>",0.015,app.exe
 *
 *	Function Stack,Allocation Size:Self,Deallocation Size:Self,Allocations:Self,Module
 *	 main,4096,,2,app.exe				the same of memory consumption
 *
 *	Level,Function Name,Number of Calls,...		VSPerfReport, CallTreeSummary
 *	0,"app.exe",0,100.00,
 *	1,"Tracer.Trace(int32)","1,471",91.25,
 *
 * - VTune's depth is the number of blanks before the name, which may be inside its quotes;
 *   Visual Studio's is its first field;
 * - fields with commas are in quotes, numbers too; lines before the heading are messages;
 * - a row of Visual Studio counts the calls at its place, and not those below it;
 * - an empty field is 0.
 */
#include "format/folded.h"
#include "format/format.h"
#include "format/stack_text/stack_text.h"

enum { FIELDS = 64 };

/* Columns with values, and the sample types that they become. */
static const struct value_column {
	struct str name;
	bool is_vtune, is_seconds;
	struct str type, unit;
} value_columns[] = {
	{ { "CPU Time:Self", 13 }, true, true, { "cpu", 3 }, { "nanoseconds", 11 } },
	{ { "Allocations:Self", 16 }, true, false, { "alloc_objects", 13 }, { "count", 5 } },
	{ { "Allocation Size:Self", 20 }, true, false, { "alloc_space", 11 }, { "bytes", 5 } },
	{ { "Number of Calls", 15 }, false, false, { "calls", 5 }, { "count", 5 } },
};

struct reader {
	struct stack_text s;
	bool is_vtune;
	size_t name, module;              /* which fields these are; FIELDS: none */
	size_t value[LEN(value_columns)]; /* by value column, likewise */
	uint32_t col[LEN(value_columns)];
	struct stack_way way;
};

/* Cut the next field off; quotes around it are removed. Those in it are doubled, and stay so. */
static struct str cut_field(struct str *line)
{
	struct str field;
	size_t end = 1;

	if (!str_starts(*line, S("\"")))
		return str_cut(line, ',');
	while (end < line->n &&
	       (line->p[end] != '"' || (end + 1 < line->n && line->p[end + 1] == '"')))
		end += line->p[end] == '"' ? 2 : 1;
	end = min_size(end, line->n);
	field = str(line->p + 1, end - 1);
	*line = str_skip(*line, min_size(end + 1, line->n));
	str_cut(line, ',');
	return field;
}

static size_t cut_fields(struct str line, struct str *field)
{
	size_t n = 0;

	while (line.n && n < FIELDS)
		field[n++] = cut_field(&line);
	return n;
}

/* The heading */

static size_t field_named(const struct str *field, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(field[i], name))
			return i;
	return FIELDS;
}

static bool parse_heading(struct reader *r, struct str line)
{
	struct str field[FIELDS];
	size_t n = cut_fields(line, field);
	bool has_value = false;

	r->is_vtune = n && str_eq(field[0], S("Function Stack"));
	r->name = r->is_vtune ? 0 : field_named(field, n, S("Function Name"));
	r->module = field_named(field, n, r->is_vtune ? S("Module") : S("Module Name"));
	for (size_t i = 0; i < LEN(value_columns); i++) {
		r->value[i] = value_columns[i].is_vtune == r->is_vtune ?
				      field_named(field, n, value_columns[i].name) :
				      FIELDS;
		has_value |= r->value[i] != FIELDS;
	}
	if (!r->is_vtune && !(n && str_eq(field[0], S("Level"))))
		return false;
	return r->name != FIELDS && has_value;
}

/* Rows */

static bool bad_row(struct reader *r, struct str line)
{
	return in_bad(r->s.in, "expected a function and its %s, found '%.*s'",
		      r->is_vtune ? "values" : "calls", STR_ARG(str(line.p, min_size(line.n, 80))));
}

/* "2,893,824", "0.015", "" */
static bool parse_value(struct reader *r, const struct value_column *c, struct str s, int64_t *v)
{
	struct buf digits = { 0 };
	struct folded_count count;
	bool ok;

	*v = 0;
	if (!s.n)
		return true;
	if (c->is_seconds)
		return stack_text_seconds(r->s.p, s, v);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ',')
			buf_ch(&digits, s.p[i]);
	ok = folded_count(buf_str(&digits), &count) && !count.frac;
	*v = ok ? count.whole : 0;
	buf_release(&digits);
	return ok;
}

/* The values of a row; false if one is missing or malformed. */
static bool parse_values(struct reader *r, const struct str *field, size_t n, int64_t *v)
{
	for (size_t i = 0; i < LEN(value_columns); i++) {
		v[i] = 0;
		if (r->value[i] == FIELDS)
			continue;
		if (r->value[i] >= n ||
		    !parse_value(r, &value_columns[i], field[r->value[i]], &v[i]))
			return false;
	}
	return true;
}

static void add_values(struct reader *r, stack_id stack, const int64_t *v)
{
	for (size_t i = 0; i < LEN(value_columns); i++)
		if (v[i])
			profile_add_value(r->s.p, r->col[i],
					  profile_add_sample(r->s.p, stack, (label_set_id){ 0 }),
					  v[i]);
}

static size_t cut_blanks(struct str *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] == ' ')
		n++;
	*s = str_skip(*s, n);
	return n;
}

static bool read_row(struct reader *r, struct str line)
{
	struct str field[FIELDS], rest = line, module;
	int64_t v[LEN(value_columns)];
	size_t n, depth = 0;
	stack_id stack;
	uint64_t level = 0;

	if (r->is_vtune)
		depth = cut_blanks(&rest);
	n = cut_fields(rest, field);
	if (r->is_vtune && n) /* or inside the quotes */
		depth += cut_blanks(&field[r->name]);
	if (n <= r->name || !field[r->name].n || !parse_values(r, field, n, v) ||
	    (!r->is_vtune && !str_u64(field[0], &level)))
		return bad_row(r, line);
	depth = r->is_vtune ? depth : (size_t)level;
	module = r->module < n ? field[r->module] : S("");
	if (str_eq(module, S("[Unknown]")))
		module = S("");
	if (!stack_text_below(&r->s, &r->way, depth, module, field[r->name], &stack))
		return !r->s.in->failed;
	add_values(r, stack, v);
	return true;
}

static void add_columns(struct reader *r)
{
	for (size_t i = 0; i < LEN(value_columns); i++)
		if (r->value[i] != FIELDS)
			r->col[i] = stack_text_column(&r->s, value_columns[i].type,
						      value_columns[i].unit);
}

static bool read_heading(struct reader *r)
{
	struct str line;

	while (in_line(r->s.in, &line)) {
		if (!parse_heading(r, line))
			continue;
		add_columns(r);
		return true;
	}
	return in_fail(r->s.in, "holds no samples: there is no line with names of columns");
}

static bool call_tree_csv_read(struct in *in, struct profile *p)
{
	struct reader r = { .is_vtune = false };
	struct str line;
	bool ok;

	stack_text_begin(&r.s, in, p);
	ok = read_heading(&r);
	while (ok && in_line(in, &line))
		ok = !str_trim(line).n || read_row(&r, line);
	stack_text_end(&r.s);
	vec_release(&r.way);
	return !in->failed;
}

static int call_tree_csv_sniff(struct sniff *s)
{
	struct str head = s->head;
	struct reader r;

	if (str_chr(head, '\0') >= 0)
		return 0;
	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (str_ends(line, S("\r")))
			line.n--;
		if (parse_heading(&r, line))
			return 64;
	}
	return 0;
}

const struct format format_call_tree_csv = {
	.name = "call-tree-csv",
	.help = "call trees of VTune and Visual Studio, as CSV",
	.sniff = call_tree_csv_sniff,
	.read = call_tree_csv_read,
};
