/* A listener's metrics of itself, as OpenMetrics 1.0 for GET /metrics. */
#ifndef LISTEN_METRICS_H
#define LISTEN_METRICS_H

#include "base/buf.h"

enum { METRIC_ROUTES = 8, METRIC_STATUSES = 16, METRIC_BUCKETS = 12 };

struct histogram {
	uint64_t bucket[METRIC_BUCKETS + 1]; /* the last: above all bounds */
	double sum;                          /* seconds */
};

struct metrics {
	uint64_t requests[METRIC_ROUTES][METRIC_STATUSES];
	struct histogram duration;           /* of uploads, from the first byte to the answer */
	struct histogram commit;             /* of writing a group to the disk */
	uint64_t nprofile, nbody, nunpacked; /* profiles kept; bytes received, and unpacked */
	/* Current values: */
	uint64_t connections, pending, held; /* held: bytes of bodies in memory */
	uint64_t restarts;
};

/* Count an answer with this status to a request of this route. */
void metrics_count(struct metrics *m, unsigned route, unsigned status);

void histogram_add(struct histogram *h, double seconds);

/* Append the page. routes: the n paths. */
void metrics_print(const struct metrics *m, const char *const *routes, size_t n, struct buf *to);

#endif
