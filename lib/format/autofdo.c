/*
 * LLVM's text format of sample profiles, which clang reads with -fprofile-sample-use
 * (llvm.org, "Clang User's Manual", "Sample Profile Text Format"):
 *
 *	main:184019:0
 *	 4: 534
 *	 9: inlined:630
 *	  1: 630
 *
 * A function has the sum of its samples and of those inlined into it, and 0 for its entries,
 * which stacks do not show. Lines are relative to the first line of the function. An inlined
 * function stands below the line that calls it. Only the leaf of a stack counts, since its
 * callers do not run.
 *
 * This format can only be written. Samples are left out if their leaf has no line, or its
 * function has no first line; a comment at the end counts them.
 */
#include <stdlib.h>

#include "base/vec.h"
#include "format/format.h"
#include "format/one_side.h"

/* A function, or one inlined at a line of another. */
struct body {
	uint32_t parent; /* the body that calls it; 0 = it is not inlined */
	uint32_t offset; /* of the call, in lines from the parent's first line */
	str_id name;
};
_Static_assert(sizeof(struct body) == 12, "no padding");

struct line {
	uint32_t body, offset;
};
_Static_assert(sizeof(struct line) == 8, "no padding");

struct autofdo {
	struct profile *p;
	uint32_t col;
	struct table bodies, lines;
	VEC(int64_t) body_sum, line_sum; /* by row */
	VEC(uint32_t) first, next;       /* bodies: children of a body, and their siblings */
	VEC(uint32_t) first_line, next_line;
	int64_t left_out, all;
};

static str_id linkage_name(const struct func *f)
{
	return f->linkage.i ? f->linkage : f->name;
}

/* LLVM keeps 16 bits of the distance. */
static bool line_offset(const struct dictionary *d, loc_id id, uint32_t *offset)
{
	const struct loc *l = dict_loc(d, id);
	const struct func *f = dict_func(d, l->func);

	if (!f->line || l->line < f->line || l->line - f->line > UINT16_MAX)
		return false;
	*offset = l->line - f->line;
	return true;
}

static void add_to(struct autofdo *a, int64_t *sum, int64_t v)
{
	*sum = sat_add(a->p, *sum, v);
}

/*
 * Count a sample at the leaf of a stack: the frames from n - 1 down to the first that is not
 * inlined are one place in the code. False if one of them has no line.
 */
static bool count_leaf(struct autofdo *a, const loc_id *frames, size_t n, int64_t v)
{
	const struct dictionary *d = a->p->dict;
	size_t outer = n - 1;
	struct line line = { 0 };

	while (outer && dict_loc(d, frames[outer])->flags & LOC_INLINED)
		outer--;
	for (size_t i = outer; i < n; i++)
		if (!line_offset(d, frames[i], &line.offset))
			return false;
	for (size_t i = outer; i < n; i++) {
		const struct func *f = dict_func(d, dict_loc(d, frames[i])->func);
		struct body body = { .parent = line.body,
				     .offset = i > outer ? line.offset : 0,
				     .name = linkage_name(f) };

		line.body = table_intern(&a->bodies, &body);
		if (line.body >= a->body_sum.n)
			vec_append_zeroed(&a->body_sum, line.body + 1 - a->body_sum.n);
		add_to(a, &a->body_sum.v[line.body], v);
		line_offset(d, frames[i], &line.offset);
	}
	line.body = table_intern(&a->lines, &line);
	if (line.body >= a->line_sum.n)
		vec_append_zeroed(&a->line_sum, line.body + 1 - a->line_sum.n);
	add_to(a, &a->line_sum.v[line.body], v);
	return true;
}

static void count_samples(struct autofdo *a)
{
	for (uint32_t i = 1; i < a->p->sample.n; i++) {
		int64_t v = profile_value(a->p, a->col, (sample_id){ i });
		size_t n;
		const loc_id *frames =
			dict_frames(a->p->dict, profile_sample(a->p, (sample_id){ i })->stack, &n);

		if (!v)
			continue;
		add_to(a, &a->all, v);
		if (!n || !count_leaf(a, frames, n, v))
			add_to(a, &a->left_out, v);
	}
}

