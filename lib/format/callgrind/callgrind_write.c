/* Writing callgrind's format: callgrind.h. Files and functions have numbers. */
#include <stdlib.h>

#include "format/callgrind/call_graph.h"
#include "format/callgrind/callgrind.h"
#include "format/one_side.h"

/* A line of costs: those of a line of a function, or of its calls of another function. */
struct cost_line {
	uint32_t function, callee; /* callee: 0 for the self cost */
	uint32_t line, one;
};
_Static_assert(sizeof(struct cost_line) == 16, "no padding");

/* A call that was seen in the current stack. */
struct seen_call {
	uint32_t caller, callee;
	uint64_t stack; /* payload: the number of the sample + 1 */
};
_Static_assert(sizeof(struct seen_call) == 16, "no padding");

struct writer {
	struct out *out;
	struct profile *p;
	uint32_t *columns;                  /* in the order in which they are written */
	struct table function, lines, seen; /* struct graph_function, cost_line, seen_call */
	VEC(int64_t) values;                /* by row of `lines`, and column */
	VEC(uint32_t) function_of;          /* by location; 0 = not known yet */
	VEC(uint32_t) named;                /* functions that have been named, by row */
};

/* Gathering */

static uint32_t function_of(struct writer *w, loc_id id)
{
	const struct loc *loc = dict_loc(w->p->dict, id);
	struct graph_function f = { .map = loc->map, .one = 1 };

	if (id.i >= w->function_of.n)
		vec_append_zeroed(&w->function_of, w->p->dict->loc.n - w->function_of.n);
	if (!w->function_of.v[id.i]) {
		f.file = dict_func(w->p->dict, loc->func)->file;
		f.name = dict_frame_name(w->p->dict, id);
		w->function_of.v[id.i] = table_intern(&w->function, &f);
	}
	return w->function_of.v[id.i];
}

static void add_line(struct writer *w, uint32_t function, uint32_t callee, uint32_t line,
		     sample_id sample)
{
	struct cost_line key = { function, callee, line, 1 };
	size_t row = table_intern(&w->lines, &key), need = (row + 1) * w->p->ncol;

	if (w->values.n < need)
		vec_append_zeroed(&w->values, need - w->values.n);
	for (uint32_t i = 0; i < w->p->ncol; i++) {
		int64_t *sum = &w->values.v[row * w->p->ncol + i];

		*sum = sat_add(w->p, *sum, profile_value(w->p, w->columns[i], sample));
	}
}

/* Is this the first such call in the sample's stack? */
static bool is_first_call(struct writer *w, uint32_t caller, uint32_t callee, sample_id sample)
{
	struct seen_call key = { caller, callee, 0 };
	struct seen_call *row = table_row(&w->seen, table_intern(&w->seen, &key));
	bool first = row->stack != sample.i;

	row->stack = sample.i;
	return first;
}

static void add_sample(struct writer *w, sample_id id)
{
	size_t n;
	const loc_id *frames = dict_frames(w->p->dict, profile_sample(w->p, id)->stack, &n);
	uint32_t caller = 0, caller_line = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t function = function_of(w, frames[i]);

		if (caller && is_first_call(w, caller, function, id))
			add_line(w, caller, function, caller_line, id);
		caller = function;
		caller_line = dict_loc(w->p->dict, frames[i])->line;
	}
	if (!n) {
		struct graph_function f = { .name = dict_intern(w->p->dict, S("[unknown]")),
					    .one = 1 };

		caller = table_intern(&w->function, &f);
	}
	add_line(w, caller, 0, caller_line, id);
}

/* Writing */

static void put_text(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_ch(b, (uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
}

/* A name of blanks would read as no name. */
static void put_name_text(struct buf *b, struct str s)
{
	size_t at = b->n;

	put_text(b, s);
	if (!str_trim(str(b->p + at, b->n - at)).n)
		buf_add(b, S("[unknown]"));
}

/* Characters other than letters and digits become '_'. */
static void put_event(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], lower = (char)(c | 0x20);

		buf_ch(b, is_digit(c) || (lower >= 'a' && lower <= 'z') ? c : '_');
	}
}

static void put_header(struct writer *w)
{
	struct buf *b = &w->out->bytes;
	struct str command = profile_fact(w->p, S("command"));

	buf_add(b, S("# callgrind format\nversion: 1\ncreator: prof\n"));
	if (command.n) {
		buf_add(b, S("cmd: "));
		put_text(b, command);
		buf_ch(b, '\n');
	}
	buf_add(b, S("positions: line\nevents:"));
	for (uint32_t i = 0; i < w->p->ncol; i++) {
		const struct column *c = &w->p->col[w->columns[i]];
		struct str unit = dict_text(w->p->dict, c->unit);

		buf_ch(b, ' ');
		put_event(b, c->type.i ? dict_text(w->p->dict, c->type) : S("samples"));
		if (!unit.n || str_eq(unit, S("count")))
			continue;
		buf_add(b, S("_("));
		put_event(b, unit);
		buf_ch(b, ')');
	}
	buf_ch(b, '\n');
}

