#include "listen/route.h"

#include "io/json.h"
#include "io/pb.h"

const struct route routes[] = {
	{ "/ingest", "POST", UPLOAD_INGEST },
	{ "/pyroscope/ingest", "POST", UPLOAD_INGEST },
	{ "/push.v1.PusherService/Push", "POST", UPLOAD_PUSH },
	{ "/v1development/profiles", "POST", UPLOAD_OTLP },
	{ "/", "POST", UPLOAD_PLAIN },
	{ "/ready", "GET", 0 },
	{ "/metrics", "GET", 0 },
	{ "other", "GET", 0 },
};
const size_t nroutes = LEN(routes);

/*
 * The path alone: a proxy's client sends a whole URL, and an address that ends with a slash
 * gives two of them.
 */
static struct str path_of(struct str target)
{
	ptrdiff_t scheme = target.p[0] == '/' ? -1 : str_find(target, S("://")), path;

	if (scheme >= 0) {
		target = str_skip(target, (size_t)scheme + 3);
		path = str_chr(target, '/');
		target = path < 0 ? S("/") : str_skip(target, (size_t)path);
	}
	while (str_starts(target, S("//")))
		target = str_skip(target, 1);
	return target;
}

unsigned route_of(struct str target)
{
	struct str path = path_of(target);
	unsigned i = 0;

	while (i + 1 < nroutes && !str_eq(path, str_of(routes[i].path)))
		i++;
	return i;
}

/* The words of Connect, and the numbers of gRPC, for an HTTP status. */
static const struct {
	unsigned status, number;
	const char *word;
} codes[] = {
	{ 400, 3, "invalid_argument" },   { 401, 16, "unauthenticated" },
	{ 403, 7, "permission_denied" },  { 404, 5, "not_found" },
	{ 413, 8, "resource_exhausted" }, { 429, 8, "resource_exhausted" },
	{ 503, 14, "unavailable" },       { 0, 3, "invalid_argument" },
};

static size_t code_of(unsigned status)
{
	size_t i = 0;

	while (codes[i].status && codes[i].status != status)
		i++;
	return i;
}

static const char *push_body(bool is_json, unsigned status, struct str message, struct buf *body)
{
	struct json j = { .b = body };

	if (status == 200) {
		if (is_json)
			buf_add(body, S("{}"));
		return is_json ? "application/json" : "application/proto";
	}
	json_begin_object(&j);
	json_member_string(&j, "code", str_of(codes[code_of(status)].word));
	json_member_string(&j, "message", message);
	json_end_object(&j);
	return "application/json";
}

static const char *otlp_body(bool is_json, unsigned status, struct str message, struct buf *body)
{
	if (is_json) {
		struct json j = { .b = body };

		json_begin_object(&j);
		if (status != 200) {
			json_member_int64(&j, "code", codes[code_of(status)].number);
			json_member_string(&j, "message", message);
		}
		json_end_object(&j);
		return "application/json";
	}
	if (status != 200) {
		pb_put_int(body, 1, codes[code_of(status)].number);
		pb_put_bytes_always(body, 2, message);
	}
	return "application/x-protobuf";
}

const char *answer_body(const struct route *r, bool is_json, unsigned status, struct str message,
			struct buf *body)
{
	if (str_eq(str_of(r->method), S("POST")) && r->kind == UPLOAD_PUSH)
		return push_body(is_json, status, message, body);
	if (str_eq(str_of(r->method), S("POST")) && r->kind == UPLOAD_OTLP)
		return otlp_body(is_json, status, message, body);
	buf_add(body, message);
	if (message.n)
		buf_ch(body, '\n');
	return "text/plain; charset=utf-8";
}
