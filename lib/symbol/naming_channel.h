/*
 * Messages between a program and the child in which it has addresses named: over a pair
 * of stream sockets, each message a header of two 32-bit numbers of the host (the size of
 * what follows, and what it is), with at most one file descriptor attached to it.
 */
#ifndef SYMBOL_NAMING_CHANNEL_H
#define SYMBOL_NAMING_CHANNEL_H

#include "base/buf.h"

struct naming_channel {
	int fd;
	uint32_t most;      /* bytes of a message that is received; 0: any */
	bool too_large;     /* one was larger */
	bool accepts_files; /* else descriptors that are sent are dropped by the kernel */
	/*
	 * Wait until the socket is ready for poll(2)'s `events`; false gives up. NULL: calls
	 * block.
	 */
	bool (*wait)(void *context, int fd, short events);
	void *context;
	struct buf body; /* of the last message received */
};

/* Send a message and a copy of descriptor `file`, if that is not -1. */
bool naming_send(struct naming_channel *c, uint32_t kind, struct str body, int file);

/*
 * Receive one. Its body is in c->body until the next one; *file is the caller's, and -1
 * when there is none. False at the end, when the message is too large, or when wait()
 * gave up.
 */
bool naming_receive(struct naming_channel *c, uint32_t *kind, int *file);

#endif
