#include "store/chunk.h"

#include <stdlib.h>

void chunk_begin(struct rows_of_chunk *c, size_t ntype)
{
	c->ntype = ntype;
	vec_clear(&c->profile);
	vec_clear(&c->total);
	vec_clear(&c->row);
	vec_clear(&c->value);
	vec_clear(&c->more_hash);
	if (c->meta.n)
		strings_release(&c->meta);
	strings_init(&c->meta);
}

void chunk_release(struct rows_of_chunk *c)
{
	vec_release(&c->profile);
	vec_release(&c->total);
	vec_release(&c->row);
	vec_release(&c->value);
	vec_release(&c->more_hash);
	if (c->meta.n)
		strings_release(&c->meta);
	*c = (struct rows_of_chunk){ 0 };
}

/* Order */

struct place {
	int64_t time;
	uint32_t was;
};

static int by_time(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->was > y->was) - (x->was < y->was);
}

void chunk_sort(struct rows_of_chunk *c)
{
	size_t n = c->profile.n, ntotal = c->total.n, nplace = n;
	struct place *place = mem_zeroed(n, sizeof(*place));
	struct stored *profile = mem_zeroed(n, sizeof(*profile));
	int64_t *total = mem_zeroed(ntotal, sizeof(*total));
	uint32_t *now = mem_zeroed(n, sizeof(*now));

	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){ c->profile.v[i].time, (uint32_t)i };
	if (n)
		qsort(place, n, sizeof(*place), by_time);
	for (size_t i = 0; i < n; i++) {
		profile[i] = c->profile.v[place[i].was];
		now[place[i].was] = (uint32_t)i;
		for (size_t t = 0; t < c->ntype; t++)
			total[i * c->ntype + t] = c->total.v[place[i].was * c->ntype + t];
	}
	for (size_t i = 0; i < c->row.n; i++)
		c->row.v[i].profile = now[c->row.v[i].profile];
	if (n)
		memcpy(c->profile.v, profile, n * sizeof(*profile));
	if (ntotal)
		memcpy(c->total.v, total, ntotal * sizeof(*total));
	mem_free(place, nplace * sizeof(*place));
	mem_free(profile, n * sizeof(*profile));
	mem_free(total, ntotal * sizeof(*total));
	mem_free(now, n * sizeof(*now));
}

/* A stable counting sort of row numbers by one field: order[] from order[]. */
static void sort_rows_by(const struct chunk_row *row, size_t field, uint32_t *order,
			 uint32_t *spare, size_t n)
{
#define KEY(i) (((const uint32_t *)&row[i])[field])
	uint32_t least = UINT32_MAX, most = 0, *count;
	size_t nkey;

	for (size_t i = 0; i < n; i++) {
		least = KEY(i) < least ? KEY(i) : least;
		most = KEY(i) > most ? KEY(i) : most;
	}
	if (least >= most)
		return;
	nkey = (size_t)(most - least) + 2;
	count = mem_zeroed(nkey, sizeof(*count));
	for (size_t i = 0; i < n; i++)
		count[KEY(i) - least + 1]++;
	for (size_t i = 1; i < nkey; i++)
		count[i] += count[i - 1];
	for (size_t i = 0; i < n; i++)
		spare[count[KEY(order[i]) - least]++] = order[i];
	memcpy(order, spare, n * sizeof(*order));
	mem_free(count, nkey * sizeof(*count));
#undef KEY
}

enum { BY_STACK, BY_LABELS, BY_PROFILE };

uint32_t *chunk_order(const struct rows_of_chunk *c)
{
	size_t n = c->row.n;
	uint32_t *order = mem_zeroed(n, sizeof(*order)), *spare = mem_zeroed(n, sizeof(*spare));

	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	sort_rows_by(c->row.v, BY_PROFILE, order, spare, n);
	sort_rows_by(c->row.v, BY_LABELS, order, spare, n);
	sort_rows_by(c->row.v, BY_STACK, order, spare, n);
	mem_free(spare, n * sizeof(*spare));
	return order;
}

struct run_place {
	uint32_t stack, labels;
	size_t first, n;
};

/* The longest first, which puts similar runs side by side. */
static int by_length(const void *a, const void *b)
{
	const struct run_place *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->stack != y->stack)
		return x->stack < y->stack ? -1 : 1;
	return (x->labels > y->labels) - (x->labels < y->labels);
}

struct run_places VEC_OF(struct run_place);

static void gather_runs(const struct rows_of_chunk *c, const uint32_t *order,
			struct run_places *runs)
{
	for (size_t i = 0; i < c->row.n; i++) {
		const struct chunk_row *r = &c->row.v[order[i]];

		if (!runs->n || vec_last(runs).stack != r->stack ||
		    vec_last(runs).labels != r->labels)
			vec_push(runs, { r->stack, r->labels, i, 0 });
		vec_last(runs).n++;
	}
	if (runs->n)
		qsort(runs->v, runs->n, sizeof(*runs->v), by_length);
}

/* Columns of numbers */

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

static int64_t common_divisor(const int64_t *v, size_t n, size_t stride)
{
	uint64_t g = 0;

	for (size_t i = 0; i < n && g != 1; i++) {
		uint64_t a = magnitude(v[i * stride]);

		while (a) {
			uint64_t rest = g % a;

			g = a;
			a = rest;
		}
	}
	return g > 0 && g <= INT64_MAX ? (int64_t)g : 1;
}

