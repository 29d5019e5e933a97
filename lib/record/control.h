/*
 * Commands that control a running recording through a FIFO, as those of "perf record --control":
 * enable, disable, snapshot, stop and ping, one a line. After each command that was executed,
 * "ack" and a newline are written to a second FIFO, if there is one.
 */
#ifndef RECORD_CONTROL_H
#define RECORD_CONTROL_H

#include "base/buf.h"

enum control_command {
	CONTROL_NONE,
	CONTROL_ENABLE,   /* take samples */
	CONTROL_DISABLE,  /* take none, until "enable" */
	CONTROL_SNAPSHOT, /* write the samples so far as a profile */
	CONTROL_STOP,     /* end the recording */
	CONTROL_PING,     /* nothing */
	CONTROL_UNKNOWN,
};

struct control {
	int fd, ack; /* -1: none */
	struct buf lines;
	struct buf word; /* the last command, NUL-terminated */
};

/* fifo:PATH[,ACK] or fd:N[,N]. False with a message in *why. */
bool control_open(struct control *c, const char *where, struct buf *why);
void control_close(struct control *c);

/* The next command that was received. Does not wait. */
enum control_command control_next(struct control *c);

/* Acknowledges the last command, after it was executed. */
void control_acknowledge(struct control *c);

#endif