/* A row to write: sorted by sum, or by offset. */
struct entry {
	int64_t by;
	uint32_t row;
};

static int compare_entries(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->by != b->by)
		return a->by < b->by ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Link each row into the list of its parent, the last row first. */
static void link_rows(struct autofdo *a)
{
	vec_append_zeroed(&a->first, a->bodies.n);
	vec_append_zeroed(&a->next, a->bodies.n);
	vec_append_zeroed(&a->first_line, a->bodies.n);
	vec_append_zeroed(&a->next_line, a->lines.n);
	for (uint32_t i = 1; i < a->bodies.n; i++) {
		const struct body *b = table_row(&a->bodies, i);

		a->next.v[i] = a->first.v[b->parent];
		a->first.v[b->parent] = i;
	}
	for (uint32_t i = 1; i < a->lines.n; i++) {
		const struct line *l = table_row(&a->lines, i);

		a->next_line.v[i] = a->first_line.v[l->body];
		a->first_line.v[l->body] = i;
	}
}

static void put_spaces(struct buf *b, uint32_t n)
{
	while (n-- > 0)
		buf_ch(b, ' ');
}

static void put_lines(struct autofdo *a, struct out *out, uint32_t body, uint32_t depth)
{
	VEC(struct entry) list = { 0 };

	for (uint32_t i = a->first_line.v[body]; i; i = a->next_line.v[i]) {
		const struct line *l = table_row(&a->lines, i);

		vec_push(&list, { l->offset, i });
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), compare_entries);
	for (size_t i = 0; i < list.n; i++) {
		put_spaces(&out->bytes, depth);
		buf_printf(&out->bytes, "%lld: %lld\n", (long long)list.v[i].by,
			   (long long)a->line_sum.v[list.v[i].row]);
	}
	vec_release(&list);
}

static void put_body(struct autofdo *a, struct out *out, uint32_t row, uint32_t depth);

/* The bodies inlined into one, by line; or the functions, the largest sum first. */
static void put_bodies(struct autofdo *a, struct out *out, uint32_t parent, uint32_t depth)
{
	VEC(struct entry) list = { 0 };

	for (uint32_t i = a->first.v[parent]; i; i = a->next.v[i]) {
		const struct body *b = table_row(&a->bodies, i);

		vec_push(&list, { parent ? b->offset : -a->body_sum.v[i], i });
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), compare_entries);
	for (size_t i = 0; i < list.n; i++)
		put_body(a, out, list.v[i].row, depth);
	vec_release(&list);
}

static void put_body(struct autofdo *a, struct out *out, uint32_t row, uint32_t depth)
{
	const struct body *b = table_row(&a->bodies, row);

	put_spaces(&out->bytes, depth);
	if (depth)
		buf_printf(&out->bytes, "%u: ", b->offset);
	buf_add(&out->bytes, dict_text(a->p->dict, b->name));
	buf_printf(&out->bytes, ":%lld%s\n", (long long)a->body_sum.v[row], depth ? "" : ":0");
	put_lines(a, out, row, depth + 1);
	put_bodies(a, out, row, depth + 1);
	out_flush(out);
}

static void write_autofdo(struct out *out, struct profile *p)
{
	struct autofdo a = { .p = p };

	if (!p->ncol)
		return;
	a.col = profile_default_column(p);
	if (!write_counts(out, p, a.col, "autofdo"))
		return;
	table_init(&a.bodies, sizeof(struct body), sizeof(struct body));
	table_init(&a.lines, sizeof(struct line), sizeof(struct line));
	count_samples(&a);
	link_rows(&a);
	put_bodies(&a, out, 0, 0);
	if (a.left_out)
		buf_printf(&out->bytes, "# without a line, and left out: %lld of %lld\n",
			   (long long)a.left_out, (long long)a.all);
	table_release(&a.bodies);
	table_release(&a.lines);
	vec_release(&a.body_sum);
	vec_release(&a.line_sum);
	vec_release(&a.first);
	vec_release(&a.next);
	vec_release(&a.first_line);
	vec_release(&a.next_line);
}

const struct format format_autofdo = {
	.name = "autofdo",
	.help = "a sample profile for clang -fprofile-sample-use",
	.text = true,
	.write = write_autofdo,
};
