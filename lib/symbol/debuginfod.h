/*
 * debuginfod: servers that provide debugging information by build id. The client library
 * is loaded by the first query; without it, or without $DEBUGINFOD_URLS, nothing is found.
 *
 * The library speaks HTTP and TLS, so a query runs in a process of its own, without
 * capabilities. That process keeps the user id: debuggers share a cache in the user's home
 * directory.
 */
#ifndef SYMBOL_DEBUGINFOD_H
#define SYMBOL_DEBUGINFOD_H

#include "base/str.h"

/* A file descriptor of the debug file of a build id (in bytes), or -1. */
int debuginfod_open(struct str build_id);

#endif
