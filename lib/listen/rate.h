/*
 * A limit of bytes a second for each tenant: a bucket that fills at that rate and holds ten
 * seconds of it. A request may take more than is there, and leaves a debt: so no request is
 * too large for ever, and the rate holds all the same.
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
	VEC(struct rate_bucket) bucket; /* by number of the name */
};

void rates_begin(struct rates *r, uint64_t bytes_per_second);
void rates_release(struct rates *r);

/* May the tenant send now? If not, in how many seconds; 0 = yes. now: ns, any clock. */
unsigned rate_wait(struct rates *r, struct str tenant, int64_t now);

/* It has sent that many bytes. */
void rate_spend(struct rates *r, struct str tenant, int64_t now, uint64_t bytes);

#endif
