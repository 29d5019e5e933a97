/* The handling of a request, from its beginning to its answer. */
#include <stdio.h>

#include "base/when.h"
#include "listen/listener_parts.h"

enum {
	/*
	 * The body of a refused request is read and discarded up to this size, since a client
	 * may read the answer only after writing; beyond it, the connection is closed.
	 */
	SWALLOW = 4 << 20,
	RESERVE = 64 << 10, /* most bytes of a body that get room before they are there */
};

/* Refusing */

void request_refuse(struct request *q, unsigned status, unsigned retry_after, const char *fmt, ...)
{
	va_list ap;

	if (q->state == REQUEST_REFUSED)
		return;
	q->state = REQUEST_REFUSED;
	q->status = status;
	q->retry_after = retry_after;
	va_start(ap, fmt);
	buf_vprintf(&q->message, fmt, ap);
	va_end(ap);
}

/* Release the body, and subtract it from the bytes in memory of all requests. */
static void release_body(struct request *q)
{
	q->server->held -= q->held;
	q->held = 0;
	buf_release(&q->job.body);
	buf_release(&q->job.fields);
	turn_end(q);
}

void request_drop(struct request *q, unsigned status, unsigned retry_after, const char *why)
{
	request_refuse(q, status, retry_after, "%s", why);
	release_body(q);
}

static struct request *begin(struct listener *s, struct MHD_Connection *c, const char *url)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct request *q = mem_zeroed(1, sizeof(*q));

	q->server = s;
	q->connection = c;
	q->peer = info ? info->socket_context : NULL;
	q->route = &routes[route_of(str_of(url))];
	q->began = monotonic_ns();
	if (q->peer) {
		q->peer->in_request = true;
		q->peer->since = q->began;
		q->peer->nrequest++;
	}
	return q;
}

/* The body */

/*
 * Make room for the whole body at its first piece: buffers that grow piece by piece, of a
 * thousand connections, leave holes in the heap.
 */
static void reserve_body(struct request *q)
{
	if (q->length)
		buf_room(&q->job.body, q->length < RESERVE ? (size_t)q->length : RESERVE);
}

/* False if the connection must be closed. */
static bool take_data(struct request *q, struct str data)
{
	const struct listener_options *o = &q->server->options;

	q->received += data.n;
	q->server->metrics.nbody += data.n;
	if (q->state == REQUEST_RECEIVING && q->received > o->most_body)
		request_refuse(q, 413, 0, "a body of more than %llu bytes",
			       (unsigned long long)o->most_body);
	if (q->state != REQUEST_RECEIVING) {
		release_body(q);
		return q->received <= o->most_body + SWALLOW;
	}
	if (!q->job.body.n)
		reserve_body(q);
	buf_add(&q->job.body, data);
	q->held += data.n;
	q->server->held += data.n;
	turn_received(q, q->held);
	return true;
}

static void add_field(struct request *q, enum upload_field f, struct str value)
{
	buf_add(&q->job.fields, value);
	q->job.head.size[f] = (uint32_t)value.n;
}

static void gather_fields(struct request *q)
{
	for (int f = 0; f < UPLOAD_BODY; f++) {
		const char *name = upload_parameter((enum upload_field)f), *value = NULL;
		size_t n = 0;

		if (name)
			MHD_lookup_connection_value_n(q->connection, MHD_GET_ARGUMENT_KIND, name,
						      strlen(name), &value, &n);
		else if (f == UPLOAD_CONTENT_TYPE)
			value = request_header(q, MHD_HTTP_HEADER_CONTENT_TYPE).p,
			n = request_header(q, MHD_HTTP_HEADER_CONTENT_TYPE).n;
		else if (f == UPLOAD_TENANT)
			value = q->tenant, n = strlen(q->tenant);
		add_field(q, (enum upload_field)f, str(value ? value : "", value ? n : 0));
	}
	q->job.head.size[UPLOAD_BODY] = (uint32_t)q->job.body.n;
	q->job.head.kind = q->route->kind;
}

bool may_note(struct listener *s)
{
	int64_t now = monotonic_ns();

	if (now - s->noted < 1000000000)
		return false;
	s->noted = now;
	return true;
}

/* Note the first line of the answer to a client. */
static void note_some(struct listener *s, const struct request *q, struct str text)
{
	struct str line = str_cut(&text, '\n');

	if (!line.n || !may_note(s))
		return;
	if (request_is_known(q))
		s->options.note("%s: %.*s", q->route->path, STR_ARG(line));
	else
		s->options.note("%.*s", STR_ARG(line));
}

static void upload_done(struct job *j, const struct answer_head *a, struct str message,
			struct str notes)
{
	struct request *q = (struct request *)j;
	struct listener *s = q->server;

	q->state = REQUEST_ANSWERED;
	q->status = a->status;
	q->retry_after = a->retry_after;
	buf_add(&q->message, message);
	s->metrics.nprofile += a->nprofile;
	s->metrics.nunpacked += a->unpacked;
	if (a->group)
		histogram_add(&s->metrics.commit, a->commit_us / 1e6);
	s->is_closed |= (a->flags & ANSWER_CLOSED) != 0;
	note_some(s, q, a->status == 200 ? notes : message);
	release_body(q);
	if (q->peer)
		q->peer->is_waiting = false;
	MHD_resume_connection(q->connection);
}