/* "fn=(3) main" the first time, "fn=(3)" later. The numbers are those of rows. */
static void put_numbered(struct writer *w, const char *key, uint32_t number, struct str name,
			 bool is_new)
{
	struct buf *b = &w->out->bytes;

	buf_printf(b, "%s=(%u)", key, number);
	if (is_new) {
		buf_ch(b, ' ');
		put_name_text(b, name);
	}
	buf_ch(b, '\n');
}

/* A function's object, file and name; `prefix` is "c" for a callee. */
static void put_function(struct writer *w, const char *prefix, uint32_t row)
{
	static const char *const keys[2][3] = { { "ob", "fl", "fn" }, { "cob", "cfi", "cfn" } };
	const char *const *key = keys[*prefix != '\0'];
	const struct graph_function *f = table_row(&w->function, row);
	struct dictionary *d = w->p->dict;
	struct str object = dict_text(d, dict_mapping(d, f->map)->file), file;
	bool is_new;

	/* Without a name, "(1) ???" is what valgrind writes. */
	file = f->file.i ? dict_text(d, f->file) : S("???");
	put_numbered(w, key[0], f->map.i + 1, object.n ? object : S("???"), true);
	put_numbered(w, key[1], f->file.i + 1, file, true);
	if (row >= w->named.n)
		vec_append_zeroed(&w->named, row + 1 - w->named.n);
	is_new = !w->named.v[row];
	w->named.v[row] = 1;
	put_numbered(w, key[2], row, dict_text(d, f->name), is_new);
}

static void put_costs(struct writer *w, uint32_t line, const int64_t *value)
{
	struct buf *b = &w->out->bytes;

	buf_u64(b, line);
	for (uint32_t i = 0; i < w->p->ncol; i++) {
		buf_ch(b, ' ');
		buf_i64(b, value[i]);
	}
	buf_ch(b, '\n');
}

static int by_function(const void *a, const void *b)
{
	const struct cost_line *x = *(struct cost_line *const *)a,
			       *y = *(struct cost_line *const *)b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->callee != y->callee)
		return x->callee < y->callee ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void put_line(struct writer *w, const struct cost_line *l, uint32_t *function)
{
	size_t row = (size_t)((const char *)l - w->lines.rows) / w->lines.row_size;

	if (l->function != *function) {
		buf_ch(&w->out->bytes, '\n');
		put_function(w, "", l->function);
		*function = l->function;
	}
	if (l->callee) {
		put_function(w, "c", l->callee);
		buf_add(&w->out->bytes, S("calls=1 0\n"));
	}
	put_costs(w, l->line, &w->values.v[row * w->p->ncol]);
	out_flush(w->out);
}

static void put_totals(struct writer *w)
{
	struct buf *b = &w->out->bytes;

	buf_add(b, S("\ntotals:"));
	for (uint32_t i = 0; i < w->p->ncol; i++) {
		int64_t sum = 0;

		for (uint32_t j = 1; j < w->p->sample.n; j++)
			sum = sat_add(w->p, sum,
				      profile_value(w->p, w->columns[i], (sample_id){ j }));
		buf_ch(b, ' ');
		buf_i64(b, sum);
	}
	buf_ch(b, '\n');
	out_flush(w->out);
}

static void put_lines(struct writer *w)
{
	size_t n = w->lines.n - 1;
	struct cost_line **sorted = mem_zeroed(n, sizeof(*sorted));
	uint32_t function = 0;

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = table_row(&w->lines, i + 1);
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_function);
	for (size_t i = 0; i < n; i++)
		put_line(w, sorted[i], &function);
	mem_free(sorted, n * sizeof(*sorted));
}

/* The default column first: readers show the first. */
static void order_columns(struct writer *w)
{
	uint32_t first = profile_default_column(w->p), n = 0;

	w->columns = mem_zeroed(w->p->ncol, sizeof(*w->columns));
	w->columns[n++] = first;
	for (uint32_t i = 0; i < w->p->ncol; i++)
		if (i != first)
			w->columns[n++] = i;
}

void callgrind_write(struct out *out, struct profile *p)
{
	struct writer w = { .out = out, .p = p };

	if (!p->ncol)
		return;
	if (p->ncol > CALLGRIND_EVENTS) {
		out_fail(out, "callgrind: %zu sample types, of which it can have %d", p->ncol,
			 CALLGRIND_EVENTS);
		return;
	}
	if (!write_one_side(out, p, "callgrind"))
		return;
	order_columns(&w);
	table_init(&w.function, sizeof(struct graph_function), sizeof(struct graph_function));
	table_init(&w.lines, sizeof(struct cost_line), sizeof(struct cost_line));
	table_init(&w.seen, sizeof(struct seen_call), offsetof(struct seen_call, stack));
	for (uint32_t i = 1; i < p->sample.n; i++)
		add_sample(&w, (sample_id){ i });
	put_header(&w);
	put_lines(&w);
	put_totals(&w);
	mem_free(w.columns, p->ncol * sizeof(*w.columns));
	table_release(&w.function);
	table_release(&w.lines);
	table_release(&w.seen);
	vec_release(&w.values);
	vec_release(&w.function_of);
	vec_release(&w.named);
}
