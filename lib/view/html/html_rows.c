#include "view/html/html_rows.h"

#include <stdlib.h>

#include "analyze/sum.h"
#include "analyze/total.h"

/* Slots of time */

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Collect all distinct times. A time of 0 means no time: formats without times have it. */
static void list_times(struct html_times *t, const struct profile *p)
{
	uint64_t last = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->nobservation; i++) {
		uint64_t time = p->observation[i].time;

		if (!time || time == last)
			continue;
		t->at = mem_grow(t->at, &t->cap, t->n + 1, sizeof(*t->at));
		t->at[t->n++] = last = time;
	}
	if (t->n)
		qsort(t->at, t->n, sizeof(*t->at), compare_times);
	for (size_t i = 0; i < t->n; i++)
		if (!n || t->at[i] != t->at[n - 1])
			t->at[n++] = t->at[i];
	t->n = n;
}

/* Are the times those of windows, which are few and far apart, or of samples? */
static bool are_windows(const struct html_times *t)
{
	enum { MOST_WINDOWS = 2000 };
	const uint64_t nearest = 500 * 1000 * 1000;

	if (t->n > MOST_WINDOWS)
		return false;
	for (size_t i = 1; i < t->n; i++)
		if (t->at[i] - t->at[i - 1] < nearest)
			return false;
	return true;
}

/* A column of the heat map is a second if that gives a suitable number of columns. */
static uint64_t column_length(uint64_t length)
{
	enum { MOST_COLUMNS = 400, FEW_COLUMNS = 8 };
	static const uint64_t seconds[] = { 1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600 };
	const uint64_t second = 1000 * 1000 * 1000;
	uint64_t column;

	if (length < FEW_COLUMNS * second)
		return second / 10;
	for (size_t i = 0; i < LEN(seconds); i++)
		if (length / (seconds[i] * second) < MOST_COLUMNS)
			return seconds[i] * second;
	for (column = 6 * 3600 * second; length / column >= MOST_COLUMNS;)
		column *= 2;
	return column;
}

static void choose_slots(struct html_times *t, const struct profile *p)
{
	list_times(t, p);
	if (t->n < 2) {
		t->n = 0; /* a single time is of no use */
		return;
	}
	t->windows = are_windows(t);
	if (t->windows) {
		t->nslot = (uint32_t)t->n;
		return;
	}
	t->slot = column_length(t->at[t->n - 1] - t->at[0]) / HTML_SLOTS;
	t->nslot = (uint32_t)((t->at[t->n - 1] - t->at[0]) / t->slot) + 1;
}

static uint32_t slot_of(const struct html_times *t, uint64_t time)
{
	const uint64_t *at;

	if (!time || !t->n)
		return 0;
	if (!t->windows)
		return (uint32_t)((time - t->at[0]) / t->slot) + 1;
	at = bsearch(&time, t->at, t->n, sizeof(*t->at), compare_times);
	return (uint32_t)(at - t->at) + 1;
}

/* Rows */

static int64_t *add_row(struct html_rows *r, struct html_row row)
{
	int64_t *value;

	r->row = mem_grow(r->row, &r->cap, r->n + 1, sizeof(*r->row));
	r->value = mem_grow(r->value, &r->value_cap, (r->n + 1) * r->ncol, sizeof(*r->value));
	value = r->value + r->n * r->ncol;
	memset(value, 0, r->ncol * sizeof(*value));
	r->row[r->n++] = row;
	return value;
}

struct lister {
	struct html_rows *rows;
	struct profile *p;
	const uint32_t *node;
	struct html_row *row_of; /* by sample: its row, without a time */
	int64_t *timed;          /* by sample and column: the part of the value that has times */
};

/* Find each sample's node, side, and set of labels without the one that marks the base. */
static void locate_samples(struct lister *l)
{
	struct base_side base = base_side_of(l->p);

	for (uint32_t i = 1; i < l->p->sample.n; i++) {
		const struct sample *s = profile_sample(l->p, (sample_id){ i });
		struct html_row *row = &l->row_of[i];

		row->node = l->node[s->stack.i];
		row->base = base_side_has(&base, s->labels);
		row->set = row->base ? dict_drop_label(l->p->dict, s->labels, base.key).i :
				       s->labels.i;
	}
}

static int64_t without_sign(const struct html_row *row, int64_t v)
{
	return !row->base ? v : v == INT64_MIN ? INT64_MAX : -v;
}

static void list_timed(struct lister *l)
{
	for (size_t i = 0; i < l->p->nobservation && l->rows->times.n; i++) {
		const struct observation *o = &l->p->observation[i];
		struct html_row row = l->row_of[o->sample.i];
		int64_t *timed = &l->timed[o->sample.i * l->rows->ncol + o->col];

		row.slot = slot_of(&l->rows->times, o->time);
		if (!row.slot || !o->value)
			continue;
		add_row(l->rows, row)[o->col] = without_sign(&row, o->value);
		*timed = sat_add(l->p, *timed, o->value);
	}
}

