/*
 * With an endpoint setting, or a bucket whose name has dots, the bucket is in the path of the
 * URL; otherwise it is in the host name. Query parameters are sorted by name, and escaped as
 * the signature requires.
 */
#include "s3/s3.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/http.h"
#include "s3/credentials.h"

enum { ATTEMPTS = 3 };
static const int64_t answer_ns = INT64_C(3600) * 1000000000; /* for large objects */

struct s3 {
	struct http_client *client;
	struct credentials credentials;
	struct buf base;   /* URL of the bucket, with a trailing slash */
	struct buf prefix; /* of names: empty, or with a trailing slash */
	struct buf sigv4, token;
};

bool s3_is(const char *url)
{
	return str_starts(str_of(url), S("s3://"));
}

/* Opening */

static const char *region(void)
{
	const char *name =
		first_variable((const char *const[]){ "AWS_REGION", "AWS_DEFAULT_REGION", NULL });

	return *name ? name : "us-east-1";
}

static void set_base(struct s3 *s, struct str bucket)
{
	struct str endpoint = str_of(first_variable(
		(const char *const[]){ "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL }));

	while (endpoint.n && endpoint.p[endpoint.n - 1] == '/')
		endpoint.n--;
	if (endpoint.n)
		buf_printf(&s->base, "%.*s/%.*s/", STR_ARG(endpoint), STR_ARG(bucket));
	else if (memchr(bucket.p, '.', bucket.n))
		buf_printf(&s->base, "https://s3.%s.amazonaws.com/%.*s/", region(),
			   STR_ARG(bucket));
	else
		buf_printf(&s->base, "https://%.*s.s3.%s.amazonaws.com/", STR_ARG(bucket),
			   region());
}

static struct http_client *open_client(struct s3 *s, struct buf *why)
{
	static const char *headers[2];
	struct http_settings settings = { .answer_ns = answer_ns, .most = SIZE_MAX / 2 };

	buf_printf(&s->sigv4, "aws:amz:%s:s3", region());
	buf_ch(&s->sigv4, '\0');
	if (s->credentials.id.n && s->credentials.key.n) {
		settings.sigv4 = s->sigv4.p;
		settings.user = s->credentials.id.p;
		settings.password = s->credentials.key.p;
	}
	if (settings.sigv4 && s->credentials.token.n) {
		buf_printf(&s->token, "x-amz-security-token: %s", s->credentials.token.p);
		buf_ch(&s->token, '\0');
		headers[0] = s->token.p;
		settings.headers = headers;
	}
	return http_open(&settings, why);
}

struct s3 *s3_open(const char *url, struct buf *why)
{
	struct str prefix = str_skip(str_of(url), strlen("s3://")), bucket = str_cut(&prefix, '/');
	struct s3 *s;

	if (!bucket.n) {
		buf_add(why, S("the URL names no bucket: s3://BUCKET/PREFIX"));
		return NULL;
	}
	s = mem_zeroed(1, sizeof(*s));
	set_base(s, bucket);
	while (prefix.n && prefix.p[prefix.n - 1] == '/')
		prefix.n--;
	buf_add(&s->prefix, prefix);
	if (prefix.n)
		buf_ch(&s->prefix, '/');
	if (credentials_get(&s->credentials, why))
		s->client = open_client(s, why);
	if (s->client)
		return s;
	s3_close(s);
	return NULL;
}

void s3_close(struct s3 *s)
{
	if (!s)
		return;
	http_close(s->client);
	credentials_release(&s->credentials);
	buf_release(&s->base);
	buf_release(&s->prefix);
	buf_release(&s->sigv4);
	buf_release(&s->token);
	mem_free(s, sizeof(*s));
}

/* Requests */

static void put_path(struct buf *b, struct str path)
{
	while (path.p) {
		http_url_escape(b, str_cut(&path, '/'));
		if (path.p)
			buf_ch(b, '/');
	}
}

static void put_url(struct s3 *s, const char *name, struct buf *url)
{
	buf_add(url, buf_str(&s->base));
	put_path(url, buf_str(&s->prefix));
	put_path(url, str_of(name));
	buf_ch(url, '\0');
}

static bool is_passing(const struct http_answer *a)
{
	return (!a->status || a->error.n || a->status == 429 || a->status >= 500) &&
	       !a->will_fail_again;
}

static void wait_before(int attempt)
{
	struct timespec t = { .tv_sec = attempt / 2, .tv_nsec = attempt % 2 * 500000000 };

	nanosleep(&t, NULL);
}

/* Take the text of the next XML element with that name; empty if there is none. */
static struct str tag_text(struct str *xml, const char *name)
{
	char begin[64], end[64];
	ptrdiff_t at, length;
	struct str text;

	snprintf(begin, sizeof(begin), "<%s>", name);
	snprintf(end, sizeof(end), "</%s>", name);
	at = str_find(*xml, str_of(begin));
	if (at < 0)
		return str(NULL, 0);
	text = str_skip(*xml, (size_t)at + strlen(begin));
	length = str_find(text, str_of(end));
	if (length < 0)
		return str(NULL, 0);
	*xml = str_skip(text, (size_t)length + strlen(end));
	text.n = (size_t)length;
	return text;
}

static void put_why(struct buf *why, const char *url, const struct http_answer *a)
{
	struct str xml = buf_str(&a->body), code = tag_text(&xml, "Code"),
		   message = tag_text(&xml, "Message");

	buf_printf(why, "%s: ", url);
	if (code.n && !a->error.n)
		buf_printf(why, "the server says %d: %.*s%s%.*s", a->status, STR_ARG(code),
			   message.n ? ": " : "", STR_ARG(message));
	else
		http_put_status(why, a);
}

/* Send a request, and repeat it after temporary errors. Returns whether it succeeded. */
static bool send_request(struct s3 *s, const struct http_request *r, struct http_answer *a,
			 struct buf *why)
{
	for (int i = 1;; i++) {
		http_do(s->client, r, a);
		if (i == ATTEMPTS || !is_passing(a))
			break;
		wait_before(i);
	}
	if (a->status >= 200 && a->status < 300 && !a->error.n)
		return true;
	put_why(why, r->url, a);
	return false;
}

bool s3_get(struct s3 *s, const char *name, uint64_t from, size_t n, char *to, bool *is_gone,
	    struct buf *why)
{
	struct http_answer a = { 0 };
	struct buf url = { 0 };
	char range[80];
	const char *headers[] = { range, NULL };
	struct http_request r = { .headers = headers };
	bool ok;

	put_url(s, name, &url);
	r.url = url.p;
	snprintf(range, sizeof(range), "Range: bytes=%llu-%llu", (unsigned long long)from,
		 (unsigned long long)(from + n - 1));
	ok = send_request(s, &r, &a, why);
	*is_gone = a.status == 404;
	if (ok && a.status == 200 && from) {
		buf_printf(why, "%s: the server does not give a part of it", url.p);
		ok = false;
	} else if (ok && (a.body.n < n || (a.status == 206 && a.body.n != n))) {
		buf_printf(why, "%s: the server gives %zu bytes in place of %zu", url.p, a.body.n,
			   n);
		ok = false;
	}
	if (ok)
		memcpy(to, a.body.p, n);
	http_answer_release(&a);
	buf_release(&url);
	return ok;
}

static bool change_object(struct s3 *s, const char *name, const char *method, struct str body,
			  bool has_body, struct buf *why)
{
	struct http_answer a = { 0 };
	struct buf url = { 0 };
	struct http_request r = { .method = method, .body = body, .has_body = has_body };
	bool ok;

	put_url(s, name, &url);
	r.url = url.p;
	r.content_type = has_body ? "application/octet-stream" : NULL;
	ok = send_request(s, &r, &a, why);
	http_answer_release(&a);
	buf_release(&url);
	return ok;
}

bool s3_put(struct s3 *s, const char *name, struct str bytes, struct buf *why)
{
	return change_object(s, name, "PUT", bytes, true, why);
}

bool s3_remove(struct s3 *s, const char *name, struct buf *why)
{
	return change_object(s, name, "DELETE", str(NULL, 0), false, why);
}

/* Listing */

/* Unescape the entities that a continuation token may contain. */
static void put_unescaped(struct buf *b, struct str s)
{
	static const struct {
		const char *entity;
		char is;
	} entities[] = { { "&amp;", '&' }, { "&quot;", '"' }, { "&lt;", '<' }, { "&gt;", '>' } };

	while (s.n) {
		size_t i = 0;

		while (i < LEN(entities) && !str_starts(s, str_of(entities[i].entity)))
			i++;
		buf_ch(b, i < LEN(entities) ? entities[i].is : s.p[0]);
		s = str_skip(s, i < LEN(entities) ? strlen(entities[i].entity) : 1);
	}
}

static void put_list_url(struct s3 *s, struct str token, struct buf *url)
{
	url->n = 0;
	buf_add(url, buf_str(&s->base));
	buf_ch(url, '?');
	if (token.n) {
		buf_add(url, S("continuation-token="));
		http_url_escape(url, token);
		buf_ch(url, '&');
	}
	buf_add(url, S("delimiter=%2F&list-type=2&prefix="));
	http_url_escape(url, buf_str(&s->prefix));
	buf_ch(url, '\0');
}

/*
 * An object's name is the part after the last slash: the list has only objects directly below
 * the prefix.
 */
static void list_contents(struct str xml,
			  void (*found)(void *context, struct str name, uint64_t size),
			  void *context)
{
	struct str contents;

	while ((contents = tag_text(&xml, "Contents")).p) {
		struct str all = contents, key = tag_text(&all, "Key"), text;
		ptrdiff_t slash = str_rchr(key, '/');
		uint64_t size = 0;

		all = contents;
		text = tag_text(&all, "Size");
		if (key.n && str_u64(text, &size))
			found(context, str_skip(key, (size_t)(slash + 1)), size);
	}
}

bool s3_list(struct s3 *s, void (*found)(void *context, struct str name, uint64_t size),
	     void *context, struct buf *why)
{
	struct buf url = { 0 }, token = { 0 };
	struct http_answer a = { 0 };
	bool ok, more = false;

	do {
		struct str xml, next;
		struct http_request r = { 0 };

		put_list_url(s, buf_str(&token), &url);
		r.url = url.p;
		ok = send_request(s, &r, &a, why);
		xml = buf_str(&a.body);
		more = ok && str_eq(tag_text(&xml, "IsTruncated"), S("true"));
		xml = buf_str(&a.body);
		next = tag_text(&xml, "NextContinuationToken");
		token.n = 0;
		put_unescaped(&token, next);
		if (ok)
			list_contents(buf_str(&a.body), found, context);
		if (more && !token.n) {
			buf_printf(why, "%s: the list breaks off", url.p);
			ok = false;
		}
	} while (ok && more);
	http_answer_release(&a);
	buf_release(&url);
	buf_release(&token);
	return ok;
}
