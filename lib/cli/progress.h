/*
 * A progress line on standard error: bytes read, rate, time left. Shown only
 * when standard error is a terminal and the work takes more than a second.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/base.h"

/* Start the clock. total is in bytes; 0 = not known. */
void progress_start(uint64_t total);

/* n more bytes were read, by any thread. Costs next to nothing between two updates. */
void progress_add(size_t n);

/* Show a line of the caller's own. */
void progress_show(const char *fmt, ...) PRINTF(1, 2);

/* Wipe the line, before anything else is printed. */
void progress_end(void);

#endif
