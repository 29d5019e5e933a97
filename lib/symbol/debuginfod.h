/*
 * debuginfod: servers that hand out debugging information by build id. The client
 * library is loaded when it is first asked for something; without it, or without
 * $DEBUGINFOD_URLS, nothing is found.
 */
#ifndef SYMBOL_DEBUGINFOD_H
#define SYMBOL_DEBUGINFOD_H

#include "base/str.h"

/* A file descriptor of the debug file of a build id (in bytes), or -1. */
int debuginfod_open(struct str build_id);

#endif
