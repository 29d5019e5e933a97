#include "http/transfer.h"

#include <errno.h>
#include <stdlib.h>

#include "version.h"

enum {
	REDIRECTS = 5,
	KEEP_SECONDS = 30, /* an older idle connection may be closing at the server's end */
	DEFAULT_MOST = 256 << 20,
	MOST_HEADERS = 64 << 10,
	MOST_RETRY_AFTER = 366 * 24 * 3600, /* seconds */
};
static const int64_t default_connect_ns = INT64_C(10000000000);
static const int64_t default_answer_ns = INT64_C(60000000000);

/* Sending the body */

static size_t give_body(char *to, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	size_t part = min_size(size * n, t->request.body.n - t->sent);

	memcpy(to, t->request.body.p + t->sent, part);
	t->sent += part;
	return part;
}

/*
 * libcurl repeats a request by itself when a reused connection breaks before the answer. That
 * is correct only while the server cannot have received all of it.
 */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
	struct transfer *t = context;

	if (origin != SEEK_SET || offset != 0 || t->sent >= t->request.body.n)
		return CURL_SEEKFUNC_FAIL;
	t->sent = 0;
	return CURL_SEEKFUNC_OK;
}

/* Receiving the answer */

static size_t take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	size_t most = t->settings->most ? t->settings->most : DEFAULT_MOST;

	n *= size;
	if (n > most - t->answer.body.n || !mem_fits(t->answer.body.n + n)) {
		t->answer.is_too_large = true;
		return 0;
	}
	buf_add(&t->answer.body, str(bytes, n));
	return n;
}

/* Each answer begins with a status line: one that is followed by another is a redirection. */
static size_t take_header(char *bytes, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	struct buf *headers = &t->answer.headers;

	n *= size;
	if (str_starts(str(bytes, n), S("HTTP/")))
		headers->n = 0;
	if (n <= MOST_HEADERS - headers->n)
		buf_add(headers, str(bytes, n));
	return n;
}

/* Setting up */

static void add_header(struct transfer *t, const char *name, const char *value)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s: %s", name, value);
	buf_ch(&line, '\0');
	t->headers = t->curl->slist_append(t->headers, line.p);
	buf_release(&line);
}

static void add_headers(struct transfer *t, const char *const *lines)
{
	for (; lines && *lines; lines++)
		t->headers = t->curl->slist_append(t->headers, *lines);
}

