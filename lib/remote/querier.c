#include "remote/querier.h"

#include <time.h>

#include "base/printable.h"
#include "base/when.h"
#include "remote/connect_error.h"
#include "remote/outcome.h"

enum { TRIES = 4, PPROF_FORMAT = 4 };

bool querier_open(struct querier *q, const char *url, const struct http_settings *settings)
{
	struct http_settings none = { 0 };
	struct str base = str_of(url);
	struct buf why = { 0 };

	*q = (struct querier){ 0 };
	while (str_ends(base, S("/")))
		base.n--;
	buf_add(&q->base, base);
	if (http_url_check(base, &why))
		q->client = http_open(settings ? settings : &none, &why);
	if (!q->client)
		buf_printf(&q->error, "%s: %.*s", url, STR_ARG(buf_str(&why)));
	buf_ch(&q->error, '\0');
	buf_release(&why);
	return q->client != NULL;
}

static void forget_unpacked(struct querier *q)
{
	if (q->of_id)
		querier__stack_traces_response__free_unpacked(q->of_id, NULL);
	q->of_id = NULL;
}

void querier_close(struct querier *q)
{
	forget_unpacked(q);
	if (q->client)
		http_close(q->client);
	http_answer_release(&q->answer);
	buf_release(&q->base);
	buf_release(&q->error);
}

/* Errors */

/* "... (max_query_length, actual: 25h0m0s, limit: 1d)" */
static void learn_limit(struct querier *q, struct str message)
{
	ptrdiff_t at = str_find(message, S("max_query_length"));
	struct str rest;
	uint64_t ns;

	if (at < 0)
		return;
	rest = str_skip(message, (size_t)at);
	at = str_find(rest, S("limit: "));
	if (at < 0)
		return;
	rest = str_skip(rest, (size_t)at + 7);
	if (!when_duration(str_trim(str_cut(&rest, ')')), &ns) || ns < 1000000)
		return;
	q->is_too_long = true;
	q->longest = (int64_t)(ns / 1000000);
}

/* "status 400 (invalid_argument): step must be >= 1ms"; or the answer as it is. */
static void put_error(struct querier *q, struct buf *b)
{
	const struct http_answer *a = &q->answer;
	struct buf code = { 0 }, message = { 0 };

	if (a->error.n || a->location.n ||
	    !connect_error_read(buf_str(&a->body), &code, &message)) {
		http_put_status(b, a);
	} else {
		learn_limit(q, buf_str(&message));
		buf_printf(b, "status %d (%.*s): %.*s", a->status, STR_ARG(buf_str(&code)),
			   STR_ARG(buf_str(&message)));
	}
	if (a->status == 404)
		buf_add(b, S(" (is this a Pyroscope server?)"));
	buf_release(&code);
	buf_release(&message);
}

/* Set the error. what: NULL if the answer itself gives it. Returns false. */
static bool query_fail(struct querier *q, const char *what)
{
	struct buf why = { 0 };

	if (what)
		buf_add(&why, str_of(what));
	else
		put_error(q, &why);
	q->error.n = 0;
	buf_printf(&q->error, "%.*s: ", STR_ARG(buf_str(&q->base)));
	printable(&q->error, buf_str(&why));
	buf_ch(&q->error, '\0');
	buf_release(&why);
	return false;
}

