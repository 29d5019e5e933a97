/*
 * Queries to a Pyroscope server: the calls of its querier, in protobuf over HTTP (messages in
 * proto/querier.proto). The answers and errors handled here are those of servers of version 2.
 *
 *	if (querier_open(&q, "http://pyroscope:4040", NULL))
 *		sets = querier_series(&q, "{service_name=\"api\"}", range);
 *	...
 *	querier_close(&q);
 *
 * A range is in ms since 1970 and includes both ends, so that adjacent ranges share a ms. A
 * request to a busy server (429, 502, 503, 504) is repeated up to three times. Nothing here
 * prints.
 */
#ifndef REMOTE_QUERIER_H
#define REMOTE_QUERIER_H

#include "http/http.h"
#include "querier.pb-c.h"

struct ms_range {
	int64_t start, end;
};

struct querier {
	struct http_client *client;
	struct buf base; /* the server's URL, without '/' at its end */
	/* The error of the last call, a message with the URL; NUL-terminated. */
	struct buf error;
	/*
	 * The longest range that the server accepts, end - start; 0: unknown. A call that
	 * fails because its range is longer sets it, and is_too_long.
	 */
	int64_t longest;
	bool is_too_long;
	struct http_answer answer;           /* the last one */
	Querier__StackTracesResponse *of_id; /* if that has the profile of a span or trace */
};

/* settings: NULL for the defaults. False with q->error; querier_close() follows in both cases. */
bool querier_open(struct querier *q, const char *url, const struct http_settings *settings);
void querier_close(struct querier *q);

/*
 * The label sets of all series that match a selector, "{...}". The server lists the series of
 * all its files that have profiles in the range, so some may have no profile in it. NULL after
 * an error; freed by querier__series_response__free_unpacked().
 */
Querier__SeriesResponse *querier_series(struct querier *q, const char *selector,
					struct ms_range range);

/*
 * Sums of a sample type over time, by the values of n labels. Points are at range.start + k *
 * step_ms, and each covers the step that ends there, end included: the first covers time
 * before the range, and no point covers the rest after the last whole step. NULL after an
 * error; freed by querier__select_series_response__free_unpacked().
 */
Querier__SelectSeriesResponse *querier_select_series(struct querier *q, const char *type_id,
						     const char *selector, struct ms_range range,
						     int64_t step_ms, const char *const *by,
						     size_t n);

/*
 * A query for the sum of all profiles of one type, or of their samples that belong to a span or
 * to a trace.
 */
struct merge_question {
	const char *type_id, *selector; /* the caller's, valid until the answer */
	const char *span, *trace;       /* at most one of them; or NULL */
	struct ms_range range;
	/* Private to the querier. */
	unsigned tries;
	struct buf url, body;
};

void merge_question_release(struct merge_question *question);

/* Send a query; several may be in flight. */
void querier_merge(struct querier *q, struct merge_question *question);
size_t querier_in_flight(const struct querier *q);

/*
 * Wait for the next answer, in any order: bytes of a pprof profile, gzipped or not, empty if
 * no profile matches. They are valid until the next call. False after an error.
 */
bool querier_merged(struct querier *q, struct merge_question **question, struct str *profile);

#endif