/* Add the part of each value that has no times, which may be all of it. */
static void list_untimed(struct lister *l)
{
	struct html_rows *r = l->rows;

	for (uint32_t i = 1; i < l->p->sample.n; i++) {
		int64_t *value = NULL;

		for (size_t col = 0; col < r->ncol; col++) {
			int64_t v = l->p->col[col].v[i];

			if (l->timed)
				v = sum_subtract(v, l->timed[i * r->ncol + col], &l->p->saturated);
			if (!v)
				continue;
			if (!value)
				value = add_row(r, l->row_of[i]);
			value[col] = without_sign(&l->row_of[i], v);
		}
	}
}

/* Number the sets of the rows in order of appearance; 0 is the empty one. */
static void number_sets(struct html_rows *r, const struct dictionary *d)
{
	uint32_t n = d->label_set.n, *number = mem_zeroed(n, sizeof(*number));

	r->set = mem_grow(r->set, &r->set_cap, 1, sizeof(*r->set));
	r->set[r->nset++] = (label_set_id){ 0 };
	for (size_t i = 0; i < r->n; i++) {
		uint32_t set = r->row[i].set;

		if (set && !number[set]) {
			number[set] = r->nset;
			r->set = mem_grow(r->set, &r->set_cap, (size_t)r->nset + 1,
					  sizeof(*r->set));
			r->set[r->nset++].i = set;
		}
		r->row[i].set = number[set];
	}
	mem_free(number, n * sizeof(*number));
}

/* Sorting and merging */

/* A row and its place. */
struct entry {
	struct html_row row;
	uint32_t at;
};

static int compare_entries(const void *a, const void *b)
{
	const struct html_row *x = &((const struct entry *)a)->row,
			      *y = &((const struct entry *)b)->row;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return (x->base > y->base) - (x->base < y->base);
}

/* Sort the rows by node, then by set, slot and side. */
static struct entry *order_rows(const struct html_rows *r, uint32_t nnode)
{
	struct entry *order = mem_zeroed(r->n, sizeof(*order));
	size_t room = (size_t)nnode + 2;
	uint32_t *start = mem_zeroed(room, sizeof(*start)); /* by node + 1 */

	for (size_t i = 0; i < r->n; i++)
		start[r->row[i].node + 2]++;
	for (size_t i = 2; i < room; i++)
		start[i] += start[i - 1];
	for (uint32_t i = 0; i < r->n; i++)
		order[start[r->row[i].node + 1]++] = (struct entry){ r->row[i], i };
	for (uint32_t i = 0; i < nnode; i++)
		if (start[i + 1] - start[i] > 1)
			qsort(order + start[i], start[i + 1] - start[i], sizeof(*order),
			      compare_entries);
	mem_free(start, room * sizeof(*start));
	return order;
}

static bool is_same_row(const struct html_row *a, const struct html_row *b)
{
	return a->node == b->node && a->set == b->set && a->slot == b->slot && a->base == b->base;
}

static void merge_rows(struct html_rows *r, struct profile *p, uint32_t nnode)
{
	struct html_rows to = *r;
	struct entry *order = order_rows(r, nnode);

	to.row = NULL;
	to.value = NULL;
	to.n = to.cap = to.value_cap = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct html_row *row = &order[i].row;
		const int64_t *value = r->value + order[i].at * r->ncol;
		int64_t *sum = to.n && is_same_row(&to.row[to.n - 1], row) ?
				       to.value + (to.n - 1) * to.ncol :
				       add_row(&to, *row);

		for (size_t col = 0; col < r->ncol; col++)
			sum[col] = sat_add(p, sum[col], value[col]);
	}
	mem_free(order, r->n * sizeof(*order));
	mem_free(r->row, r->cap * sizeof(*r->row));
	mem_free(r->value, r->value_cap * sizeof(*r->value));
	*r = to;
}

void html_rows_init(struct html_rows *r, struct profile *p, const uint32_t *node, uint32_t nnode)
{
	struct lister l = { .rows = r, .p = p, .node = node };
	size_t nsample = p->sample.n;

	*r = (struct html_rows){ .ncol = p->ncol };
	choose_slots(&r->times, p);
	l.row_of = mem_zeroed(nsample, sizeof(*l.row_of));
	locate_samples(&l);
	if (r->times.n)
		l.timed = mem_zeroed(nsample * r->ncol, sizeof(*l.timed));
	list_timed(&l);
	list_untimed(&l);
	mem_free(l.row_of, nsample * sizeof(*l.row_of));
	if (l.timed)
		mem_free(l.timed, nsample * r->ncol * sizeof(*l.timed));
	number_sets(r, p->dict);
	merge_rows(r, p, nnode);
}

void html_rows_release(struct html_rows *r)
{
	mem_free(r->row, r->cap * sizeof(*r->row));
	mem_free(r->value, r->value_cap * sizeof(*r->value));
	mem_free(r->times.at, r->times.cap * sizeof(*r->times.at));
	mem_free(r->set, r->set_cap * sizeof(*r->set));
	*r = (struct html_rows){ 0 };
}
