/* Reading the sections that chunk.c writes. */
#include "store/chunk.h"

void chunk_profiles_release(struct chunk_profiles *p)
{
	vec_release(&p->profile);
	vec_release(&p->total);
	vec_release(&p->meta);
	vec_release(&p->more_hash);
	buf_release(&p->bytes);
}

static void times_of_profiles(struct cursor *c, struct stored *p, size_t n)
{
	uint64_t step = 0, before = 0;

	for (size_t i = 0; i < n; i++) {
		step = get_delta(c, step);
		before += step;
		p[i].time = (int64_t)before;
	}
	before = 0;
	for (size_t i = 0; i < n; i++)
		p[i].duration = (int64_t)(before = get_delta(c, before));
	for (size_t i = 0; i < n; i++)
		if (get_below(c, 2))
			p[i].end = (int64_t)get_delta(c, (uint64_t)p[i].time +
								 (uint64_t)p[i].duration);
}

static void metas_get(struct cursor *c, struct chunk_profiles *p)
{
	uint32_t before = 0;
	size_t n;

	for (size_t i = 0; i < p->profile.n; i++)
		p->profile.v[i].meta = before = get_delta_below(c, before, UINT32_MAX);
	n = get_count(c);
	vec_clear(&p->meta);
	for (size_t i = 0; i < n && !c->failed; i++)
		vec_push(&p->meta, get_text(c));
	for (size_t i = 0; i < p->profile.n; i++)
		if (p->profile.v[i].meta >= n)
			cursor_fail(c);
}

static int64_t times_factor(struct cursor *c, int64_t v, int64_t factor)
{
	int64_t product;

	if (__builtin_mul_overflow(v, factor, &product)) {
		cursor_fail(c);
		return 0;
	}
	return product;
}

/* Only reduced chunks have more hashes than profiles: see chunk_reduce(). */
static void more_hashes_get(struct cursor *c, struct chunk_profiles *p)
{
	size_t n = cursor_left(c) ? get_count(c) : 0;

	vec_clear(&p->more_hash);
	for (size_t i = 0; i < n && !c->failed; i++)
		vec_push(&p->more_hash, cursor_u64(c));
}

bool chunk_profiles_get(struct cursor *c, size_t ntype, struct chunk_profiles *p)
{
	size_t n = get_count(c);
	uint32_t before = 0;

	vec_clear(&p->profile);
	vec_clear(&p->total);
	vec_append_zeroed(&p->profile, n);
	times_of_profiles(c, p->profile.v, n);
	for (size_t i = 0; i < n; i++)
		p->profile.v[i].main_map = before = get_delta_below(c, before, UINT32_MAX);
	for (size_t i = 0; i < n; i++)
		p->profile.v[i].nprofile = get_below(c, UINT32_MAX);
	metas_get(c, p);
	for (size_t t = 0; t < ntype && !c->failed; t++) {
		int64_t factor = (int64_t)get_uleb(c);

		for (size_t i = 0; i < n && !c->failed; i++)
			vec_push(&p->total, times_factor(c, get_sleb(c), factor));
	}
	for (size_t i = 0; i < n; i++)
		p->profile.v[i].hash = cursor_u64(c);
	more_hashes_get(c, p);
	return !c->failed && !cursor_left(c);
}

bool chunk_runs_get(struct cursor *c, uint64_t most, struct row_runs *runs, size_t *nrow)
{
	size_t n = get_count(c);
	uint64_t length = 0, all = 0;
	uint32_t before = 0;

	vec_clear(runs);
	vec_append_zeroed(runs, n);
	for (size_t i = 0; i < n; i++) {
		length = get_delta(c, length);
		if (length > most || (all += length) > most)
			cursor_fail(c);
		runs->v[i].n = (size_t)length;
	}
	for (size_t i = 0; i < n; i++)
		runs->v[i].stack = before = get_delta_below(c, before, UINT32_MAX);
	before = 0;
	for (size_t i = 0; i < n; i++)
		runs->v[i].labels = before = get_delta_below(c, before, UINT32_MAX);
	*nrow = c->failed ? 0 : (size_t)all;
	return !c->failed && !cursor_left(c);
}

bool chunk_times_get(struct cursor *c, const struct row_runs *runs, size_t nprofile, uint32_t *to)
{
	for (size_t i = 0; i < runs->n; i++) {
		uint64_t next = 0;

		for (size_t k = 0; k < runs->v[i].n; k++) {
			uint64_t gap = get_uleb(c);

			if (gap >= nprofile || (next += gap) >= nprofile) {
				cursor_fail(c);
				return false;
			}
			*to++ = (uint32_t)next++;
		}
	}
	return !c->failed && !cursor_left(c);
}

static int64_t add_saturated(int64_t a, int64_t b, uint64_t *saturated)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	++*saturated;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

/* The sum of n numbers. Most have one byte, and n of those cannot overflow. */
static int64_t sum_of_numbers(struct cursor *c, size_t n, uint64_t *saturated)
{
	int64_t sum = 0;

	while (n && !c->failed) {
		const uint8_t *at = c->at, *end = at + min_size(n, cursor_left(c));
		int64_t small = 0;

		for (; at < end && *at < 0x80; at++)
			small += (*at >> 1) ^ -(*at & 1);
		n -= (size_t)(at - c->at);
		c->at = at;
		sum = add_saturated(sum, small, saturated);
		if (n) {
			sum = add_saturated(sum, get_sleb(c), saturated);
			n--;
		}
	}
	return sum;
}

bool chunk_sums_get(struct cursor *c, const struct row_runs *runs, int64_t *sums, int *like,
		    int64_t *factor, uint64_t *saturated)
{
	*like = (int)get_below(c, INT32_MAX) - 1;
	*factor = (int64_t)get_uleb(c);
	for (size_t i = 0; *like < 0 && i < runs->n; i++)
		sums[i] = sum_of_numbers(c, runs->v[i].n, saturated);
	return !c->failed && !cursor_left(c) && *factor > 0;
}

bool chunk_values_get(struct cursor *c, size_t nrow, int64_t *to, int *like, int64_t *factor)
{
	*like = (int)get_below(c, INT32_MAX) - 1;
	*factor = (int64_t)get_uleb(c);
	for (size_t i = 0; *like < 0 && i < nrow && !c->failed; i++)
		to[i] = *factor == 1 ? get_sleb(c) : times_factor(c, get_sleb(c), *factor);
	return !c->failed && !cursor_left(c) && *factor > 0;
}
