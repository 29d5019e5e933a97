/*
 * Call trees that Intel VTune and Visual Studio export as comma-separated values.
 *
 *	Function Stack,CPU Time:Self,Module		vtune -report top-down -format csv
 *	Total,0.0,[Unknown]
 *	 main,0.0,app.exe
 *	  "work<int, char>",0.015,app.exe
 *
 *	Level,Function Name,Number of Calls,...		VSPerfReport, CallTreeSummary
 *	0,"app.exe",0,100.00,
 *	1,"Tracer.Trace(int32)","1,471",91.25,
 *
 * - VTune's depth is the number of blanks before the name, Visual Studio's its first field;
 * - fields with commas are in quotes, numbers too; lines before the heading are messages;
 * - a row of Visual Studio counts the calls at its place, and not those below it.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

enum { FIELDS = 16, DEEPEST = 1000 };

struct reader {
	struct stack_text s;
	uint32_t col;
	bool is_vtune;
	size_t name, value, module; /* which fields these are; module: FIELDS if there is none */
	VEC(stack_id) way;          /* by depth */
};

/* Cut the next field off; quotes around it are removed. */
static struct str cut_field(struct str *line)
{
	ptrdiff_t end;
	struct str field;

	if (!str_starts(*line, S("\"")))
		return str_cut(line, ',');
	*line = str_skip(*line, 1);
	end = str_chr(*line, '"');
	field = str(line->p, end < 0 ? line->n : (size_t)end);
	*line = str_skip(*line, field.n + (end >= 0));
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

	r->is_vtune = n && str_eq(field[0], S("Function Stack"));
	r->name = r->is_vtune ? 0 : field_named(field, n, S("Function Name"));
	r->value = field_named(field, n, r->is_vtune ? S("CPU Time:Self") : S("Number of Calls"));
	r->module = field_named(field, n, r->is_vtune ? S("Module") : S("Module Name"));
	if (!r->is_vtune && !(n && str_eq(field[0], S("Level"))))
		return false;
	return r->name != FIELDS && r->value != FIELDS;
}

/* Rows */

static bool bad_row(struct reader *r, struct str line)
{
	return in_bad(r->s.in, "expected a function and its %s, found '%.*s'",
		      r->is_vtune ? "time" : "calls", STR_ARG(str(line.p, min_size(line.n, 80))));
}

/* "2,893,824" */
static bool parse_calls(struct str s, int64_t *n)
{
	struct buf digits = { 0 };
	bool ok;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ',')
			buf_ch(&digits, s.p[i]);
	ok = str_i64(buf_str(&digits), n);
	buf_release(&digits);
	return ok;
}

static void add_row(struct reader *r, size_t depth, struct str module, struct str name,
		    int64_t value)
{
	stack_id stack = depth ? r->way.v[depth - 1] : (stack_id){ 0 };

	stack_text_frame(&r->s, str_eq(module, S("[Unknown]")) ? S("") : module, name);
	vec_reverse(&r->s.frames);
	for (size_t i = 0; i < r->s.frames.n; i++)
		stack = dict_stack_below(r->s.p->dict, stack, r->s.frames.v[i]);
	vec_clear(&r->s.frames);
	r->way.n = depth;
	vec_push(&r->way, stack);
	if (value)
		profile_add_value(r->s.p, r->col,
				  profile_add_sample(r->s.p, stack, (label_set_id){ 0 }), value);
}

static bool read_row(struct reader *r, struct str line)
{
	struct str field[FIELDS], rest = line;
	size_t n, depth = 0;
	uint64_t level;
	int64_t value;

	if (r->is_vtune)
		while (rest.n && rest.p[0] == ' ') {
			rest = str_skip(rest, 1);
			depth++;
		}
	n = cut_fields(rest, field);
	if (n <= r->value || n <= r->name || !field[r->name].n)
		return bad_row(r, line);
	if (!r->is_vtune && !str_u64(field[0], &level))
		return bad_row(r, line);
	depth = r->is_vtune ? depth : (size_t)level;
	if (!(r->is_vtune ? stack_text_seconds(r->s.p, field[r->value], &value) :
			    parse_calls(field[r->value], &value)))
		return bad_row(r, line);
	if (depth > DEEPEST) /* a level of a few bytes takes memory in proportion to its depth */
		return in_bad(r->s.in, "a function more than %d deep", DEEPEST);
	if (depth > r->way.n)
		return in_bad(r->s.in, "a function %zu deep below one %zu deep", depth,
			      r->way.n ? r->way.n - 1 : 0);
	add_row(r, depth, r->module < n ? field[r->module] : S(""), field[r->name], value);
	return true;
}

static bool read_heading(struct reader *r)
{
	struct str line;

	while (in_line(r->s.in, &line)) {
		if (!parse_heading(r, line))
			continue;
		r->col = r->is_vtune ? stack_text_column(&r->s, S("cpu"), S("nanoseconds")) :
				       stack_text_column(&r->s, S("calls"), S("count"));
		return true;
	}
	return in_fail(r->s.in, "holds no samples: there is no line with names of columns");
}

static bool call_tree_csv_read(struct in *in, struct profile *p)
{
	struct reader r = { .col = 0 };
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
