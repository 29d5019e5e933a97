/*
 * Commands that steer a recording while it runs, through a FIFO, as "perf record --control" has
 * them: enable, disable, snapshot, stop and ping, a line each. After each command that was
 * carried out, "ack" and a newline are written to another FIFO, if there is one.
 */
#ifndef RECORD_CONTROL_H
#define RECORD_CONTROL_H

#include "base/buf.h"

enum control_command {
	CONTROL_NONE,
	CONTROL_ENABLE,   /* take samples */
	CONTROL_DISABLE,  /* take none, until "enable" */
	CONTROL_SNAPSHOT, /* write what there is now as a profile */
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

/* The next command that has come; does not wait. */
enum control_command control_next(struct control *c);

/* The last command was carried out. */
void control_acknowledge(struct control *c);

#endif
