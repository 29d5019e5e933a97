/* The head of a request: what is refused before any of the body is read. */
#include <stdio.h>
#include <strings.h>

#include "base/printable.h"
#include "base/when.h"
#include "listen/listener_parts.h"

struct str request_header(const struct request *q, const char *name)
{
	return str_trim(str_of(MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, name)));
}

bool request_is_upload(const struct request *q)
{
	return str_eq(str_of(q->route->method), S("POST"));
}

bool request_is_known(const struct request *q)
{
	return q->route != &routes[nroutes - 1];
}

static void check_access(struct request *q)
{
	struct str tenant, named = request_header(q, "X-Scope-OrgID");
	struct listener *s = q->server;

	if (!access_check(&s->access, request_header(q, MHD_HTTP_HEADER_AUTHORIZATION), &tenant)) {
		request_refuse(q, 401, 0, "no valid token");
		return;
	}
	if (!s->options.tenants && named.n && !s->told_tenants) {
		s->told_tenants = true;
		s->options.note("agents send X-Scope-OrgID, which --tenants makes use of");
	}
	if (!s->options.tenants || !request_is_upload(q))
		return;
	if (tenant.n && named.n && !str_eq(tenant, named)) {
		request_refuse(q, 403, 0, "the token is another tenant's");
		return;
	}
	if (!tenant.n)
		tenant = named;
	if (!tenant.n)
		request_refuse(q, 401, 0, "no org id: the header X-Scope-OrgID names the tenant");
	else if (!tenant_is_valid(tenant))
		request_refuse(q, 400, 0,
			       "X-Scope-OrgID: up to 150 letters, digits and !-_.*'(), which do "
			       "not begin with a dot");
	else
		snprintf(q->tenant, sizeof(q->tenant), "%.*s", STR_ARG(tenant));
}

static bool is_encoding(struct str word)
{
	static const char *const known[] = { "gzip", "zstd", "deflate", "identity", "x-gzip" };

	for (size_t i = 0; i < LEN(known); i++)
		if (word.n == strlen(known[i]) && !strncasecmp(word.p, known[i], word.n))
			return true;
	return false;
}

/* The reader finds out itself how a body is packed. */
static void check_encoding(struct request *q)
{
	struct str encoding = request_header(q, MHD_HTTP_HEADER_CONTENT_ENCODING), rest = encoding;

	while (rest.n)
		if (!is_encoding(str_trim(str_cut(&rest, ',')))) {
			request_refuse(q, 415, 0,
				       "Content-Encoding: %.*s: gzip, zstd and deflate are read",
				       STR_ARG(encoding));
			return;
		}
}

/*
 * Headers that a request has once. A proxy in front may use the other one of two: to find the end
 * of the body (RFC 9112, 11.2), or to decide who sends it.
 */
static const struct {
	const char *name, *fault;
	unsigned bit;
} headers_once[] = {
	{ MHD_HTTP_HEADER_CONTENT_LENGTH, "gives the length of the body twice", 1 },
	{ MHD_HTTP_HEADER_TRANSFER_ENCODING, "gives the length of the body twice", 1 },
	{ MHD_HTTP_HEADER_CONTENT_TYPE, "gives Content-Type twice", 2 },
	{ MHD_HTTP_HEADER_CONTENT_ENCODING, "gives Content-Encoding twice", 4 },
	{ MHD_HTTP_HEADER_AUTHORIZATION, "gives Authorization twice", 8 },
	{ "X-Scope-OrgID", "gives X-Scope-OrgID twice", 16 },
};

struct head_check {
	struct request *request;
	unsigned seen;
};

static enum MHD_Result refuse_head(struct request *q, unsigned status, const char *fault)
{
	q->must_close = true;
	request_refuse(q, status, 0, "the head %s", fault);
	return MHD_NO;
}

/* Refuse a line of a head that other programs may read differently. */
static enum MHD_Result check_line(void *context, enum MHD_ValueKind kind, const char *name,
				  size_t nname, const char *value, size_t nvalue)
{
	struct head_check *check = context;

	(void)kind, (void)value, (void)nvalue;
	if (strcspn(name, " \t") != nname)
		return refuse_head(check->request, 400, "has a name with a blank in it");
	for (size_t i = 0; i < LEN(headers_once); i++) {
		if (strcasecmp(name, headers_once[i].name) != 0)
			continue;
		if (check->seen & headers_once[i].bit)
			return refuse_head(check->request, 400, headers_once[i].fault);
		check->seen |= headers_once[i].bit;
	}
	return MHD_YES;
}

static void check_lines(struct request *q)
{
	const char *coding = MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_TRANSFER_ENCODING);

	MHD_get_connection_values_n(q->connection, MHD_HEADER_KIND, check_line,
				    &(struct head_check){ .request = q });
	/* The library takes a body in any other coding for one that ends with the connection. */
	if (coding && strcasecmp(coding, "chunked") != 0)
		refuse_head(q, 501, "has a Transfer-Encoding other than chunked");
}

static void check_rate(struct request *q)
{
	unsigned wait = rate_wait(&q->server->rates, str_of(q->tenant), monotonic_ns());

	if (wait)
		request_refuse(q, 429, wait, "more than %llu bytes a second",
			       (unsigned long long)q->server->options.rate);
}

static void check_length(struct request *q)
{
	struct str text = request_header(q, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (text.n && str_u64(text, &q->length) && q->length > q->server->options.most_body)
		request_refuse(q, 413, 0, "a body of %llu bytes: the limit is %llu",
			       (unsigned long long)q->length,
			       (unsigned long long)q->server->options.most_body);
}

static void refuse_path(struct request *q, struct str path)
{
	struct buf text = { 0 };

	printable(&text, str(path.p, min_size(path.n, 100)));
	request_refuse(q, 404, 0,
		       "%.*s: no such path: profiles are taken at /ingest, "
		       "/push.v1.PusherService/Push, /v1development/profiles and /",
		       STR_ARG(buf_str(&text)));
	buf_release(&text);
}

void request_check_head(struct request *q, const char *method, const char *url)
{
	struct listener *s = q->server;

	check_lines(q);
	if (q->must_close)
		return;
	if (!request_is_known(q)) {
		refuse_path(q, str_of(url));
		return;
	}
	if (strcmp(method, q->route->method) != 0 &&
	    !(strcmp(method, "HEAD") == 0 && !request_is_upload(q))) {
		request_refuse(q, 405, 0, "the method is %s", q->route->method);
		return;
	}
	if (!str_eq(str_of(q->route->path), S("/ready")))
		check_access(q);
	if (!request_is_upload(q))
		return;
	if (s->is_ending)
		request_refuse(q, 503, 5, "the program ends");
	check_encoding(q);
	check_length(q);
	check_rate(q);
}
