/*
 * A sweep visits the intervals in order of their starts. The intervals that are open at the
 * current address form a stack. From bottom to top, ranks rise and ends fall: an interval is
 * dropped once a higher one covers the rest of it. The top of the stack owns the address.
 */
#include "object/spans.h"

#include <stdlib.h>
#include <string.h>

/* No real file nests deeper; if one does, the lowest interval is dropped. */
enum { DEPTH = 512 };

struct sweep {
	struct spans *to;
	struct interval open[DEPTH + 1];
	size_t n;
	uint64_t at; /* spans up to here are complete */
};

static int by_start(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Sorting takes most of the time, and symbols are often sorted already. */
static bool is_sorted(const struct interval *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (by_start(&p[i - 1], &p[i]) > 0)
			return false;
	return true;
}

/* Append a span of the top interval, from sweep.at to `end`. */
static void emit(struct sweep *w, uint64_t end)
{
	struct spans *to = w->to;
	struct span *last = to->n ? &to->v[to->n - 1] : NULL;
	uint64_t size = end - w->at;
	uint32_t id = w->open[w->n - 1].id;

	if (size && last && last->id == id && last->start + last->size == w->at &&
	    size <= UINT32_MAX - last->size) {
		last->size += (uint32_t)size;
	} else if (size) {
		to->v = mem_grow(to->v, &to->cap, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = (struct span){
			.start = w->at,
			.size = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size,
			.id = id,
		};
	}
	w->at = end;
}

/* Move the sweep to `start`, and close the intervals that end before it. */
static void advance(struct sweep *w, uint64_t start)
{
	while (w->n && w->open[w->n - 1].end <= start) {
		emit(w, w->open[w->n - 1].end);
		w->n--;
	}
	if (w->n)
		emit(w, start);
	w->at = start;
}

static void open_interval(struct sweep *w, const struct interval *p)
{
	size_t above = w->n, below;

	while (above && w->open[above - 1].rank > p->rank)
		above--;
	if (above < w->n && w->open[above].end >= p->end)
		return; /* covered to its end */
	below = above;
	while (below && w->open[below - 1].end <= p->end)
		below--;
	memmove(&w->open[below + 1], &w->open[above], (w->n - above) * sizeof(*p));
	w->open[below] = *p;
	w->n -= above - below;
	if (++w->n > DEPTH)
		memmove(&w->open[0], &w->open[1], --w->n * sizeof(*p));
}

void spans_init(struct spans *s, struct interval *v, size_t n)
{
	struct sweep w = { .to = s };

	*s = (struct spans){ 0 };
	if (!is_sorted(v, n))
		qsort(v, n, sizeof(*v), by_start);
	for (size_t i = 0; i < n; i++) {
		if (v[i].start >= v[i].end)
			continue;
		advance(&w, v[i].start);
		open_interval(&w, &v[i]);
	}
	advance(&w, UINT64_MAX);
	s->v = mem_resize(s->v, s->cap * sizeof(*s->v), s->n * sizeof(*s->v));
	s->cap = s->n;
}

const struct span *spans_find(const struct spans *s, uint64_t addr)
{
	size_t from = 0, to = s->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (s->v[mid].start <= addr)
			from = mid + 1;
		else
			to = mid;
	}
	return from && addr - s->v[from - 1].start < s->v[from - 1].size ? &s->v[from - 1] : NULL;
}

void spans_release(struct spans *s)
{
	mem_free(s->v, s->cap * sizeof(*s->v));
	*s = (struct spans){ 0 };
}
