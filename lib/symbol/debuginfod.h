/*
 * debuginfod: servers that hand out debugging information by build id. The client
 * library is loaded when it is first asked for something; without it, or without
 * $DEBUGINFOD_URLS, nothing is found.
 *
 * The library speaks HTTP and TLS, so a query runs in a process of its own, which has no
 * capabilities. It stays the user that the program is: the cache in the home directory,
 * which debuggers share, is this user's.
 */
#ifndef SYMBOL_DEBUGINFOD_H
#define SYMBOL_DEBUGINFOD_H

#include "base/str.h"

/* A file descriptor of the debug file of a build id (in bytes), or -1. */
int debuginfod_open(struct str build_id);

#endif
