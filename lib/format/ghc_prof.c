/*
 * Profiles of GHC's runtime, as text (+RTS -p, -P):
 *
 *		Sun Aug  6 14:52 2023 Time and Allocation Profiling Report  (Final)
 *		total time  =        0.02 secs   (23 ticks @ 1000 us, 1 processor)
 *		total alloc =  59,542,424 bytes  (excludes profiling overheads)
 *	...
 *	COST CENTRE MODULE SRC  no. entries  %time %alloc   %time %alloc  ticks bytes
 *
 *	MAIN        MAIN   <built-in>     337    0    0.0    0.0   100.0  100.0     0   728
 *	 main       Main   Main.hs:9:1-4  676    1   95.0   90.0   100.0   99.9    19  5000
 *
 * - the second table is a tree, by indentation; the first pair of percentages is a cost
 *   centre's self share, the second its inclusive share;
 * - with -P there are ticks and bytes; without it, only percentages of the totals, with one
 *   decimal;
 * - the widths of columns depend on their text, so fields are taken from the right; a place
 *   in the source may have blanks: "<no location info>".
 */
#include "base/vec.h"
#include "format/format.h"

enum { COLUMN_ENTRIES, COLUMN_ALLOC, COLUMN_TIME, COLUMNS };

/* Fields at the end of a line, from the left. */
enum { ENTRIES = 1, PERCENT_TIME, PERCENT_ALLOC, TICKS = 6, BYTES, FEW_FIELDS = 6, FIELDS = 8 };

struct reader {
	struct in *in;
	struct profile *p;
	uint32_t col[COLUMNS];
	int64_t ticks, tick_ns, alloc; /* of the whole program */
	int64_t sum[COLUMNS];          /* of the tree */
	int nfield;
	VEC(stack_id) way; /* by depth */
};

/* The header */

/* The number before `unit`, with its commas left out: "59,542,424" of "= 59,542,424 bytes". */
static bool number_before(struct str line, struct str unit, int64_t *v)
{
	ptrdiff_t at = str_find(line, unit);
	struct buf digits = { 0 };
	size_t i;
	bool ok;

	if (at <= 0)
		return false;
	i = (size_t)at;
	while (i && (is_digit(line.p[i - 1]) || line.p[i - 1] == ','))
		i--;
	for (; i < (size_t)at; i++)
		if (line.p[i] != ',')
			buf_ch(&digits, line.p[i]);
	ok = str_i64(buf_str(&digits), v);
	buf_release(&digits);
	return ok;
}

static void read_total(struct reader *r, struct str line)
{
	int64_t us;

	if (str_starts(line, S("total time"))) {
		number_before(line, S(" ticks @"), &r->ticks);
		if (number_before(line, S(" us,"), &us) || number_before(line, S(" us)"), &us))
			r->tick_ns = sat_mul(r->p, us, 1000);
	} else if (str_starts(line, S("total alloc"))) {
		number_before(line, S(" bytes"), &r->alloc);
	}
}

static struct str cut_last_word(struct str *line)
{
	size_t n = line->n;
	struct str word;

	while (n && !is_blank(line->p[n - 1]))
		n--;
	word = str_skip(*line, n);
	line->n = n;
	*line = str_trim(*line);
	return word;
}

/* Is this the heading of the tree? */
static bool begins_tree(struct str line, int *nfield)
{
	static const char *const words[] = { "COST",    "CENTRE", "MODULE", "SRC",   "no.",
					     "entries", "%time",  "%alloc", "%time", "%alloc" };

	for (size_t i = 0; i < LEN(words); i++)
		if (!str_eq(str_cut_word(&line), str_of(words[i])))
			return false;
	*nfield = str_eq(str_cut_word(&line), S("ticks")) ? FIELDS : FEW_FIELDS;
	return true;
}

/* The tree */

/* "Main.hs:(117,5)-(118,43)", "Parser.y:95:11-83": file and line. */
static struct str parse_place(struct str place, uint32_t *line)
{
	*line = 0;
	if (str_starts(place, S("<")))
		return S("");
	for (size_t i = 1; i + 1 < place.n; i++) {
		struct str digits = str_skip(place, i + 1);
		uint64_t n;
		size_t end = 0;

		if (place.p[i] != ':')
			continue;
		if (digits.p[0] == '(')
			digits = str_skip(digits, 1);
		while (end < digits.n && is_digit(digits.p[end]))
			end++;
		if (!end || end == digits.n || !memchr(":,", digits.p[end], 2))
			continue;
		if (str_u64(str(digits.p, end), &n) && n <= UINT32_MAX)
			*line = (uint32_t)n;
		return str(place.p, i);
	}
	return place;
}

/* "Main.main", with its file and line. */
static loc_id frame_of(struct reader *r, struct str name, struct str module, struct str place)
{
	struct buf joined = { 0 };
	struct func f = { 0 };
	struct loc loc = { 0 };

	buf_add(&joined, module);
	buf_ch(&joined, '.');
	buf_add(&joined, name);
	f.name = dict_intern(r->p->dict, buf_str(&joined));
	f.file = dict_intern(r->p->dict, parse_place(place, &f.line));
	loc.line = f.line;
	loc.func = dict_add_func(r->p->dict, f);
	buf_release(&joined);
	return dict_add_loc(r->p->dict, loc);
}

