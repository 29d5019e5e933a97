/*
 * With an endpoint setting, or a bucket whose name has dots, the bucket is in the path of the
 * URL; otherwise it is in the host name. Query parameters are sorted by name, and escaped as
 * the signature requires.
 */
#include "s3/s3.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/when.h"
#include "http/http.h"
#include "s3/credentials.h"
#include "s3/s3_xml.h"

enum { ATTEMPTS = 3, AT_ONCE = 16, LONGEST_REGION = 40 };
static const int64_t answer_ns = INT64_C(3600) * 1000000000; /* for large objects */

struct s3 {
	struct http_client *client;
	struct credentials credentials;
	struct str bucket; /* a part of the URL that was given to s3_open() */
	char region[LONGEST_REGION + 1];
	struct buf base;   /* URL of the bucket, with a trailing slash */
	struct buf prefix; /* of names: empty, or with a trailing slash */
	struct buf sigv4, token;
	const char *headers[3]; /* of all signed requests */
};

bool s3_is(const char *url)
{
	return str_starts(str_of(url), S("s3://"));
}

/* Opening */

static const char *region_to_begin_with(void)
{
	const char *name =
		first_variable((const char *const[]){ "AWS_REGION", "AWS_DEFAULT_REGION", NULL });

	return *name ? name : "us-east-1";
}