static void set_headers(struct transfer *t)
{
	const struct http_settings *s = t->settings;

	if (t->request.content_type)
		add_header(t, "Content-Type", t->request.content_type);
	if (t->request.accept)
		add_header(t, "Accept", t->request.accept);
	if (s->tenant)
		add_header(t, "X-Scope-OrgID", s->tenant);
	if (s->token) {
		struct buf value = { 0 };

		buf_printf(&value, "Bearer %s", s->token);
		buf_ch(&value, '\0');
		add_header(t, "Authorization", value.p);
		buf_release(&value);
	}
	/*
	 * Without these, a body of more than 1 MB waits for "100 Continue" from a server that
	 * may not send it. With SigV4 the wait is shortened: libcurl would sign the header
	 * even if it is removed.
	 */
	if (s->sigv4)
		t->curl->easy_setopt(t->easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
	else
		add_headers(t, (const char *const[]){ "Expect:", NULL });
	add_headers(t, s->headers);
	add_headers(t, t->request.headers);
	t->curl->easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_string(struct transfer *t, CURLoption option, const char *value)
{
	if (value)
		t->curl->easy_setopt(t->easy, option, value);
}

/* A user's password is in .netrc: libcurl looks for it there if the URL names the user. */
static bool is_password_elsewhere(const struct http_settings *s)
{
	return s->user && !s->password && !s->token && !s->sigv4;
}

static void set_url(struct transfer *t)
{
	struct str url = buf_str(&t->url);
	size_t host = (size_t)str_find(url, S("://")) + 3;
	struct buf with_user = { 0 };

	if (!is_password_elsewhere(t->settings)) {
		t->curl->easy_setopt(t->easy, CURLOPT_URL, t->url.p);
		return;
	}
	buf_add(&with_user, str(url.p, host));
	http_url_escape(&with_user, str_of(t->settings->user));
	buf_ch(&with_user, '@');
	buf_add(&with_user, str_skip(url, host));
	t->curl->easy_setopt(t->easy, CURLOPT_URL, with_user.p); /* which it copies */
	buf_release(&with_user);
}

static void set_identity(struct transfer *t)
{
	const struct http_settings *s = t->settings;

	if (!is_password_elsewhere(s))
		set_string(t, CURLOPT_USERNAME, s->user);
	set_string(t, CURLOPT_PASSWORD, s->password);
	set_string(t, CURLOPT_AWS_SIGV4, s->sigv4);
	if (!s->token && !s->sigv4)
		t->curl->easy_setopt(t->easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	if (!s->sigv4 && (s->user || !s->token))
		t->curl->easy_setopt(t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	set_string(t, CURLOPT_NETRC_FILE, getenv("NETRC"));
	set_string(t, CURLOPT_CAINFO, s->cacert);
	set_string(t, CURLOPT_SSLCERT, s->cert);
	set_string(t, CURLOPT_SSLKEY, s->key);
}

static void set_body(struct transfer *t)
{
	const struct http_request *r = &t->request;

	if (!r->has_body && !r->body.n)
		return;
	t->curl->easy_setopt(t->easy, CURLOPT_POST, 1L);
	t->curl->easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	if (t->settings->sigv4) { /* for the hash, libcurl needs the body as a whole */
		t->curl->easy_setopt(t->easy, CURLOPT_POSTFIELDS, r->body.p ? r->body.p : "");
		t->sent = r->body.n;
		return;
	}
	t->curl->easy_setopt(t->easy, CURLOPT_READFUNCTION, give_body);
	t->curl->easy_setopt(t->easy, CURLOPT_READDATA, t);
	t->curl->easy_setopt(t->easy, CURLOPT_SEEKFUNCTION, rewind_body);
	t->curl->easy_setopt(t->easy, CURLOPT_SEEKDATA, t);
}

static void set_limits(struct transfer *t)
{
	const struct http_settings *s = t->settings;
	int64_t connect = s->connect_ns ? s->connect_ns : default_connect_ns;
	int64_t answer = s->answer_ns ? s->answer_ns : default_answer_ns;

	t->curl->easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect / 1000000 + 1));
	t->curl->easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)(answer / 1000000 + 1));
	t->curl->easy_setopt(t->easy, CURLOPT_MAXAGE_CONN, (long)KEEP_SECONDS);
	t->curl->easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
}

bool transfer_prepare(struct transfer *t)
{
	if (t->easy)
		t->curl->easy_reset(t->easy);
	else
		t->easy = t->curl->easy_init();
	if (!t->easy)
		return false;
	t->sent = 0;
	*t->problem = '\0';
	set_url(t);
	t->curl->easy_setopt(t->easy, CURLOPT_USERAGENT, "prof/" PROF_VERSION);
	t->curl->easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->problem);
	t->curl->easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	t->curl->easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
	t->curl->easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	t->curl->easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header);
	t->curl->easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	set_body(t);
	set_string(t, CURLOPT_CUSTOMREQUEST, t->request.method);
	set_headers(t);
	set_identity(t);
	set_limits(t);
	return true;
}

/* The end */

/* libcurl's messages begin with a capital letter; names (OpenSSL) keep it. */
static bool begins_with_word(struct str s)
{
	size_t n = 1;

	while (n < s.n && s.p[n] >= 'a' && s.p[n] <= 'z')
		n++;
	return n > 1 && s.p[0] >= 'A' && s.p[0] <= 'Z' && (n == s.n || s.p[n] == ' ');
}

static void say_problem(struct transfer *t, CURLcode code)
{
	struct str s = str_of(*t->problem ? t->problem : t->curl->easy_strerror(code));

	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '.'))
		s.n--;
	if (begins_with_word(s)) {
		buf_ch(&t->answer.error, (char)(s.p[0] - 'A' + 'a'));
		s = str_skip(s, 1);
	}
	buf_add(&t->answer.error, s);
}

static bool has_all(const struct transfer *t)
{
	long requested = 0;

	t->curl->easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &requested);
	return requested > 0 && t->sent == t->request.body.n;
}

static void say_timeout(struct transfer *t)
{
	curl_off_t connected = 0;
	bool is_connected;

	t->curl->easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	is_connected = connected > 0;
	buf_printf(&t->answer.error, "no %s within %.3g s", is_connected ? "answer" : "connection",
		   (double)t->answer.took_ns / 1e9);
}

