/*
 * Forms of errors: Pyroscope sends JSON, {"code": ..., "message": ...}; OTLP a
 * google.rpc.Status, whose second field is the message; proxies send text or HTML.
 */
#include "remote/outcome.h"

#include "base/printable.h"
#include "otlp_answer.pb-c.h"
#include "remote/connect_error.h"

enum { WORDS_MOST = 400 }; /* longest server message that is shown, in bytes */

static bool has_type(const struct http_answer *a, struct str type)
{
	return str_starts(buf_str(&a->content_type), type);
}

/* Append field 2 of a google.rpc.Status; a PartialSuccess has its message in the same field. */
static void add_rpc_error(struct buf *to, struct str body)
{
	OtlpAnswer__PartialSuccess *status =
		otlp_answer__partial_success__unpack(NULL, body.n, (const uint8_t *)body.p);

	if (status)
		buf_add(to, str_of(status->error_message));
	if (status)
		otlp_answer__partial_success__free_unpacked(status, NULL);
}

/* Append the server's message, on one line. */
static void add_words(struct buf *why, const struct http_answer *a)
{
	struct str body = buf_str(&a->body), words;
	struct buf text = { 0 }, code = { 0 };

	if (has_type(a, S("application/json")))
		connect_error_read(body, &code, &text);
	else if (has_type(a, S("application/x-protobuf")))
		add_rpc_error(&text, body);
	else if (has_type(a, S("text/plain")))
		buf_add(&text, body);
	words = str_trim(buf_str(&text));
	words = str_cut(&words, '\n');
	if (words.n) {
		buf_add(why, S(": "));
		printable(why, str(words.p, min_size(words.n, WORDS_MOST)));
	}
	buf_release(&text);
	buf_release(&code);
}

static void add_status(struct buf *why, const struct http_answer *a, const char *what)
{
	buf_printf(why, "%s (%d)", what, a->status);
	add_words(why, a);
}

static enum outcome partly_kept(const struct http_answer *a, struct buf *why)
{
	OtlpAnswer__ExportResponse *r =
		otlp_answer__export_response__unpack(NULL, a->body.n,
						     (const uint8_t *)(a->body.p ? a->body.p : ""));
	bool rejects = r && r->partial_success && r->partial_success->rejected_profiles > 0;

	if (rejects) {
		buf_add(why, S("refused, by a partial success: "));
		printable(why, str_of(r->partial_success->error_message));
	}
	if (r)
		otlp_answer__export_response__free_unpacked(r, NULL);
	return rejects ? OUTCOME_REFUSED : OUTCOME_SENT;
}

/* HTML comes from another server, even with status 200. */
static enum outcome of_success(const struct http_answer *a, struct buf *why)
{
	if (has_type(a, S("text/html"))) {
		buf_add(why, S("a web page answers, not a server for profiles"));
		return OUTCOME_FORBIDDEN;
	}
	if (has_type(a, S("application/x-protobuf")) && a->body.n && !a->error.n)
		return partly_kept(a, why);
	return OUTCOME_SENT;
}

static enum outcome of_redirection(const struct http_answer *a, struct buf *why)
{
	buf_printf(why, "redirected (%d)", a->status);
	if (a->location.n) {
		buf_add(why, S(" to "));
		printable(why, buf_str(&a->location));
		buf_add(why, S(", where nothing is sent: if it is right, give that URL"));
	}
	return OUTCOME_FORBIDDEN;
}

bool outcome_is_busy(const struct http_answer *a)
{
	switch (a->status) {
	case 408:
	case 429:
	case 502:
	case 503:
	case 504: return true;
	default: return false;
	}
}

static enum outcome of_status(const struct http_answer *a, struct buf *why)
{
	switch (a->status) {
	case 401: add_status(why, a, "who asks is not known"); return OUTCOME_FORBIDDEN;
	case 403: add_status(why, a, "not allowed"); return OUTCOME_FORBIDDEN;
	case 404: add_status(why, a, "nothing receives profiles there"); return OUTCOME_FORBIDDEN;
	case 405: add_status(why, a, "nothing receives profiles there"); return OUTCOME_FORBIDDEN;
	case 407: add_status(why, a, "the proxy wants to know who asks"); return OUTCOME_FORBIDDEN;
	case 413: add_status(why, a, "too large for the server"); return OUTCOME_REFUSED;
	default: break;
	}
	if (outcome_is_busy(a)) {
		add_status(why, a,
			   a->status < 500 ? "the server asks for less" :
					     "the server is not available");
		return OUTCOME_LATER;
	}
	add_status(why, a, a->status >= 500 ? "error of the server" : "refused");
	return a->status >= 500 && a->status != 501 ? OUTCOME_BROKEN : OUTCOME_REFUSED;
}

enum outcome outcome_of(const struct http_answer *a, struct buf *why)
{
	if (a->status >= 200 && a->status < 300)
		return of_success(a, why);
	if (a->status >= 300 && a->status < 400)
		return of_redirection(a, why);
	if (a->status >= 400)
		return of_status(a, why);
	buf_add(why, buf_str(&a->error));
	if (a->may_have_arrived)
		return OUTCOME_UNKNOWN;
	return a->will_fail_again ? OUTCOME_FORBIDDEN : OUTCOME_LATER;
}
