/*
 * The transport of messages between a program and its naming child: a pair of stream
 * sockets. A message has a header of two 32-bit numbers of the host (the size and the kind
 * of its body), and at most one file descriptor.
 */
#ifndef SYMBOL_NAMING_CHANNEL_H
#define SYMBOL_NAMING_CHANNEL_H

#include "base/buf.h"

struct naming_channel {
	int fd;
	uint32_t most;      /* the most bytes of a received message; 0 = any */
	bool too_large;     /* a message was larger */
	bool accepts_files; /* otherwise the kernel drops descriptors that are sent */
	/*
	 * Wait until the socket is ready for poll(2)'s `events`; false gives up. NULL =
	 * block.
	 */
	bool (*wait)(void *context, int fd, short events);
	void *context;
	struct buf body; /* of the last message received */
};

/* Send a message and a copy of descriptor `file`, if that is not -1. */
bool naming_send(struct naming_channel *c, uint32_t kind, struct str body, int file);

/*
 * Receive a message. Its body is in c->body until the next call; the caller closes *file,
 * which is -1 if there is none. False at the end, if the message is too large, or if
 * wait() gave up.
 */
bool naming_receive(struct naming_channel *c, uint32_t *kind, int *file);

#endif
