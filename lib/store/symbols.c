/*
 * A table is its number of rows, then its fields, column by column: similar numbers side by
 * side compress well. References are differences to the row before, which are small since rows
 * are numbered in order of appearance.
 *
 * A stack is the number of frames that it shares with the stack before, and its other frames.
 * Stacks are in order of their frames, so they form a tree.
 */
#include "store/symbols.h"

#include <stdlib.h>

#include "store/section.h"

struct symbols_mark symbols_mark_begin(void)
{
	return (struct symbols_mark){ 1, 1, 1, 1, 1, 1, 1, 0 };
}

static void strings_put(struct buf *b, const struct dictionary *d, uint32_t from)
{
	put_uleb(b, d->str.n - from);
	for (uint32_t i = from; i < d->str.n; i++)
		put_uleb(b, d->str.row[i].n);
	for (uint32_t i = from; i < d->str.n; i++)
		buf_add(b, d->str.row[i]);
}

/* One field of the rows [from, to), as differences or as it is. */
#define PUT_FIELD(b, type, row_of, from, to, put, field)                                           \
	do {                                                                                       \
		uint64_t before_ = 0;                                                              \
                                                                                                   \
		for (uint32_t i_ = (from); i_ < (to); i_++) {                                      \
			const type *row = row_of(d, i_);                                           \
                                                                                                   \
			put(b, row->field);                                                        \
		}                                                                                  \
		(void)before_;                                                                     \
	} while (0)
#define PUT_DELTA(b, v) (put_delta(b, (v), before_), before_ = (v))

static const struct func *func_row(const struct dictionary *d, uint32_t i)
{
	return table_row(&d->func, i);
}

static const struct mapping *map_row(const struct dictionary *d, uint32_t i)
{
	return table_row(&d->mapping, i);
}

static const struct loc *loc_row(const struct dictionary *d, uint32_t i)
{
	return table_row(&d->loc, i);
}

static const struct label *label_row(const struct dictionary *d, uint32_t i)
{
	return table_row(&d->label, i);
}

static const struct label_set *label_set_row(const struct dictionary *d, uint32_t i)
{
	return table_row(&d->label_set, i);
}

static void funcs_put(struct buf *b, const struct dictionary *d, uint32_t from)
{
	uint32_t n = d->func.n;

	put_uleb(b, n - from);
	PUT_FIELD(b, struct func, func_row, from, n, PUT_DELTA, name.i);
	PUT_FIELD(b, struct func, func_row, from, n, PUT_DELTA, linkage.i);
	PUT_FIELD(b, struct func, func_row, from, n, PUT_DELTA, file.i);
	PUT_FIELD(b, struct func, func_row, from, n, put_uleb, line);
}

/* Write all mappings, which are few, if any is new or has changed. */
static void maps_put(struct buf *b, const struct dictionary *d, struct symbols_mark *mark)
{
	uint32_t n = d->mapping.n;
	uint64_t check = check_bytes(str(d->mapping.rows, n * sizeof(struct mapping)));

	put_uleb(b, check == mark->map_check ? 0 : n - 1);
	if (check == mark->map_check)
		return;
	mark->map_check = check;
	PUT_FIELD(b, struct mapping, map_row, 1, n, PUT_DELTA, file.i);
	PUT_FIELD(b, struct mapping, map_row, 1, n, PUT_DELTA, build_id.i);
	PUT_FIELD(b, struct mapping, map_row, 1, n, put_uleb, which);
	PUT_FIELD(b, struct mapping, map_row, 1, n, put_uleb, size);
	PUT_FIELD(b, struct mapping, map_row, 1, n, put_uleb, offset);
	PUT_FIELD(b, struct mapping, map_row, 1, n, put_uleb, start);
	PUT_FIELD(b, struct mapping, map_row, 1, n, put_uleb, flags);
}

static void locs_put(struct buf *b, const struct dictionary *d, uint32_t from)
{
	uint32_t n = d->loc.n;

	put_uleb(b, n - from);
	PUT_FIELD(b, struct loc, loc_row, from, n, PUT_DELTA, func.i);
	PUT_FIELD(b, struct loc, loc_row, from, n, put_uleb, map.i);
	PUT_FIELD(b, struct loc, loc_row, from, n, PUT_DELTA, addr);
	PUT_FIELD(b, struct loc, loc_row, from, n, PUT_DELTA, line);
	PUT_FIELD(b, struct loc, loc_row, from, n, put_uleb, column);
	PUT_FIELD(b, struct loc, loc_row, from, n, put_uleb, flags);
}