/* The stored form */

static void profiles_put(const struct rows_of_chunk *c, struct buf *b)
{
	size_t n = c->profile.n;
	const struct stored *p = c->profile.v;
	uint64_t before = 0, step = 0;

	put_uleb(b, n);
	for (size_t i = 0; i < n; i++) {
		put_delta(b, (uint64_t)p[i].time - before, step);
		step = (uint64_t)p[i].time - before;
		before = (uint64_t)p[i].time;
	}
	for (size_t i = 0; i < n; i++)
		put_delta(b, (uint64_t)p[i].duration, i ? (uint64_t)p[i - 1].duration : 0);
	for (size_t i = 0; i < n; i++) {
		put_uleb(b, p[i].end != 0);
		if (p[i].end)
			put_delta(b, (uint64_t)p[i].end,
				  (uint64_t)p[i].time + (uint64_t)p[i].duration);
	}
	for (size_t i = 0; i < n; i++)
		put_delta(b, p[i].main_map, i ? p[i - 1].main_map : 0);
	for (size_t i = 0; i < n; i++)
		put_uleb(b, p[i].nprofile);
	for (size_t i = 0; i < n; i++)
		put_delta(b, p[i].meta, i ? p[i - 1].meta : 0);
	put_uleb(b, c->meta.n);
	for (uint32_t i = 0; i < c->meta.n; i++)
		put_text(b, strings_get(&c->meta, i));
	for (size_t t = 0; t < c->ntype; t++) {
		int64_t g = common_divisor(c->total.v + t, n, c->ntype);

		put_uleb(b, (uint64_t)g);
		for (size_t i = 0; i < n; i++)
			put_sleb(b, c->total.v[i * c->ntype + t] / g);
	}
	for (size_t i = 0; i < n; i++)
		put_u64(b, p[i].hash);
	if (!c->more_hash.n)
		return;
	put_uleb(b, c->more_hash.n);
	for (size_t i = 0; i < c->more_hash.n; i++)
		put_u64(b, c->more_hash.v[i]);
}

static void runs_put(const struct run_places *runs, struct buf *b)
{
	put_uleb(b, runs->n);
	for (size_t i = 0; i < runs->n; i++)
		put_delta(b, runs->v[i].n, i ? runs->v[i - 1].n : 0);
	for (size_t i = 0; i < runs->n; i++)
		put_delta(b, runs->v[i].stack, i ? runs->v[i - 1].stack : 0);
	for (size_t i = 0; i < runs->n; i++)
		put_delta(b, runs->v[i].labels, i ? runs->v[i - 1].labels : 0);
}

/* The first profile of each run, then gaps: the number of profiles between two rows. */
static void times_put(const struct rows_of_chunk *c, const struct run_places *runs,
		      const uint32_t *order, struct buf *b)
{
	for (size_t i = 0; i < runs->n; i++) {
		uint32_t next = 0;

		for (size_t k = 0; k < runs->v[i].n; k++) {
			uint32_t p = c->row.v[order[runs->v[i].first + k]].profile;

			put_uleb(b, p - next);
			next = p + 1;
		}
	}
}

/* The number of an earlier column of which this one is a multiple, or -1. */
static int find_like(const struct rows_of_chunk *c, size_t type, const int64_t *divisor)
{
	for (size_t other = 0; other < type; other++) {
		size_t i = 0;
		const int64_t *v = c->value.v;

		while (i < c->row.n && v[i * c->ntype + other] / divisor[other] ==
					       v[i * c->ntype + type] / divisor[type])
			i++;
		if (i == c->row.n)
			return (int)other;
	}
	return -1;
}

/*
 * A column is 0, its divisor and its quotients; or, if another column has the same quotients,
 * 1 + the number of that column and the divisor.
 */
static void values_put(const struct rows_of_chunk *c, const struct run_places *runs,
		       const uint32_t *order, size_t type, const int64_t *divisor, struct buf *b)
{
	int like = find_like(c, type, divisor);

	put_uleb(b, (uint64_t)(like + 1));
	put_uleb(b, (uint64_t)divisor[type]);
	if (like >= 0)
		return;
	for (size_t i = 0; i < runs->n; i++)
		for (size_t k = 0; k < runs->v[i].n; k++)
			put_sleb(b, c->value.v[order[runs->v[i].first + k] * c->ntype + type] /
					    divisor[type]);
}

void chunk_put(struct rows_of_chunk *c, struct buf *parts)
{
	struct run_places runs = { 0 };
	int64_t *divisor = mem_zeroed(c->ntype, sizeof(*divisor));
	uint32_t *order;

	chunk_sort(c);
	order = chunk_order(c);
	gather_runs(c, order, &runs);
	profiles_put(c, &parts[CHUNK_PROFILES]);
	runs_put(&runs, &parts[CHUNK_RUNS]);
	times_put(c, &runs, order, &parts[CHUNK_TIMES]);
	for (size_t t = 0; t < c->ntype; t++) {
		divisor[t] = common_divisor(c->value.v + t, c->row.n, c->ntype);
		values_put(c, &runs, order, t, divisor, &parts[CHUNK_VALUES + t]);
	}
	mem_free(order, c->row.n * sizeof(*order));
	mem_free(divisor, c->ntype * sizeof(*divisor));
	vec_release(&runs);
}
