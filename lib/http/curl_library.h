/*
 * libcurl, loaded when the first request is made: with what it needs it takes 20 ms to
 * load, ten times what a command without a server takes to start. The functions that are
 * used are members here; constants and types come from curl/curl.h.
 */
#ifndef HTTP_CURL_LIBRARY_H
#define HTTP_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/buf.h"

/* A member for each function, of its own type. */
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

/* curl.h makes macros of these, to check types; here they are the functions. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
struct curl_library {
	CURL_FUNCTIONS(CURL_MEMBER)
};

/* The library; NULL, with the reason appended to *why, where it cannot be loaded. */
const struct curl_library *curl_library(struct buf *why);

#endif
