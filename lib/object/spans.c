/*
 * Pieces are swept in order of their starts. What is open at the place the sweep
 * has reached stands on a staircase: from bottom to top ranks rise and ends fall,
 * for a piece that another one covers to its end will never be seen again, and
 * goes. The top has the address.
 */
#include "object/spans.h"

#include <stdlib.h>
#include <string.h>

/* Nothing honest is nested deeper; beyond it the lowest step goes. */
enum { STEPS = 512 };

struct sweep {
	struct spans *to;
	struct piece step[STEPS + 1];
	size_t n;
	uint64_t at; /* up to here it is settled who has what */
};

static int by_start(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Sorting takes most of the time; symbols come sorted. */
static bool is_sorted(const struct piece *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (by_start(&p[i - 1], &p[i]) > 0)
			return false;
	return true;
}

/* The top has all from sweep.at to `end`. */
static void settle(struct sweep *w, uint64_t end)
{
	struct spans *to = w->to;
	struct span *last = to->n ? &to->v[to->n - 1] : NULL;
	uint64_t size = end - w->at;
	uint32_t id = w->step[w->n - 1].id;

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

/* Move on to `start`: what ends before it leaves the staircase. */
static void advance(struct sweep *w, uint64_t start)
{
	while (w->n && w->step[w->n - 1].end <= start) {
		settle(w, w->step[w->n - 1].end);
		w->n--;
	}
	if (w->n)
		settle(w, start);
	w->at = start;
}

static void put(struct sweep *w, const struct piece *p)
{
	size_t above = w->n, below;

	while (above && w->step[above - 1].rank > p->rank)
		above--;
	if (above < w->n && w->step[above].end >= p->end)
		return; /* covered to its end */
	below = above;
	while (below && w->step[below - 1].end <= p->end)
		below--;
	memmove(&w->step[below + 1], &w->step[above], (w->n - above) * sizeof(*p));
	w->step[below] = *p;
	w->n -= above - below;
	if (++w->n > STEPS)
		memmove(&w->step[0], &w->step[1], --w->n * sizeof(*p));
}

void spans_init(struct spans *s, struct piece *pieces, size_t n)
{
	struct sweep w = { .to = s };

	*s = (struct spans){ 0 };
	if (!is_sorted(pieces, n))
		qsort(pieces, n, sizeof(*pieces), by_start);
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].start >= pieces[i].end)
			continue;
		advance(&w, pieces[i].start);
		put(&w, &pieces[i]);
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