/* Wait before try number n + 1. */
static void wait_before(unsigned n, int64_t retry_after)
{
	int64_t ms = retry_after ? retry_after * 1000 : INT64_C(250) << n;
	struct timespec t;

	if (ms > 30000)
		ms = 30000;
	t = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

/* Is the answer a message with status 200? A web page, for instance, is not. */
static bool is_message(struct querier *q)
{
	struct str type = buf_str(&q->answer.content_type);

	if (q->answer.error.n || q->answer.status != 200)
		return query_fail(q, NULL);
	if (str_starts(type, S("application/proto")))
		return true;
	return query_fail(q, "is this a Pyroscope server? Its answer is not a message");
}

/* Calls */

static const char *const headers[] = { "Connect-Protocol-Version: 1", NULL };
static const char *const merge_headers[] = { "Connect-Protocol-Version: 1", "Accept-Encoding: gzip",
					     NULL };

static void call_url(const struct querier *q, const char *call, struct buf *url)
{
	buf_printf(url, "%.*s/querier.v1.QuerierService/%s", STR_ARG(buf_str(&q->base)), call);
	buf_ch(url, '\0');
}

static void pack_message(const ProtobufCMessage *m, struct buf *b)
{
	size_t n = protobuf_c_message_get_packed_size(m);

	b->n += protobuf_c_message_pack(m, (uint8_t *)buf_room(b, n));
}

static bool call(struct querier *q, const char *name, const ProtobufCMessage *message)
{
	struct buf url = { 0 }, body = { 0 };
	struct http_request r = {
		.content_type = "application/proto",
		/* accept all label names, beyond those of Prometheus */
		.accept = "*/*;allow-utf8-labelnames=true",
		.headers = headers,
		.has_body = true,
	};

	q->is_too_long = false;
	call_url(q, name, &url);
	pack_message(message, &body);
	r.url = url.p;
	r.body = buf_str(&body);
	for (unsigned i = 1;; i++) {
		http_do(q->client, &r, &q->answer);
		if (!outcome_is_busy(&q->answer) || i == TRIES)
			break;
		wait_before(i, q->answer.retry_after);
	}
	buf_release(&url);
	buf_release(&body);
	return is_message(q);
}

static ProtobufCMessage *unpack_answer(struct querier *q, const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *m =
		protobuf_c_message_unpack(type, NULL, q->answer.body.n,
					  (const uint8_t *)buf_str(&q->answer.body).p);

	if (!m)
		query_fail(q, "its answer is malformed");
	return m;
}

Querier__SeriesResponse *querier_series(struct querier *q, const char *selector,
					struct ms_range range)
{
	Querier__SeriesRequest r = QUERIER__SERIES_REQUEST__INIT;
	char *matchers[] = { (char *)selector };

	r.matchers = matchers;
	r.n_matchers = 1;
	r.start = range.start;
	r.end = range.end;
	if (!call(q, "Series", &r.base))
		return NULL;
	return (Querier__SeriesResponse *)unpack_answer(q, &querier__series_response__descriptor);
}

Querier__SelectSeriesResponse *querier_select_series(struct querier *q, const char *type_id,
						     const char *selector, struct ms_range range,
						     int64_t step_ms, const char *const *by,
						     size_t n)
{
	Querier__SelectSeriesRequest r = QUERIER__SELECT_SERIES_REQUEST__INIT;

	r.type_id = (char *)type_id;
	r.selector = (char *)selector;
	r.start = range.start;
	r.end = range.end;
	/*
	 * A server truncates the step to ns, then to ms: without an excess, 1 ms may be lost.
	 */
	r.step = ((double)step_ms + 0.0001) / 1000;
	r.group_by = (char **)by;
	r.n_group_by = n;
	if (!call(q, "SelectSeries", &r.base))
		return NULL;
	return (Querier__SelectSeriesResponse *)
		unpack_answer(q, &querier__select_series_response__descriptor);
}

/* Merges */

static bool is_of_id(const struct merge_question *question)
{
	return question->span || question->trace;
}

static void pack_question_of_id(const struct querier *q, struct merge_question *question)
{
	Querier__StackTracesRequest m = QUERIER__STACK_TRACES_REQUEST__INIT;

	m.type_id = (char *)question->type_id;
	m.selector = (char *)question->selector;
	m.start = question->range.start;
	m.end = question->range.end;
	m.format = PPROF_FORMAT;
	m.span_ids = (char **)&question->span;
	m.n_span_ids = question->span != NULL;
	m.trace_ids = (char **)&question->trace;
	m.n_trace_ids = question->trace != NULL;
	call_url(q, "SelectMergeStacktraces", &question->url);
	pack_message(&m.base, &question->body);
}

static void pack_question(const struct querier *q, struct merge_question *question)
{
	Querier__MergeRequest m = QUERIER__MERGE_REQUEST__INIT;

	m.type_id = (char *)question->type_id;
	m.selector = (char *)question->selector;
	m.start = question->range.start;
	m.end = question->range.end;
	call_url(q, "SelectMergeProfile", &question->url);
	pack_message(&m.base, &question->body);
}

void merge_question_release(struct merge_question *question)
{
	buf_release(&question->url);
	buf_release(&question->body);
}

void querier_merge(struct querier *q, struct merge_question *question)
{
	if (!question->tries++)
		(is_of_id(question) ? pack_question_of_id : pack_question)(q, question);
	http_start(q->client,
		   &(struct http_request){ .url = question->url.p,
					   .content_type = "application/proto",
					   .headers = is_of_id(question) ? headers : merge_headers,
					   .body = buf_str(&question->body),
					   .has_body = true },
		   question);
}

size_t querier_in_flight(const struct querier *q)
{
	return http_in_flight(q->client);
}

/* The profile within the answer to a question of a span or trace. */
static bool unpack_of_id(struct querier *q, struct str *profile)
{
	q->of_id = (Querier__StackTracesResponse *)
		unpack_answer(q, &querier__stack_traces_response__descriptor);
	if (!q->of_id)
		return false;
	if (!q->of_id->pprof && profile->n)
		return query_fail(q, "the server does not select samples by span or trace: this "
				     "needs Pyroscope 2.2");
	*profile = S("");
	if (q->of_id->pprof)
		*profile = str((const char *)q->of_id->pprof->profile.data,
			       q->of_id->pprof->profile.len);
	return true;
}

bool querier_merged(struct querier *q, struct merge_question **question, struct str *profile)
{
	void *tag;

	forget_unpacked(q);
	for (;;) {
		if (!http_next(q->client, -1, &q->answer, &tag))
			return false;
		*question = tag;
		if (!outcome_is_busy(&q->answer) || (*question)->tries == TRIES)
			break;
		wait_before((*question)->tries, q->answer.retry_after);
		querier_merge(q, *question);
	}
	q->is_too_long = false;
	*profile = buf_str(&q->answer.body);
	return is_message(q) && (!is_of_id(*question) || unpack_of_id(q, profile));
}
