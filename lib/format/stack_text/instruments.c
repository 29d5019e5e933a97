/*
 * Call trees of times that were copied from Instruments of macOS (Edit > Deep Copy), with tabs
 * between the fields:
 *
 *	Weight	Self Weight		Symbol Name
 *	1.50 min  100.0%	0 s	 	app (4711)
 *	1.50 min   99.9%	12.00 ms	 	 main
 *
 * Older versions write "Running Time" and "Self" or "Self (ms)". The depth is the number of
 * blanks before the name. Some locales have a comma in numbers.
 */
#include "format/folded.h"
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	bool is_ms; /* "Self (ms)": no unit after the numbers */
	struct stack_way way;
	label_set_id process;
	bool has_process; /* the outermost line is one: frames begin below it */
};

/* "Weight	Self Weight		Symbol Name" */
static bool parse_heading(struct str line, bool *is_ms)
{
	struct str rest = line, time = str_cut(&rest, '\t'), self = str_cut(&rest, '\t');

	*is_ms = str_ends(self, S("(ms)"));
	return (str_eq(time, S("Weight")) || str_eq(time, S("Running Time"))) &&
	       str_starts(self, S("Self")) && str_ends(rest, S("Symbol Name"));
}

/* How many ns a unit has; 0 if it is none. */
static int64_t unit_ns(struct str unit)
{
	static const struct {
		struct str name;
		int64_t ns;
	} units[] = {
		{ { "min", 3 }, 60000000000 },
		{ { "s", 1 }, 1000000000 },
		{ { "ms", 2 }, 1000000 },
		{ { "us", 2 }, 1000 },
		{ { "\xc2\xb5s", 3 }, 1000 },
		{ { "\xce\xbcs", 3 }, 1000 },
		{ { "ns", 2 }, 1 },
		{ { "hr", 2 }, 3600000000000 },
	};

	for (size_t i = 0; i < LEN(units); i++)
		if (str_eq(unit, units[i].name))
			return units[i].ns;
	return 0;
}

/* "12.00 ms" as ns */
static bool parse_time(struct reader *r, struct str text, int64_t *ns)
{
	struct str unit = str_trim(text), number = str_cut(&unit, ' ');
	struct folded_count c;
	struct buf digits = { 0 };
	int64_t scale = r->is_ms && !unit.n ? 1000000 : unit_ns(unit);
	bool ok;

	for (size_t i = 0; i < number.n; i++)
		buf_ch(&digits, number.p[i] == ',' ? '.' : number.p[i]);
	ok = scale && folded_count(buf_str(&digits), &c) && c.whole >= 0;
	if (ok)
		*ns = sat_add(r->s.p, sat_mul(r->s.p, c.whole, scale),
			      (int64_t)((__int128)c.frac * scale / (int64_t)FRAC_ONE));
	buf_release(&digits);
	return ok;
}

/* "app (4711)": labels. False if it is a function. */
static bool read_process(struct reader *r, struct str name)
{
	struct dictionary *d = r->s.p->dict;
	ptrdiff_t open = str_rchr(name, '(');
	struct str digits;
	int64_t pid;

	r->process = (label_set_id){ 0 };
	r->has_process = false;
	if (open < 2 || name.p[open - 1] != ' ' || !str_ends(name, S(")")))
		return false;
	digits = str_skip(name, (size_t)open + 1);
	digits.n--;
	if (!str_i64(digits, &pid) || pid < 0)
		return false;
	vec_clear(&r->way);
	r->process = dict_add_text_label(d, r->process, S("comm"), str(name.p, (size_t)open - 1));
	r->process = dict_add_number_label(d, r->process, S("pid"), pid);
	r->has_process = true;
	return true;
}

static bool read_row(struct reader *r, struct str line)
{
	struct str rest = line, name;
	size_t depth = 0;
	stack_id stack = { 0 };
	int64_t ns = 0;
	bool ok;

	str_cut(&rest, '\t'); /* the time with callees, and its share */
	ok = parse_time(r, str_cut(&rest, '\t'), &ns);
	str_cut(&rest, '\t'); /* an icon */
	name = rest;
	while (depth < name.n && name.p[depth] == ' ')
		depth++;
	name = str_trim(name);
	if (!ok || !name.n)
		return in_bad(r->s.in, "expected two times and a symbol, found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	if (!(depth == 0 && read_process(r, name)) &&
	    !stack_text_below(&r->s, &r->way, depth - (depth && r->has_process), S(""), name,
			      &stack))
		return !r->s.in->failed;
	if (ns)
		profile_add_value(r->s.p, r->col, profile_add_sample(r->s.p, stack, r->process),
				  ns);
	return true;
}

static bool instruments_read(struct in *in, struct profile *p)
{
	struct reader r = { .col = 0 };
	struct str line;
	bool is_ms;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("cpu"), S("nanoseconds"));
	if (in_line(in, &line) && !parse_heading(line, &r.is_ms))
		in_fail(in, "expected the heading 'Weight, Self Weight, Symbol Name'");
	while (in_line(in, &line)) {
		if (parse_heading(line, &is_ms))
			vec_clear(&r.way); /* another tree follows */
		else if (line.n && !read_row(&r, line))
			break;
	}
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	vec_release(&r.way);
	return !in->failed;
}

static int instruments_sniff(struct sniff *s)
{
	struct str head = s->head;
	bool is_ms;

	return parse_heading(str_cut(&head, '\n'), &is_ms) ? 96 : 0;
}

const struct format format_instruments = {
	.name = "instruments",
	.help = "call trees that were copied from Instruments",
	.open_end = true,
	.sniff = instruments_sniff,
	.read = instruments_read,
};
