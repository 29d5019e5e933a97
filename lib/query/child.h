/*
 * Running programs and reading their output. There is no shell: arguments are passed as they
 * are. Standard input is empty, standard error is discarded, and LC_ALL is C.
 */
#ifndef QUERY_CHILD_H
#define QUERY_CHILD_H

#include <sys/types.h>

#include "base/buf.h"

struct child {
	pid_t pid;
	int fd; /* its standard output */
};

/* Start a program in PATH with at most 14 arguments, ended by NULL. False if there is none. */
bool child_start(struct child *c, const char *program, const char *const *arguments);

/* Close the program's output and wait for its end. False if it failed. */
bool child_end(struct child *c);

/* Append a program's output. False if it fails, or prints more than `most` bytes. */
bool child_output(struct buf *b, size_t most, const char *program, const char *const *arguments);

#endif
