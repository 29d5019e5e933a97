/*
 * One request in flight: the state that http.c keeps, and its translation to and from libcurl.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "http/curl_library.h"
#include "http/http.h"

struct transfer {
	const struct curl_library *curl;
	const struct http_settings *settings;
	CURL *easy;
	struct curl_slist *headers;
	struct http_request request;
	struct buf url; /* the request's, or the target of its redirection */
	unsigned nredirect;
	size_t sent; /* bytes of the body that libcurl has taken */
	struct http_answer answer;
	char problem[CURL_ERROR_SIZE];
	void *tag;
	struct transfer *next; /* unused, or in flight */
};

/* Set up libcurl for the request; answer must be empty. False if out of memory. */
bool transfer_prepare(struct transfer *t);

/*
 * The transfer has ended with that code: fill in the answer. False if it is a redirection to
 * follow: then t->url is the target, and the transfer must be prepared again.
 */
bool transfer_finish(struct transfer *t, CURLcode code);

/* Free what transfer_prepare() has allocated, except the handle, which is reused. */
void transfer_reset(struct transfer *t);

#endif