/* "97.4" in tenths of a percent, of a total; rounded. */
static bool parse_percent(struct str s, int64_t total, int64_t *v)
{
	struct str tenths = s, whole = str_cut(&tenths, '.');
	int64_t a, b = 0;

	if (!str_i64(whole, &a) || (tenths.n && !str_i64(tenths, &b)) || a < 0 || a > 1000 ||
	    b < 0 || b > 9)
		return false;
	*v = (int64_t)((double)total * (double)(a * 10 + b) / 1000 + 0.5);
	return true;
}

static bool parse_values(struct reader *r, const struct str *field, int64_t *value)
{
	int64_t ticks;
	bool ok = str_i64(field[ENTRIES], &value[COLUMN_ENTRIES]);

	if (r->nfield == FIELDS)
		ok = ok && str_i64(field[TICKS], &ticks) &&
		     str_i64(field[BYTES], &value[COLUMN_ALLOC]);
	else
		ok = ok && parse_percent(field[PERCENT_TIME], r->ticks, &ticks) &&
		     parse_percent(field[PERCENT_ALLOC], r->alloc, &value[COLUMN_ALLOC]);
	if (ok)
		value[COLUMN_TIME] = sat_mul(r->p, ticks, r->tick_ns);
	return ok;
}

static void add_sample(struct reader *r, stack_id stack, const int64_t *value)
{
	sample_id sample;

	if (!value[COLUMN_ENTRIES] && !value[COLUMN_ALLOC] && !value[COLUMN_TIME])
		return;
	sample = profile_add_sample(r->p, stack, (label_set_id){ 0 });
	for (size_t i = 0; i < COLUMNS; i++) {
		profile_add_value(r->p, r->col[i], sample, value[i]);
		r->sum[i] = sat_add(r->p, r->sum[i], value[i]);
	}
}

static bool read_cost_centre(struct reader *r, struct str line)
{
	struct str rest = str_trim(line), field[FIELDS], name, module;
	size_t depth = (size_t)(rest.p - line.p);
	int64_t value[COLUMNS];
	stack_id stack;

	for (int i = r->nfield; i-- > 0;)
		field[i] = cut_last_word(&rest);
	name = str_cut_word(&rest);
	module = str_cut_word(&rest);
	if (!module.n || !parse_values(r, field, value))
		return in_bad(r->in, "expected a cost centre, found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	if (depth > r->way.n)
		return in_bad(r->in, "a cost centre %zu deep below one %zu deep", depth,
			      r->way.n ? r->way.n - 1 : 0);
	r->way.n = depth;
	stack = depth ? vec_last(&r->way) : (stack_id){ 0 };
	stack = dict_stack_below(r->p->dict, stack, frame_of(r, name, module, rest));
	vec_push(&r->way, stack);
	add_sample(r, stack, value);
	return true;
}

static void add_columns(struct reader *r)
{
	static const char *const types[COLUMNS][2] = { { "entries", "count" },
						       { "alloc_space", "bytes" },
						       { "time", "nanoseconds" } };
	struct dictionary *d = r->p->dict;
	int64_t scale;

	for (size_t i = 0; i < COLUMNS; i++)
		r->col[i] = profile_column(r->p, dict_intern(d, str_of(types[i][0])),
					   dict_intern(d, str_of(types[i][1])), &scale);
	r->p->head.period_type = dict_intern(d, S("time"));
	r->p->head.period_unit = dict_intern(d, S("nanoseconds"));
	r->p->head.period = r->tick_ns;
}

/* The lines before the tree. */
static bool read_header(struct reader *r)
{
	struct str line;

	while (in_line(r->in, &line)) {
		if (begins_tree(line, &r->nfield))
			return true;
		read_total(r, str_trim(line));
	}
	return in_fail(r->in, "holds no samples: the table of cost centres is missing");
}

/* The totals of the header are those of the tree, unless that is cut short. */
static void check_totals(struct reader *r)
{
	if (r->sum[COLUMN_TIME] < sat_mul(r->p, r->ticks, r->tick_ns) ||
	    r->sum[COLUMN_ALLOC] < r->alloc)
		in_note(r->in, 0,
			"cost centres have less time or fewer bytes than the total in the header: the "
			"file may be cut short");
}

static bool ghc_prof_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .tick_ns = 1000000 };
	struct str line;
	bool ok = read_header(&r), begun = false;

	if (ok)
		add_columns(&r);
	while (ok && in_line(in, &line)) {
		if (!str_trim(line).n && begun)
			break;
		begun |= str_trim(line).n != 0;
		ok = !str_trim(line).n || read_cost_centre(&r, line);
	}
	if (!in->failed && r.nfield == FEW_FIELDS)
		in_note(in, 0,
			"values are percentages of the totals, with one decimal; "
			"+RTS -P writes ticks and bytes");
	if (!in->failed && r.nfield == FIELDS)
		check_totals(&r);
	vec_release(&r.way);
	return !in->failed;
}

static int ghc_prof_sniff(struct sniff *s)
{
	struct str head = s->head;
	int nfield;

	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (str_find(line, S("Time and Allocation Profiling Report")) >= 0)
			return 128;
		if (begins_tree(line, &nfield))
			return 64;
	}
	return 0;
}

const struct format format_ghc_prof = {
	.name = "ghc-prof",
	.help = "cost centres of GHC (+RTS -p), as text",
	.sniff = ghc_prof_sniff,
	.read = ghc_prof_read,
};
