/*
 * Reducing the resolution: the profiles of a span of time become one. Header fields and
 * comments are combined by profile_append(), as in any sum of profiles.
 */
#include "store/chunk.h"
#include "store/directory.h"

_Static_assert(sizeof(struct chunk_row) == 12, "no padding: rows are compared as bytes");

struct reducing {
	struct rows_of_chunk *c;
	struct dictionary dict; /* has comments only */
	struct profile sum, part;
	VEC(uint32_t) now; /* by profile: its number afterwards */
	uint64_t *saturated;
};

static void saturate(struct reducing *r, int64_t *sum, int64_t more)
{
	if (!__builtin_add_overflow(*sum, more, sum))
		return;
	*sum = more < 0 ? INT64_MIN : INT64_MAX;
	++*r->saturated;
}

/* Append a profile's header fields and comments to the sum. */
static void append_meta(struct reducing *r, const struct stored *s)
{
	profile_clear(&r->part);
	meta_get(strings_get(&r->c->meta, s->meta), &r->part);
	r->part.head.period_type = r->part.head.period_unit = dict_intern(&r->dict, S("any"));
	r->part.nprofile = s->nprofile;
	profile_append(&r->sum, &r->part);
}

/* Do n profiles have equal headers and no comments? Most do, and need no profile_append(). */
static bool have_same_meta(struct reducing *r, const struct stored *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (s[i].meta != s->meta)
			return false;
	profile_clear(&r->part);
	meta_get(strings_get(&r->c->meta, s->meta), &r->part);
	return !profile_ncomment(&r->part);
}

static uint32_t sum_meta(struct reducing *r, const struct stored *s, size_t n)
{
	struct buf meta = { 0 };
	uint32_t number;

	if (n == 1 || have_same_meta(r, s, n))
		return s->meta;
	profile_clear(&r->sum);
	for (size_t i = 0; i < n; i++)
		append_meta(r, &s[i]);
	meta_put(&meta, &r->sum);
	number = strings_intern(&r->c->meta, buf_str(&meta));
	buf_release(&meta);
	return number;
}

static int64_t end_of(const struct stored *s)
{
	return profile_end(
		&(struct header){ .time = s->time, .duration = s->duration, .end = s->end });
}

/* Add up n profiles, from number `from` on, into number `to`, which is not larger. */
static void add_up(struct reducing *r, size_t from, size_t n, size_t to)
{
	struct rows_of_chunk *c = r->c;
	struct stored *s = c->profile.v + from, sum = *s;
	size_t ntype = c->ntype;

	sum.meta = sum_meta(r, s, n);
	memmove(c->total.v + to * ntype, c->total.v + from * ntype, ntype * sizeof(*c->total.v));
	for (size_t i = 1; i < n; i++) {
		int64_t end = end_of(&s[i]);

		saturate(r, &sum.duration, s[i].duration);
		sum.end = end > end_of(&sum) ? end : end_of(&sum);
		sum.nprofile += s[i].nprofile;
		vec_push(&c->more_hash, s[i].hash);
		for (size_t t = 0; t < ntype; t++)
			saturate(r, &c->total.v[to * ntype + t],
				 c->total.v[(from + i) * ntype + t]);
	}
	c->profile.v[to] = sum;
}

static void reduce_profiles(struct reducing *r, int64_t step)
{
	struct rows_of_chunk *c = r->c;
	size_t n = 0, end;

	for (size_t i = 0; i < c->profile.n; i = end) {
		for (end = i; end < c->profile.n && span_of(c->profile.v[end].time, step) ==
							    span_of(c->profile.v[i].time, step);
		     end++)
			vec_push(&r->now, (uint32_t)n);
		add_up(r, i, end - i, n++);
	}
	c->profile.n = n;
	c->total.n = n * c->ntype;
}

static void reduce_rows(struct reducing *r)
{
	struct rows_of_chunk *c = r->c;
	size_t nrow = c->row.n, ntype = c->ntype, n = 0;
	struct chunk_row *row = mem_zeroed(nrow, sizeof(*row));
	int64_t *value = mem_zeroed(nrow * ntype, sizeof(*value));
	uint32_t *order;

	for (size_t i = 0; i < nrow; i++)
		c->row.v[i].profile = r->now.v[c->row.v[i].profile];
	order = chunk_order(c);
	for (size_t i = 0; i < nrow; i++) {
		const struct chunk_row *from = &c->row.v[order[i]];

		if (!n || memcmp(&row[n - 1], from, sizeof(*from)) != 0)
			row[n++] = *from;
		for (size_t t = 0; t < ntype; t++)
			saturate(r, &value[(n - 1) * ntype + t], c->value.v[order[i] * ntype + t]);
	}
	if (n)
		memcpy(c->row.v, row, n * sizeof(*row));
	if (n && ntype)
		memcpy(c->value.v, value, n * ntype * sizeof(*value));
	c->row.n = n;
	c->value.n = n * ntype;
	mem_free(order, nrow * sizeof(*order));
	mem_free(row, nrow * sizeof(*row));
	mem_free(value, nrow * ntype * sizeof(*value));
}

void chunk_reduce(struct rows_of_chunk *c, int64_t step, uint64_t *saturated)
{
	struct reducing r = { .c = c, .saturated = saturated };

	dict_init(&r.dict);
	profile_init(&r.sum, &r.dict);
	profile_init(&r.part, &r.dict);
	chunk_sort(c);
	reduce_profiles(&r, step);
	reduce_rows(&r);
	vec_release(&r.now);
	profile_release(&r.sum);
	profile_release(&r.part);
	dict_release(&r.dict);
}
