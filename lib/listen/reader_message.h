/*
 * The messages between the program and its readers, over a pair of sockets; and the shared
 * memory in which a reader records its progress, in case it ends before it answers.
 *
 * An upload is a head followed by its fields; an answer is a head, a message and notes. Both
 * sides are this program, so numbers are in the machine's byte order.
 */
#ifndef LISTEN_READER_MESSAGE_H
#define LISTEN_READER_MESSAGE_H

#include <stdatomic.h>

#include "listen/sink_lock.h"
#include "listen/upload.h"

enum {
	READERS_MOST = 64,
	READER_SOCKET = 3, /* descriptors of a reader */
	READER_SHARED = 4,
	READER_NO_MEMORY = 120, /* exit status: a body needs more memory than is allowed */
};

struct upload_head {
	uint32_t id; /* counts up from 1 */
	uint32_t kind;
	uint32_t size[UPLOAD_FIELDS];
};

enum answer_flag { ANSWER_CLOSED = 1 /* the output has no reader any more */ };

struct answer_head {
	uint32_t id, status, retry_after, flags;
	uint64_t nprofile, unpacked;
	uint32_t nmessage, nnotes; /* bytes that follow */
	uint32_t group;     /* id of the first request of the group that was written together */
	uint32_t commit_us; /* how long writing the group took */
};

/* The progress of one reader. Times are CLOCK_MONOTONIC, ns. */
struct reader_slot {
	_Atomic uint32_t reading; /* the upload that is being read; 0 = none */
	_Atomic int64_t since;    /* when reading it began */
	_Atomic uint32_t written; /* it is unknown which uploads up to this one are safe */
};

struct reader_shared {
	struct sink_lock lock;
	struct reader_slot slot[READERS_MOST];
};

#endif
