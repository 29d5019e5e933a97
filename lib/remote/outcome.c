/*
 * Both protocols answer with a message of the request's type, and with status 200. Whatever else
 * comes with 200 is not of the server that was meant: a proxy, or a page.
 *
 * Forms of errors: Pyroscope sends JSON, {"code": ..., "message": ...}; OTLP a
 * google.rpc.Status, whose second field is the message; proxies send text or HTML.
 */
#include "remote/outcome.h"

#include <strings.h>

#include "base/printable.h"
#include "otlp_answer.pb-c.h"
#include "push.pb-c.h"
#include "remote/connect_error.h"
#include "remote/otlp_answer.h"

enum { WORDS_MOST = 400 }; /* longest server message that is shown, in bytes */

/* Is this the answer's media type, with any parameters? */
static bool has_type(const struct http_answer *a, const char *type)
{
	struct str own = buf_str(&a->content_type);

	own = str_trim(str_cut(&own, ';'));
	return own.n == strlen(type) && strncasecmp(own.p, type, own.n) == 0;
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

/* Append ": " and the first line of a server's message, if it is not empty. */
static void add_text(struct buf *why, struct str message)
{
	struct str line = str_trim(message);

	line = str_cut(&line, '\n');
	if (!line.n)
		return;
	buf_add(why, S(": "));
	printable(why, str(line.p, min_size(line.n, WORDS_MOST)));
}

static void add_words(struct buf *why, const struct http_answer *a)
{
	struct str body = buf_str(&a->body);
	struct buf text = { 0 }, code = { 0 };

	if (has_type(a, "application/json"))
		connect_error_read(body, &code, &text);
	else if (has_type(a, "application/x-protobuf"))
		add_rpc_error(&text, body);
	else if (has_type(a, "text/plain"))
		buf_add(&text, body);
	add_text(why, buf_str(&text));
	buf_release(&text);
	buf_release(&code);
}

static void add_status(struct buf *why, const struct http_answer *a, const char *what)
{
	buf_printf(why, "%s (%d)", what, a->status);
	add_words(why, a);
}

static enum outcome is_broken(struct buf *why)
{
	buf_add(why, S("the answer is broken"));
	return OUTCOME_UNKNOWN;
}

static enum outcome of_otlp_message(const struct http_answer *a, struct buf *why)
{
	struct otlp_answer answer;
	enum outcome outcome = OUTCOME_SENT;

	if (!otlp_answer_read(buf_str(&a->body), has_type(a, "application/json"), &answer)) {
		outcome = is_broken(why);
	} else if (answer.rejected || answer.message.n) {
		outcome = answer.rejected ? OUTCOME_REFUSED : OUTCOME_SENT;
		buf_add(why, answer.rejected ? S("refused, by a partial success") :
					       S("the server warns"));
		add_text(why, buf_str(&answer.message));
	}
	buf_release(&answer.message);
	return outcome;
}

static enum outcome of_push_message(const struct http_answer *a, struct buf *why)
{
	struct str body = buf_str(&a->body);
	Push__V1__PushResponse *r = push__v1__push_response__unpack(NULL, body.n,
								    (const uint8_t *)body.p);

	if (!r)
		return is_broken(why);
	push__v1__push_response__free_unpacked(r, NULL);
	return OUTCOME_SENT;
}

static bool is_otlp(const char *type)
{
	return strcmp(type, "application/x-protobuf") == 0;
}

/* Some OTLP servers answer in JSON, or use the other name of protobuf. */
static bool is_expected_type(const struct http_answer *a, const char *type)
{
	return !a->content_type.n || has_type(a, type) ||
	       (is_otlp(type) &&
		(has_type(a, "application/json") || has_type(a, "application/protobuf")));
}

static enum outcome of_success(const struct http_answer *a, const char *type, struct buf *why)
{
	if (has_type(a, "text/html")) {
		buf_add(why, S("a web page answers, not a server for profiles"));
		return OUTCOME_FORBIDDEN;
	}
	if (!is_expected_type(a, type)) {
		buf_add(why, S("is this a server for profiles? Its answer is of the type "));
		printable(why, buf_str(&a->content_type));
		buf_printf(why, ", not %s", type);
		return OUTCOME_FORBIDDEN;
	}
	if (a->error.n) {
		buf_add(why, buf_str(&a->error));
		return OUTCOME_UNKNOWN;
	}
	return is_otlp(type) ? of_otlp_message(a, why) : of_push_message(a, why);
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

enum outcome outcome_of(const struct http_answer *a, const char *type, struct buf *why)
{
	if (a->status >= 200 && a->status < 300)
		return of_success(a, type, why);
	if (a->status >= 300 && a->status < 400)
		return of_redirection(a, why);
	if (a->status >= 400)
		return of_status(a, why);
	buf_add(why, buf_str(&a->error));
	if (a->may_have_arrived)
		return OUTCOME_UNKNOWN;
	return a->will_fail_again ? OUTCOME_FORBIDDEN : OUTCOME_LATER;
}