static void labels_put(struct buf *b, const struct dictionary *d, struct symbols_mark *mark)
{
	uint32_t from = mark->label, n = d->label.n;

	put_uleb(b, n - from);
	PUT_FIELD(b, struct label, label_row, from, n, PUT_DELTA, key.i);
	PUT_FIELD(b, struct label, label_row, from, n, PUT_DELTA, str.i);
	PUT_FIELD(b, struct label, label_row, from, n, put_uleb, unit.i);
	PUT_FIELD(b, struct label, label_row, from, n, put_uleb, is_num);
	PUT_FIELD(b, struct label, label_row, from, n, PUT_DELTA, num);
	from = mark->label_set;
	n = d->label_set.n;
	put_uleb(b, n - from);
	PUT_FIELD(b, struct label_set, label_set_row, from, n, PUT_DELTA, rest.i);
	PUT_FIELD(b, struct label_set, label_set_row, from, n, PUT_DELTA, label.i);
}

void symbols_put(struct buf *b, const struct dictionary *d, struct symbols_mark *mark)
{
	strings_put(b, d, mark->str);
	funcs_put(b, d, mark->func);
	maps_put(b, d, mark);
	locs_put(b, d, mark->loc);
	labels_put(b, d, mark);
	mark->str = d->str.n;
	mark->func = d->func.n;
	mark->map = d->mapping.n;
	mark->loc = d->loc.n;
	mark->label = d->label.n;
	mark->label_set = d->label_set.n;
}

/* Stacks */

struct numbered_stack {
	const loc_id *frame;
	size_t n;
	uint32_t number;
};