static void say_no_connection(struct transfer *t)
{
	long number = 0;

	t->curl->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	if (!number) {
		say_problem(t, CURLE_COULDNT_CONNECT);
		return;
	}
	buf_add(&t->answer.error, S("no connection: "));
	buf_add(&t->answer.error, str_of(strerror((int)number)));
}

/* A proxy that does not connect to the server, and answers itself. */
static bool say_proxy_refuses(struct transfer *t)
{
	long status = 0;

	t->curl->easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status < 300)
		return false;
	buf_printf(&t->answer.error, "the proxy does not connect to the server (%ld)%s", status,
		   status == 407 ? ": it wants to know who asks" : "");
	return true;
}

static void say_error(struct transfer *t, CURLcode code)
{
	struct buf *b = &t->answer.error;

	if (say_proxy_refuses(t))
		return;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT: say_timeout(t); break;
	case CURLE_COULDNT_CONNECT: say_no_connection(t); break;
	case CURLE_GOT_NOTHING: buf_add(b, S("the connection was closed without an answer")); break;
	case CURLE_PARTIAL_FILE: buf_add(b, S("the answer breaks off")); break;
	case CURLE_SEND_FAIL_REWIND:
		buf_add(b, S("the connection was closed without an answer"));
		break;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: buf_add(b, S("the answer is not HTTP")); break;
	case CURLE_WRITE_ERROR:
		buf_printf(b, "the answer is larger than %zu bytes",
			   t->settings->most ? t->settings->most : DEFAULT_MOST);
		break;
	default: say_problem(t, code); break;
	}
}

static bool is_redirect(const struct transfer *t)
{
	bool has_body = t->request.has_body || t->request.body.n;

	switch (t->answer.status) {
	case 301:
	case 302:
	case 303: return !has_body && !t->request.method;
	case 307:
	case 308: return true;
	default: return false;
	}
}

/* Follow a redirection to the same host; any other one is an answer. */
static bool follow(struct transfer *t)
{
	const char *target = NULL;

	t->curl->easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &target);
	if (!target)
		return false;
	if (is_redirect(t) && t->nredirect < REDIRECTS &&
	    http_url_same_host(buf_str(&t->url), str_of(target))) {
		struct buf to = { 0 };

		t->nredirect++;
		buf_add(&to, str_of(target));
		buf_ch(&to, '\0');
		buf_release(&t->url);
		t->url = to;
		return true;
	}
	buf_add(&t->answer.location, str_of(target));
	return false;
}

/* Seconds. libcurl reads dates, but takes a number that does not fit for none. */
static int64_t retry_after(struct transfer *t)
{
	struct str text = http_header(&t->answer, "Retry-After");
	curl_off_t seconds = 0;
	size_t ndigit = 0;

	while (ndigit < text.n && is_digit(text.p[ndigit]))
		ndigit++;
	t->curl->easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds);
	if (ndigit && ndigit == text.n && !str_i64(text, &(int64_t){ 0 }))
		return MOST_RETRY_AFTER;
	return seconds < 0 ? 0 : seconds > MOST_RETRY_AFTER ? MOST_RETRY_AFTER : seconds;
}

static void get_facts(struct transfer *t)
{
	long status = 0;
	curl_off_t took = 0;
	const char *type = NULL;

	t->curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->curl->easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &took);
	t->curl->easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	t->answer.status = (int)status;
	t->answer.retry_after = retry_after(t);
	t->answer.took_ns += took * 1000;
	buf_add(&t->answer.content_type, str_of(type));
}

/* Is the error permanent: a failed TLS negotiation, a broken .netrc, or a wrong setting? */
static bool is_final(CURLcode code)
{
	switch (code) {
	case CURLE_URL_MALFORMAT:
	case CURLE_READ_ERROR: /* of .netrc: our bodies are in memory */
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION: return true;
	default: return false;
	}
}

bool transfer_finish(struct transfer *t, CURLcode code)
{
	get_facts(t);
	if (code == CURLE_OK)
		return !follow(t);
	t->answer.may_have_arrived = has_all(t);
	if (code == CURLE_COULDNT_CONNECT && t->answer.may_have_arrived)
		code = CURLE_GOT_NOTHING; /* a reused connection broke, and a new one failed */
	t->answer.will_fail_again = is_final(code);
	say_error(t, code);
	return true;
}

void transfer_reset(struct transfer *t)
{
	t->curl->slist_free_all(t->headers);
	t->headers = NULL;
}
