#include "listen/rate.h"

enum { SECONDS = 10, MOST_NAMES = 65536 };

void rates_begin(struct rates *r, uint64_t bytes_per_second)
{
	*r = (struct rates){ .bytes_per_second = bytes_per_second };
	strings_init(&r->names);
}

void rates_release(struct rates *r)
{
	strings_release(&r->names);
	vec_release(&r->bucket);
}

static struct rate_bucket *bucket_of(struct rates *r, struct str tenant, int64_t now)
{
	double most = (double)r->bytes_per_second * SECONDS;
	struct rate_bucket *b;
	uint32_t i;

	if (r->names.n > MOST_NAMES) {
		rates_release(r);
		rates_begin(r, r->bytes_per_second);
	}
	i = strings_intern(&r->names, tenant);
	while (r->bucket.n <= i)
		vec_push(&r->bucket, { most, now });
	b = &r->bucket.v[i];
	b->bytes += (double)(now - b->when) / 1e9 * (double)r->bytes_per_second;
	b->bytes = b->bytes < most ? b->bytes : most;
	b->when = now;
	return b;
}

unsigned rate_wait(struct rates *r, struct str tenant, int64_t now)
{
	struct rate_bucket *b;

	if (!r->bytes_per_second)
		return 0;
	b = bucket_of(r, tenant, now);
	if (b->bytes > 0)
		return 0;
	return (unsigned)(-b->bytes / (double)r->bytes_per_second) + 1;
}

void rate_spend(struct rates *r, struct str tenant, int64_t now, uint64_t bytes)
{
	if (r->bytes_per_second)
		bucket_of(r, tenant, now)->bytes -= (double)bytes;
}