static int by_frames(const void *a, const void *b)
{
	const struct numbered_stack *x = a, *y = b;

	for (size_t i = 0; i < x->n && i < y->n; i++)
		if (x->frame[i].i != y->frame[i].i)
			return x->frame[i].i < y->frame[i].i ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

/* The stacks from number `from` on, in order of their frames. The caller frees them. */
static struct numbered_stack *sorted_stacks(const struct dictionary *d, uint32_t from)
{
	uint32_t n = d->stack.n - from;
	struct numbered_stack *s = mem_zeroed(n, sizeof(*s));

	for (uint32_t i = 0; i < n; i++) {
		s[i].number = from + i;
		s[i].frame = dict_frames(d, (stack_id){ from + i }, &s[i].n);
	}
	if (n)
		qsort(s, n, sizeof(*s), by_frames);
	return s;
}

static size_t common_frames(const loc_id *a, size_t n, const loc_id *b, size_t m)
{
	size_t i = 0;

	while (i < n && i < m && a[i].i == b[i].i)
		i++;
	return i;
}

/* New stacks, in order of their frames: number, counts of shared and other frames, the others. */
void stacks_put(struct buf *b, const struct dictionary *d, struct symbols_mark *mark)
{
	uint32_t from = mark->stack, n = d->stack.n - from, loc = 0;
	struct numbered_stack *stack = sorted_stacks(d, from), none = { .number = from };
	struct buf shared = { 0 }, others = { 0 }, frames = { 0 };

	put_uleb(b, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct numbered_stack *s = &stack[i], *before = i ? s - 1 : &none;
		size_t same = common_frames(before->frame, before->n, s->frame, s->n);

		put_delta(b, s->number, before->number);
		put_delta(&shared, same, before->n);
		put_uleb(&others, s->n - same);
		for (size_t k = same; k < s->n; k++) {
			put_delta(&frames, s->frame[k].i, loc);
			loc = s->frame[k].i;
		}
	}
	put_text(b, buf_str(&shared));
	put_text(b, buf_str(&others));
	put_text(b, buf_str(&frames));
	mark->stack = d->stack.n;
	buf_release(&shared);
	buf_release(&others);
	buf_release(&frames);
	mem_free(stack, n * sizeof(*stack));
}

/* Reading */

void row_numbers_begin(struct row_numbers *n)
{
	vec_clear(&n->str);
	vec_clear(&n->func);
	vec_clear(&n->map);
	vec_clear(&n->loc);
	vec_clear(&n->label);
	vec_clear(&n->label_set);
	vec_clear(&n->stack);
	vec_clear(&n->frames);
	vec_append_zeroed(&n->str, 1);
	vec_append_zeroed(&n->func, 1);
	vec_append_zeroed(&n->map, 1);
	vec_append_zeroed(&n->loc, 1);
	vec_append_zeroed(&n->label, 1);
	vec_append_zeroed(&n->label_set, 1);
	vec_append_zeroed(&n->stack, 1);
}

void row_numbers_release(struct row_numbers *n)
{
	vec_release(&n->str);
	vec_release(&n->func);
	vec_release(&n->map);
	vec_release(&n->loc);
	vec_release(&n->label);
	vec_release(&n->label_set);
	vec_release(&n->stack);
	vec_release(&n->frames);
}

static void strings_get_rows(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	size_t count = get_count(c);
	struct str *text = mem_zeroed(count, sizeof(*text));
	size_t was = n->str.n;

	for (size_t i = 0; i < count; i++)
		text[i].n = get_uleb(c);
	for (size_t i = 0; i < count; i++)
		text[i] = cursor_bytes(c, text[i].n);
	vec_append_zeroed(&n->str, count);
	dict_intern_all(d, text, count, n->str.v + was);
	mem_free(text, count * sizeof(*text));
}

/* Read a column of `count` values into a field of rows. */
#define GET_FIELD(rows, count, field, value)                                                       \
	do {                                                                                       \
		uint64_t before = 0;                                                               \
                                                                                                   \
		for (size_t i_ = 0; i_ < (count); i_++) {                                          \
			before = (value);                                                          \
			(rows)[i_].field = (__typeof__((rows)[i_].field))before;                   \
		}                                                                                  \
	} while (0)
#define A_DELTA(n) get_delta_below(c, (uint32_t)before, (n))

/* The row for the number of a string. */
static str_id string_row(const struct row_numbers *n, str_id id)
{
	return n->str.v[id.i];
}

static void funcs_get_rows(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	size_t count = get_count(c), was = n->func.n;
	struct func *f = mem_zeroed(count, sizeof(*f));

	GET_FIELD(f, count, name.i, A_DELTA(n->str.n));
	GET_FIELD(f, count, linkage.i, A_DELTA(n->str.n));
	GET_FIELD(f, count, file.i, A_DELTA(n->str.n));
	GET_FIELD(f, count, line, get_below(c, UINT32_MAX));
	for (size_t i = 0; i < count; i++) {
		f[i].name = string_row(n, f[i].name);
		f[i].linkage = string_row(n, f[i].linkage);
		f[i].file = string_row(n, f[i].file);
	}
	vec_append_zeroed(&n->func, count);
	dict_add_funcs(d, f, count, n->func.v + was);
	mem_free(f, count * sizeof(*f));
}

static void maps_get_rows(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	size_t count = get_count(c);
	struct mapping *m = mem_zeroed(count, sizeof(*m));

	GET_FIELD(m, count, file.i, A_DELTA(n->str.n));
	GET_FIELD(m, count, build_id.i, A_DELTA(n->str.n));
	GET_FIELD(m, count, which, get_below(c, UINT32_MAX));
	GET_FIELD(m, count, size, get_uleb(c));
	GET_FIELD(m, count, offset, get_uleb(c));
	GET_FIELD(m, count, start, get_uleb(c));
	GET_FIELD(m, count, flags, get_below(c, UINT32_MAX));
	if (count)
		n->map.n = 1; /* all mappings are written again */
	for (size_t i = 0; i < count && !c->failed; i++) {
		m[i].file = string_row(n, m[i].file);
		m[i].build_id = string_row(n, m[i].build_id);
		vec_push(&n->map, dict_add_mapping(d, m[i]));
	}
	mem_free(m, count * sizeof(*m));
}

static void locs_get_rows(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	size_t count = get_count(c), was = n->loc.n;
	struct loc *l = mem_zeroed(count, sizeof(*l));

	GET_FIELD(l, count, func.i, A_DELTA(n->func.n));
	GET_FIELD(l, count, map.i, get_below(c, n->map.n));
	GET_FIELD(l, count, addr, get_delta(c, before));
	GET_FIELD(l, count, line, A_DELTA(UINT32_MAX));
	GET_FIELD(l, count, column, get_below(c, UINT32_MAX));
	GET_FIELD(l, count, flags, get_below(c, UINT32_MAX));
	for (size_t i = 0; i < count; i++) {
		l[i].func = n->func.v[l[i].func.i];
		l[i].map = n->map.v[l[i].map.i];
	}
	vec_append_zeroed(&n->loc, count);
	dict_add_locs(d, l, count, n->loc.v + was);
	mem_free(l, count * sizeof(*l));
}

static void labels_get_rows(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	size_t count = get_count(c);
	struct label *l = mem_zeroed(count, sizeof(*l));

	GET_FIELD(l, count, key.i, A_DELTA(n->str.n));
	GET_FIELD(l, count, str.i, A_DELTA(n->str.n));
	GET_FIELD(l, count, unit.i, get_below(c, n->str.n));
	GET_FIELD(l, count, is_num, get_below(c, 2));
	GET_FIELD(l, count, num, get_delta(c, before));
	for (size_t i = 0; i < count && !c->failed; i++) {
		l[i].key = string_row(n, l[i].key);
		l[i].str = string_row(n, l[i].str);
		l[i].unit = string_row(n, l[i].unit);
		vec_push(&n->label, (label_id){ table_intern(&d->label, &l[i]) });
	}
	mem_free(l, count * sizeof(*l));
}

static void label_sets_get_rows(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	size_t count = get_count(c), was = n->label_set.n;
	struct label_set *s = mem_zeroed(count, sizeof(*s));

	GET_FIELD(s, count, rest.i, A_DELTA(was + count));
	GET_FIELD(s, count, label.i, A_DELTA(n->label.n));
	for (size_t i = 0; i < count && !c->failed; i++) {
		if (s[i].rest.i >= n->label_set.n) {
			cursor_fail(c);
			break;
		}
		vec_push(&n->label_set, dict_add_label(d, n->label_set.v[s[i].rest.i],
						       *dict_label(d, n->label.v[s[i].label.i])));
	}
	mem_free(s, count * sizeof(*s));
}

bool symbols_get(struct cursor *c, struct dictionary *d, struct row_numbers *n)
{
	strings_get_rows(c, d, n);
	funcs_get_rows(c, d, n);
	maps_get_rows(c, d, n);
	locs_get_rows(c, d, n);
	labels_get_rows(c, d, n);
	label_sets_get_rows(c, d, n);
	return !c->failed;
}

static bool frames_fit(struct row_numbers *n, uint64_t shared, uint64_t more)
{
	return shared <= n->frames.n && vec_fits(&n->frames, more);
}

bool stacks_get(struct cursor *c, struct dictionary *d, struct row_numbers *n,
		const uint8_t *wanted, size_t nwanted)
{
	size_t count = get_count(c), from = n->stack.n;
	struct cursor number = *c, shared, others, frames;
	uint32_t id = (uint32_t)from, loc = 0;

	for (size_t i = 0; i < count; i++)
		get_uleb(c);
	shared = cursor_over(get_text(c));
	others = cursor_over(get_text(c));
	frames = cursor_over(get_text(c));
	vec_append_zeroed(&n->stack, count);
	vec_clear(&n->frames);
	for (size_t i = 0; i < count && !c->failed; i++) {
		uint64_t same = get_delta(&shared, n->frames.n), more = get_uleb(&others);

		id = get_delta_below(&number, id, n->stack.n);
		if (id < from || number.failed || !frames_fit(n, same, more) ||
		    !cursor_has_records(&frames, more, 1)) {
			cursor_fail(c);
			break;
		}
		n->frames.n = (size_t)same;
		for (uint64_t k = 0; k < more; k++) {
			loc = get_delta_below(&frames, loc, n->loc.n);
			if (!loc)
				break; /* row 0 is none */
			vec_push(&n->frames, n->loc.v[loc]);
		}
		if (n->frames.n != same + more || !n->frames.n) {
			cursor_fail(c);
			break;
		}
		if (!wanted || (id < nwanted && wanted[id]))
			n->stack.v[id] = dict_add_stack(d, n->frames.v, n->frames.n);
	}
	if (shared.failed || others.failed || frames.failed)
		cursor_fail(c);
	return !c->failed;
}
