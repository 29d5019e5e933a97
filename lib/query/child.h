/*
 * Programs that are run for what they print. There is no shell: arguments are passed as they
 * are. Standard input is empty, messages are dropped, and LC_ALL is C.
 */
#ifndef QUERY_CHILD_H
#define QUERY_CHILD_H

#include <sys/types.h>

#include "base/buf.h"

struct child {
	pid_t pid;
	int fd; /* its standard output */
};

/* Start a program of PATH with at most 14 arguments, ended by NULL. False if there is none. */
bool child_start(struct child *c, const char *program, const char *const *arguments);

/* Close its output and wait for its end. Did it succeed? */
bool child_end(struct child *c);

/* Append all that a program prints. False if it fails, or prints more than `most` bytes. */
bool child_output(struct buf *b, size_t most, const char *program, const char *const *arguments);

#endif
