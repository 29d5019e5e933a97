#include "listen/metrics.h"

#include <stdio.h>

static const unsigned statuses[METRIC_STATUSES] = { 200, 400, 401, 403, 404, 405, 408,
						    413, 415, 422, 429, 503, 0 };
static const double bounds[METRIC_BUCKETS] = { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
					       0.1,   0.25,   0.5,   1,    2.5,   10 };

void metrics_count(struct metrics *m, unsigned route, unsigned status)
{
	size_t i = 0;

	while (statuses[i] && statuses[i] != status)
		i++;
	m->requests[route][i]++;
}

void histogram_add(struct histogram *h, double seconds)
{
	size_t i = 0;

	while (i < METRIC_BUCKETS && seconds > bounds[i])
		i++;
	h->bucket[i]++;
	h->sum += seconds;
}

static void put_head(struct buf *to, const char *name, const char *type, const char *help)
{
	buf_printf(to, "# TYPE prof_listen_%s %s\n# HELP prof_listen_%s %s\n", name, type, name,
		   help);
}

static void put_counter(struct buf *to, const char *name, const char *help, uint64_t v)
{
	put_head(to, name, "counter", help);
	buf_printf(to, "prof_listen_%s_total %llu\n", name, (unsigned long long)v);
}

static void put_gauge(struct buf *to, const char *name, const char *help, uint64_t v)
{
	put_head(to, name, "gauge", help);
	buf_printf(to, "prof_listen_%s %llu\n", name, (unsigned long long)v);
}

static void put_histogram(struct buf *to, const char *name, const char *help,
			  const struct histogram *h)
{
	uint64_t n = 0;

	put_head(to, name, "histogram", help);
	for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
		char bound[32] = "+Inf";

		n += h->bucket[i];
		if (i < METRIC_BUCKETS)
			snprintf(bound, sizeof(bound), "%g", bounds[i]);
		buf_printf(to, "prof_listen_%s_bucket{le=\"%s\"} %llu\n", name, bound,
			   (unsigned long long)n);
	}
	buf_printf(to, "prof_listen_%s_count %llu\nprof_listen_%s_sum %.6f\n", name,
		   (unsigned long long)n, name, h->sum);
}

static void put_requests(struct buf *to, const struct metrics *m, const char *const *routes,
			 size_t n)
{
	put_head(to, "requests", "counter", "Requests, by path and status.");
	for (size_t r = 0; r < n; r++)
		for (size_t i = 0; i < METRIC_STATUSES; i++) {
			char status[16] = "other";

			if (!m->requests[r][i])
				continue;
			if (statuses[i])
				snprintf(status, sizeof(status), "%u", statuses[i]);
			buf_printf(to,
				   "prof_listen_requests_total{path=\"%s\",status=\"%s\"} %llu\n",
				   routes[r], status, (unsigned long long)m->requests[r][i]);
		}
}

void metrics_print(const struct metrics *m, const char *const *routes, size_t n, struct buf *to)
{
	put_requests(to, m, routes, n);
	put_counter(to, "profiles", "Profiles that were kept.", m->nprofile);
	put_counter(to, "body_bytes", "Bytes of bodies that were received.", m->nbody);
	put_counter(to, "unpacked_bytes", "Bytes of them after decompression.", m->nunpacked);
	put_counter(to, "reader_restarts", "Readers that ended and were started again.",
		    m->restarts);
	put_gauge(to, "connections", "Open connections.", m->connections);
	put_gauge(to, "pending_requests", "Uploads that are not answered yet.", m->pending);
	put_gauge(to, "held_bytes", "Bytes of bodies in memory.", m->held);
	put_histogram(to, "request_seconds", "From the head of an upload to its answer.",
		      &m->duration);
	put_histogram(to, "commit_seconds", "Bringing a group of uploads to the disk.", &m->commit);
	buf_add(to, S("# EOF\n"));
}
