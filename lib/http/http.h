/*
 * A client for HTTP and HTTPS, over libcurl: one request at a time, or several in flight.
 *
 *	client = http_open(&settings, &why);
 *	http_do(client, &request, &answer);
 *	if (answer.status == 200)
 *		use(buf_str(&answer.body));
 *	http_answer_release(&answer);
 *	http_close(client);
 *
 * Proxies are those of the environment (https_proxy, no_proxy ...); HTTP/2 is used where
 * TLS agrees on it; connections are kept for the next request. Nothing here prints.
 *
 * What a client is trusted with stays with the host it was meant for: a redirection is
 * followed only to the same host (from http to https, too), and never turns a POST into a
 * GET. Any other one is an answer of status 3xx, with the target in `location`.
 *
 * A request is sent once: not even a connection that breaks makes it be sent again, when
 * the server may have received it.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/buf.h"

/* What all requests of a client have in common. Strings are the caller's, and outlive it. */
struct http_settings {
	/*
	 * Who asks: a bearer token, or a user and a password. Without a token, what is
	 * missing comes from ~/.netrc (or $NETRC), if that has the host. NULL: none.
	 */
	const char *token, *user, *password;
	/*
	 * "aws:amz:REGION:SERVICE": requests are signed as AWS wants it (SigV4), with user and
	 * password as the key's id and the key. NULL: they are not.
	 */
	const char *sigv4;
	const char *tenant;         /* X-Scope-OrgID; NULL: none */
	const char *const *headers; /* more: "Name: value", ended by NULL; may be NULL */
	/* Files of certificates and keys, in PEM. NULL: those of the system, and none. */
	const char *cacert, *cert, *key;
	int64_t connect_ns; /* give up a connection after this; 0: 10 s */
	int64_t answer_ns;  /* give up a request after this; 0: 60 s */
	size_t most;        /* bytes of an answer's body; 0: 256 MiB */
};

struct http_client;

/* A request. What it points to is the caller's, until the answer is there. */
struct http_request {
	const char *url;
	const char *method;         /* NULL: POST with a body, else GET */
	const char *content_type;   /* NULL: none is said */
	const char *accept;         /* NULL: anything */
	const char *const *headers; /* more: "Name: value", ended by NULL; may be NULL */
	struct str body;
	bool has_body; /* though it is empty */
};

struct http_answer {
	int status;              /* 200 ...; 0: no answer, see `error` */
	struct buf body;         /* as it came: nothing is unpacked */
	struct buf content_type; /* empty: not said */
	struct buf location;     /* of a redirection that is not followed */
	int64_t retry_after;     /* seconds; 0: not said */
	int64_t took_ns;
	/*
	 * Why there is no (whole) answer, in words that follow "URL: "; empty when there is
	 * one. With an error, status may be set: the answer breaks off.
	 */
	struct buf error;
	/* Without a whole answer: may the server have the whole request? */
	bool may_have_arrived;
	bool will_fail_again; /* a certificate, for instance: no use in trying again */
	bool is_too_large;    /* the body is larger than settings.most */
};

void http_answer_release(struct http_answer *a);

/*
 * Append why there is no answer, or what one that is no success says: its status and the
 * first line of its body, or where it points.
 */
void http_put_status(struct buf *b, const struct http_answer *a);

/* NULL, with the reason appended to *why, when there is no libcurl or a file cannot be read. */
struct http_client *http_open(const struct http_settings *settings, struct buf *why);
void http_close(struct http_client *c);

/* Send a request and wait for the answer, which is cleared first (it may be all zero). */
void http_do(struct http_client *c, const struct http_request *request, struct http_answer *answer);

/*
 * Several requests in flight: start some, and take their answers as they come. `tag` tells
 * them apart. One thread at a time uses a client; any thread may wake it.
 */
void http_start(struct http_client *c, const struct http_request *request, void *tag);
size_t http_in_flight(const struct http_client *c);

/*
 * The next answer, as by http_do(). False when none comes within wait_ns (0: do not wait,
 * negative: for ever), or after http_wake().
 */
bool http_next(struct http_client *c, int64_t wait_ns, struct http_answer *answer, void **tag);
void http_wake(struct http_client *c);

/* URLs */

/*
 * Is this an absolute URL of http or https, without a password in it? Else false, with
 * what is wrong appended to *why, in words that follow the URL.
 */
bool http_url_check(struct str url, struct buf *why);

/* Does the text begin like one: "http://" or "https://", in either case? */
bool http_url_is(struct str text);

/* Scheme, host and port of two URLs are the same; or only the scheme changes, to https. */
bool http_url_same_host(struct str from, struct str to);

/* Append s as a part of a query or path: what is not a letter, digit or "-._~" as %XX. */
void http_url_escape(struct buf *b, struct str s);

#endif
