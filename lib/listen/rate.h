/*
 * A limit of bytes a second for each tenant: a token bucket that holds ten seconds of the
 * rate. A request may take more than the bucket holds and leave a debt: so a request of any
 * size passes in the end, and the average rate still holds.
 */
#ifndef LISTEN_RATE_H
#define LISTEN_RATE_H

#include "base/strings.h"
#include "base/vec.h"

struct rate_bucket {
	double bytes;
	int64_t when; /* ns */
};

struct rates {
	uint64_t bytes_per_second; /* 0: no limit */
	struct strings names;
	VEC(struct rate_bucket) bucket; /* indexed by the name's number */
};

void rates_begin(struct rates *r, uint64_t bytes_per_second);
void rates_release(struct rates *r);

/* How many seconds the tenant must wait before it may send; 0 = none. now: ns, any clock. */
unsigned rate_wait(struct rates *r, struct str tenant, int64_t now);

/* Charge the tenant for bytes that it has sent. */
void rate_spend(struct rates *r, struct str tenant, int64_t now, uint64_t bytes);

#endif
