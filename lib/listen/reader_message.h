/*
 * What the program and its readers say to each other, over a pair of sockets, and what a
 * reader leaves in memory that both share, for the case that it ends before it answers.
 *
 * An upload is a head and its fields, one after the other; an answer is a head, a message
 * and notes. Both sides are this program, so numbers are as the machine has them.
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
	READER_NO_MEMORY = 120, /* its exit status, when a body needs more than is allowed */
};

struct upload_head {
	uint32_t id; /* counts up from 1 */
	uint32_t kind;
	uint32_t size[UPLOAD_FIELDS];
};

enum answer_flag { ANSWER_CLOSED = 1 /* nobody reads the output any more */ };

struct answer_head {
	uint32_t id, status, retry_after, flags;
	uint64_t nprofile, unpacked;
	uint32_t nmessage, nnotes; /* bytes that follow */
	uint32_t group;            /* the first of a group: requests that were written together */
	uint32_t commit_us;        /* how long that took */
};

/* Of one reader. Times are CLOCK_MONOTONIC, ns. */
struct reader_slot {
	_Atomic uint32_t reading; /* the upload that is being read; 0 = none */
	_Atomic int64_t since;    /* when that began */
	_Atomic uint32_t written; /* what of the uploads up to this one is safe is not known */
};

struct reader_shared {
	struct sink_lock lock;
	struct reader_slot slot[READERS_MOST];
};

#endif