static void set_base(struct s3 *s)
{
	struct str endpoint = str_of(first_variable(
		(const char *const[]){ "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL }));

	s->base.n = 0;
	while (endpoint.n && endpoint.p[endpoint.n - 1] == '/')
		endpoint.n--;
	if (endpoint.n)
		buf_printf(&s->base, "%.*s/%.*s/", STR_ARG(endpoint), STR_ARG(s->bucket));
	else if (memchr(s->bucket.p, '.', s->bucket.n))
		buf_printf(&s->base, "https://s3.%s.amazonaws.com/%.*s/", s->region,
			   STR_ARG(s->bucket));
	else
		buf_printf(&s->base, "https://%.*s.s3.%s.amazonaws.com/", STR_ARG(s->bucket),
			   s->region);
}

static struct http_client *open_client(struct s3 *s, struct buf *why)
{
	struct http_settings settings = { .answer_ns = answer_ns, .most = SIZE_MAX / 2 };

	s->sigv4.n = 0;
	buf_printf(&s->sigv4, "aws:amz:%s:s3", s->region);
	buf_ch(&s->sigv4, '\0');
	if (s->credentials.id.n && s->credentials.key.n) {
		settings.sigv4 = s->sigv4.p;
		settings.user = s->credentials.id.p;
		settings.password = s->credentials.key.p;
	}
	/* S3 insists on this header, which libcurl 7.88 does not send by itself. */
	s->headers[0] = "x-amz-content-sha256: UNSIGNED-PAYLOAD";
	if (settings.sigv4)
		settings.headers = s->headers;
	if (settings.sigv4 && s->credentials.token.n) {
		s->token.n = 0;
		buf_printf(&s->token, "x-amz-security-token: %s", s->credentials.token.p);
		buf_ch(&s->token, '\0');
		s->headers[1] = s->token.p;
	}
	return http_open(&settings, why);
}

/* Use the server of another region, or of the first. Sends no request. */
static bool connect_region(struct s3 *s, struct str region, struct buf *why)
{
	snprintf(s->region, sizeof(s->region), "%.*s", STR_ARG(region));
	set_base(s);
	http_close(s->client);
	s->client = open_client(s, why);
	return s->client != NULL;
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
	s->bucket = bucket;
	while (prefix.n && prefix.p[prefix.n - 1] == '/')
		prefix.n--;
	buf_add(&s->prefix, prefix);
	if (prefix.n)
		buf_ch(&s->prefix, '/');
	if (credentials_get(&s->credentials, why) &&
	    connect_region(s, str_of(region_to_begin_with()), why))
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

/* The path of an object in the bucket, as a URL has it. */
static void put_name(struct s3 *s, const char *name, struct buf *path)
{
	put_path(path, buf_str(&s->prefix));
	put_path(path, str_of(name));
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

/* May it be the name of a region? It becomes a part of a host name. */
static bool is_region(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '-')
			return false;
	return s.n && s.n <= LONGEST_REGION;
}

/* The bucket's region, if the answer says that another one was asked; else an empty slice. */
static struct str other_region(const struct s3 *s, const struct http_answer *a)
{
	struct str region = http_header(a, "x-amz-bucket-region");

	if (a->status != 301 && a->status != 307 && a->status != 400 && a->status != 403)
		return S("");
	if (!region.n)
		region = xml_element_in(&a->body, "Region");
	return is_region(region) && !str_eq(region, str_of(s->region)) ? region : S("");
}

static void put_clocks(struct buf *why, const struct http_answer *a)
{
	buf_add(why, S("; this machine's clock says "));
	when_print(why, when_now());
	buf_printf(why, ", the server's %.*s", STR_ARG(http_header(a, "Date")));
}

static void put_why(struct buf *why, const char *url, const struct http_answer *a)
{
	struct str code = xml_element_in(&a->body, "Code"),
		   message = xml_element_in(&a->body, "Message");

	buf_printf(why, "%s: ", url);
	if (!code.n || a->error.n) {
		http_put_status(why, a);
		return;
	}
	buf_printf(why, "the server says %d: %.*s%s", a->status, STR_ARG(code),
		   message.n ? ": " : "");
	xml_unescape(why, message);
	if (str_eq(code, S("RequestTimeTooSkewed")))
		put_clocks(why, a);
}

/*
 * Send a request for a path and query in the bucket; repeat it after temporary errors, and once
 * where the bucket is if that is another region. Returns whether it succeeded.
 */
static bool send_request(struct s3 *s, struct str path, struct http_request *r,
			 struct http_answer *a, struct buf *why)
{
	struct buf url = { 0 };
	bool has_moved = false, ok;

	for (int i = 1;; i++) {
		struct str region;

		url.n = 0;
		buf_printf(&url, "%.*s%.*s", STR_ARG(buf_str(&s->base)), STR_ARG(path));
		buf_ch(&url, '\0');
		r->url = url.p;
		http_do(s->client, r, a);
		region = has_moved ? S("") : other_region(s, a);
		if (region.n && connect_region(s, region, why)) {
			has_moved = true;
			continue;
		}
		if (i >= ATTEMPTS || !s->client || !is_passing(a))
			break;
		wait_before(i);
	}
	ok = a->status >= 200 && a->status < 300 && !a->error.n;
	if (!ok)
		put_why(why, url.p, a);
	buf_release(&url);
	return ok;
}

/* Is the answer a part of the same object as the parts before? The first part says which. */
static bool is_same_object(struct s3_object *o, const struct http_answer *a)
{
	struct str etag = http_header(a, "ETag");

	if (o->etag.n)
		return !etag.n || str_eq(etag, buf_str(&o->etag));
	buf_add(&o->etag, etag);
	return true;
}

/* Is it the n bytes from `from` on? */
static bool is_part(const struct s3_object *o, const struct http_answer *a, uint64_t from, size_t n,
		    struct buf *why)
{
	if (a->status == 200 && from)
		buf_printf(why, "%s: the server does not give a part of it", o->name);
	else if (a->body.n < n || (a->status == 206 && a->body.n != n))
		buf_printf(why, "%s: the server gives %zu bytes in place of %zu", o->name,
			   a->body.n, n);
	else
		return true;
	return false;
}

/* A request for a part of an object. */
struct part_request {
	struct buf url, match;
	char range[80];
	const char *headers[3];
	struct http_request http; /* without the URL */
	struct s3_part *part;
};

static void part_request_init(struct part_request *r, struct s3_part *part)
{
	const struct buf *etag = &part->object->etag;

	*r = (struct part_request){ .part = part, .headers = { r->range } };
	r->http.headers = r->headers;
	snprintf(r->range, sizeof(r->range), "Range: bytes=%llu-%llu",
		 (unsigned long long)part->from, (unsigned long long)(part->from + part->n - 1));
	if (etag->n && etag->p[0] == '"') { /* a weak one ("W/...") never matches */
		buf_printf(&r->match, "If-Match: %.*s", STR_ARG(buf_str(etag)));
		buf_ch(&r->match, '\0');
		r->headers[1] = r->match.p;
	}
}

static void part_request_release(struct part_request *r)
{
	buf_release(&r->url);
	buf_release(&r->match);
}

static bool take_part(struct s3_part *p, const struct http_answer *a, struct buf *why)
{
	if (!is_part(p->object, a, p->from, p->n, why))
		return false;
	memcpy(p->to, a->body.p, p->n);
	return true;
}

bool s3_get(struct s3 *s, struct s3_object *o, uint64_t from, size_t n, char *to, struct buf *why)
{
	struct s3_part part = { .object = o, .from = from, .n = n, .to = to };
	struct http_answer a = { 0 };
	struct part_request r;
	bool ok;

	part_request_init(&r, &part);
	put_name(s, o->name, &r.url);
	ok = send_request(s, buf_str(&r.url), &r.http, &a, why);
	o->is_gone = a.status == 404;
	if (a.status == 412 || (ok && !is_same_object(o, &a))) {
		why->n = 0;
		buf_printf(why, "%s: the object was replaced while it was read", o->name);
		ok = false;
	}
	ok = ok && take_part(&part, &a, why);
	http_answer_release(&a);
	part_request_release(&r);
	return ok;
}

static void start_part(struct s3 *s, struct s3_part *part)
{
	struct part_request *r = mem_zeroed(1, sizeof(*r));

	part_request_init(r, part);
	buf_add(&r->url, buf_str(&s->base));
	put_name(s, part->object->name, &r->url);
	buf_ch(&r->url, '\0');
	r->http.url = r->url.p;
	http_start(s->client, &r->http, r);
}

static void end_part(struct s3 *s)
{
	struct http_answer a = { 0 };
	struct buf why = { 0 };
	struct part_request *r;
	void *tag;

	while (!http_next(s->client, -1, &a, &tag))
		;
	r = tag;
	r->part->is_here = (a.status == 200 || a.status == 206) && !a.error.n &&
			   is_same_object(r->part->object, &a) && take_part(r->part, &a, &why);
	http_answer_release(&a);
	buf_release(&why);
	part_request_release(r);
	mem_free(r, sizeof(*r));
}

void s3_get_many(struct s3 *s, struct s3_part *part, size_t n)
{
	size_t started = 0;

	while (s->client && (started < n || http_in_flight(s->client)))
		if (started < n && http_in_flight(s->client) < AT_ONCE)
			start_part(s, &part[started++]);
		else
			end_part(s);
}

static bool change_object(struct s3 *s, const char *name, const char *method, struct str body,
			  bool has_body, struct buf *why)
{
	struct http_answer a = { 0 };
	struct buf path = { 0 };
	struct http_request r = { .method = method, .body = body, .has_body = has_body };
	bool ok;

	put_name(s, name, &path);
	r.content_type = has_body ? "application/octet-stream" : NULL;
	ok = send_request(s, buf_str(&path), &r, &a, why);
	http_answer_release(&a);
	buf_release(&path);
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

static void put_list_query(struct s3 *s, struct str token, struct buf *query)
{
	query->n = 0;
	buf_ch(query, '?');
	if (token.n) {
		buf_add(query, S("continuation-token="));
		http_url_escape(query, token);
		buf_ch(query, '&');
	}
	buf_add(query, S("delimiter=%2F&list-type=2&prefix="));
	http_url_escape(query, buf_str(&s->prefix));
}

/*
 * An object's name is the part after the last slash: the list has only objects directly below
 * the prefix.
 */
static void list_contents(struct str xml,
			  void (*found)(void *context, struct str name, uint64_t size),
			  void *context)
{
	struct buf key = { 0 };
	struct str contents;

	while ((contents = xml_element(&xml, "Contents")).p) {
		struct str all = contents;
		uint64_t size = 0;

		key.n = 0;
		xml_unescape(&key, xml_element(&all, "Key"));
		all = contents;
		if (key.n && str_u64(xml_element(&all, "Size"), &size))
			found(context, str_basename(buf_str(&key)), size);
	}
	buf_release(&key);
}

bool s3_list(struct s3 *s, void (*found)(void *context, struct str name, uint64_t size),
	     void *context, struct buf *why)
{
	struct buf query = { 0 }, token = { 0 };
	struct http_answer a = { 0 };
	bool ok, more = false;

	do {
		struct http_request r = { 0 };

		put_list_query(s, buf_str(&token), &query);
		ok = send_request(s, buf_str(&query), &r, &a, why);
		more = ok && str_eq(xml_element_in(&a.body, "IsTruncated"), S("true"));
		token.n = 0;
		xml_unescape(&token, xml_element_in(&a.body, "NextContinuationToken"));
		if (ok)
			list_contents(buf_str(&a.body), found, context);
		if (more && !token.n) {
			buf_printf(why, "%.*s: the list breaks off", STR_ARG(buf_str(&s->base)));
			ok = false;
		}
	} while (ok && more);
	http_answer_release(&a);
	buf_release(&query);
	buf_release(&token);
	return ok;
}
