/*
 * libcurl, loaded at the first request: loading it with its dependencies takes 20 ms, ten
 * times the start of a command without a server. Its functions are members of a struct;
 * constants and types come from curl/curl.h.
 */
#ifndef HTTP_CURL_LIBRARY_H
#define HTTP_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/buf.h"

/* A member for each function, with the function's type. */
#define CURL_FUNCTIONS(X)                                                                          \
	X(global_init)                                                                             \
	X(easy_init)                                                                               \
	X(easy_setopt)                                                                             \
	X(easy_getinfo)                                                                            \
	X(easy_reset)                                                                              \
	X(easy_cleanup)                                                                            \
	X(easy_strerror)                                                                           \
	X(multi_init)                                                                              \
	X(multi_setopt)                                                                            \
	X(multi_add_handle)                                                                        \
	X(multi_remove_handle)                                                                     \
	X(multi_perform)                                                                           \
	X(multi_poll)                                                                              \
	X(multi_wakeup)                                                                            \
	X(multi_info_read)                                                                         \
	X(multi_cleanup)                                                                           \
	X(slist_append)                                                                            \
	X(slist_free_all)

/* curl.h defines these as macros that check types; here the functions are needed. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
struct curl_library {
	CURL_FUNCTIONS(CURL_MEMBER)
};

/* The library; NULL, with the reason appended to *why, if it cannot be loaded. */
const struct curl_library *curl_library(struct buf *why);

#endif
