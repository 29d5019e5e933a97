/* One request on its way: what http.c keeps of it, and what transfer.c makes of libcurl's. */
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
	struct buf url; /* where it goes: the request's, or where that was redirected to */
	unsigned nredirect;
	size_t sent; /* bytes of the body that libcurl has taken */
	struct http_answer answer;
	char problem[CURL_ERROR_SIZE];
	void *tag;
	struct transfer *next; /* unused, or in flight */
};

/* Begin: answer is empty, libcurl knows all of the request. False without memory. */
bool transfer_prepare(struct transfer *t);

/*
 * It has ended with that code: fill in the answer. False when it is a redirection that is
 * followed: t->url is the target, and the transfer is to be prepared again.
 */
bool transfer_finish(struct transfer *t, CURLcode code);

/* Free what transfer_prepare() has made, except the handle, which serves the next one. */
void transfer_reset(struct transfer *t);

#endif
