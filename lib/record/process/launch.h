/*
 * Starts a command so that a recording misses none of it: the child waits until the recording is
 * set up, then calls exec().
 */
#ifndef RECORD_LAUNCH_H
#define RECORD_LAUNCH_H

#include "base/base.h"

struct launched {
	int pid;
	int go;     /* write end of the pipe that the child waits on */
	int report; /* read end of the pipe that reports a failed exec() */
};

/* How a command is run. */
struct launch {
	char *const *command;           /* ends in NULL */
	const char *const *environment; /* to add to it: "NAME=VALUE" */
	size_t nenvironment;
	bool to_stderr; /* what it writes to standard output goes to standard error */
};

/* Forks the child. False if that fails. */
bool launch_prepare(struct launched *l, const struct launch *how);

/* Lets the child run. Returns 0, or the errno of its exec(). */
int launch_go(struct launched *l);

/* Ends the child before its exec(). */
void launch_cancel(struct launched *l);

#endif
