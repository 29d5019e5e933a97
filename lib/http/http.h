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
 * Proxies come from the environment (https_proxy, no_proxy ...); HTTP/2 is used if TLS
 * negotiates it; connections are reused. Nothing here prints.
 *
 * Credentials are sent only to the host they are meant for: a redirection is followed only to
 * the same host (also from http to https), and never turns a POST into a GET. Any other
 * redirection is returned as an answer of status 3xx, with the target in `location`.
 *
 * A request is sent once. If a connection breaks, it is not sent again when the server may
 * have received it.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/buf.h"

/* Settings of all requests of a client. The caller keeps the strings, which must outlive it. */
struct http_settings {
	/*
	 * Credentials: a bearer token, or a user and a password. Without a token, missing ones
	 * come from ~/.netrc (or $NETRC), if it lists the host. NULL: none.
	 */
	const char *token, *user, *password;
	/*
	 * "aws:amz:REGION:SERVICE": sign requests for AWS (SigV4), with user and password as
	 * the key's id and secret. NULL: do not sign.
	 */
	const char *sigv4;
	const char *tenant;         /* X-Scope-OrgID; NULL: none */
	const char *const *headers; /* additional "Name: value" lines, ended by NULL; may be NULL */
	/*
	 * PEM files of certificates and keys. NULL: the system's CA certificates, and no
	 * client certificate.
	 */
	const char *cacert, *cert, *key;
	int64_t connect_ns; /* timeout of a connection; 0: 10 s */
	int64_t answer_ns;  /* timeout of a request; 0: 60 s */
	size_t most;        /* limit of an answer's body, in bytes; 0: 256 MiB */
};

struct http_client;

/* A request. The caller keeps what it points to, until the answer. */
struct http_request {
	const char *url;
	const char *method;         /* NULL: POST with a body, else GET */
	const char *content_type;   /* NULL: no header */
	const char *accept;         /* NULL: anything */
	const char *const *headers; /* additional "Name: value" lines, ended by NULL; may be NULL */
	struct str body;
	bool has_body; /* true also for an empty body */
};

struct http_answer {
	int status;              /* 200 ...; 0: no answer, see `error` */
	struct buf body;         /* as received, not decompressed */
	struct buf content_type; /* empty: no header */
	struct buf location;     /* of a redirection that was not followed */
	struct buf headers;      /* the lines of its headers, 64 KiB at most: see http_header() */
	int64_t retry_after;     /* seconds; 0: no header */
	int64_t took_ns;
	/*
	 * Why there is no answer, or only a part of it, as a text that follows "URL: "; empty
	 * if the answer is complete. With an error, status may be set: the answer was cut off.
	 */
	struct buf error;
	/* Without a complete answer: may the server have received the whole request? */
	bool may_have_arrived;
	bool will_fail_again; /* a certificate, for instance: trying again is useless */
	bool is_too_large;    /* the body is larger than settings.most */
};

void http_answer_release(struct http_answer *a);

/*
 * Append why there is no answer; or, for an answer without success, its status and the first
 * line of its body, or its target.
 */
void http_put_status(struct buf *b, const struct http_answer *a);

/* The value of the answer's header with that name, in any case; empty if there is none. */
struct str http_header(const struct http_answer *a, const char *name);

/* NULL, with the reason appended to *why, if libcurl is missing or a file cannot be read. */
struct http_client *http_open(const struct http_settings *settings, struct buf *why);
void http_close(struct http_client *c);

/* Send a request and wait for the answer. *answer is cleared first; it may be all zero. */
void http_do(struct http_client *c, const struct http_request *request, struct http_answer *answer);

/*
 * Several requests in flight: start some, and take their answers in the order of arrival.
 * `tag` identifies a request. One thread at a time may use a client; any thread may wake it.
 */
void http_start(struct http_client *c, const struct http_request *request, void *tag);
size_t http_in_flight(const struct http_client *c);

/*
 * Take the next answer, filled in as by http_do(). False if none arrives within wait_ns (0: do
 * not wait, negative: no limit), or after http_wake().
 */
bool http_next(struct http_client *c, int64_t wait_ns, struct http_answer *answer, void **tag);
void http_wake(struct http_client *c);

/* URLs */

/*
 * Is this an absolute URL of http or https, without a password? If not, *why is appended to,
 * with a text that follows the URL.
 */
bool http_url_check(struct str url, struct buf *why);

/* Does the text begin with "http://" or "https://", in upper or lower case? */
bool http_url_is(struct str text);

/*
 * Do the URLs have the same scheme, host and port, or differ only in the scheme, from http to
 * https?
 */
bool http_url_same_host(struct str from, struct str to);

/* Append s as a part of a query or path: all except letters, digits and "-._~" as %XX. */
void http_url_escape(struct buf *b, struct str s);

#endif