/* The body is complete: listener_hand_over() goes on. */
static void complete(struct request *q)
{
	rate_spend(&q->server->rates, str_of(q->tenant), monotonic_ns(), q->received);
	gather_fields(q);
	turn_complete(q);
	q->state = REQUEST_READING;
	q->job.done = upload_done;
}

/*
 * A connection that is suspended in a callback is read first when it resumes. If the client has
 * closed its sending side after the request, the library would then end the connection without an
 * answer. One that is suspended later goes on with the callback, which answers.
 */
void listener_hand_over(struct listener *s)
{
	struct request *q;

	while ((q = turn_to_read(s))) {
		if (q->peer)
			q->peer->is_waiting = true;
		MHD_suspend_connection(q->connection);
		pool_submit(&s->pool, &q->job);
	}
}

/* The answer */

static void answer_get(struct request *q, struct buf *body, const char **type)
{
	struct listener *s = q->server;
	const char *paths[METRIC_ROUTES];

	*type = "text/plain; charset=utf-8";
	if (str_eq(str_of(q->route->path), S("/ready"))) {
		q->status = s->is_ending ? 503 : 200;
		buf_add(body, s->is_ending ? S("ending\n") : S("ready\n"));
		return;
	}
	*type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	q->status = 200;
	for (size_t i = 0; i < nroutes; i++)
		paths[i] = routes[i].path;
	s->metrics.connections = s->npeer;
	s->metrics.pending = pool_pending(&s->pool);
	s->metrics.held = s->held;
	s->metrics.restarts = s->pool.nrestart;
	metrics_print(&s->metrics, paths, nroutes, body);
}

static void add_headers(const struct request *q, struct MHD_Response *response, const char *type)
{
	char seconds[16];

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (q->retry_after) {
		snprintf(seconds, sizeof(seconds), "%u", q->retry_after);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (q->status == 401)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
					"Bearer realm=\"prof-listen\"");
	if (q->status == 405)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, q->route->method);
	if (q->server->is_ending || q->must_close)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

static enum MHD_Result answer(struct request *q)
{
	struct listener *s = q->server;
	struct MHD_Response *response;
	struct buf body = { 0 };
	const char *type;
	enum MHD_Result ok;

	if (q->state == REQUEST_RECEIVING)
		answer_get(q, &body, &type);
	else
		type = answer_body(q->route, q->is_json, q->status, buf_str(&q->message), &body);
	if (q->state == REQUEST_REFUSED)
		note_some(s, q, buf_str(&q->message));
	metrics_count(&s->metrics, (unsigned)(q->route - routes), q->status);
	if (request_is_upload(q))
		histogram_add(&s->metrics.duration, (double)(monotonic_ns() - q->began) / 1e9);
	response = MHD_create_response_from_buffer(body.n, body.p, MHD_RESPMEM_MUST_COPY);
	buf_release(&body);
	if (!response)
		return MHD_NO;
	add_headers(q, response, type);
	ok = MHD_queue_response(q->connection, q->status, response);
	MHD_destroy_response(response);
	return ok;
}

/* Is the body too long to be read and discarded? */
static bool is_long(const struct request *q)
{
	struct str text = request_header(q, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t length;

	return text.n && (!str_u64(text, &length) || length > SWALLOW);
}

enum MHD_Result listener_request(void *server, struct MHD_Connection *c, const char *url,
				 const char *method, const char *version, const char *data,
				 size_t *size, void **request)
{
	struct request *q = *request;
	bool ok;

	(void)version;
	if (!q) {
		*request = q = begin(server, c, url);
		request_check_head(q, method, url);
		q->is_json = str_starts(request_header(q, MHD_HTTP_HEADER_CONTENT_TYPE),
					S("application/json"));
		return q->must_close || (q->state == REQUEST_REFUSED && is_long(q)) ? answer(q) :
										      MHD_YES;
	}
	if (*size) {
		if (q->state == REQUEST_RECEIVING && request_is_upload(q) && !turn_take(q, *size))
			return MHD_YES;
		ok = take_data(q, str(data, *size));
		*size = 0;
		return ok ? MHD_YES : MHD_NO;
	}
	if (q->state == REQUEST_RECEIVING && request_is_upload(q))
		complete(q);
	return q->state == REQUEST_READING ? MHD_YES : answer(q);
}

void listener_request_ended(void *server, struct MHD_Connection *c, void **request,
			    enum MHD_RequestTerminationCode why)
{
	struct request *q = *request;

	(void)server;
	(void)c;
	(void)why;
	if (!q)
		return;
	if (q->peer) {
		q->peer->in_request = q->peer->is_waiting = false;
		q->peer->since = monotonic_ns();
	}
	release_body(q);
	buf_release(&q->message);
	mem_free(q, sizeof(*q));
	*request = NULL;
}
