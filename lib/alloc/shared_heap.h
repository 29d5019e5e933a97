/*
 * What a process that has loaded libprof-alloc.so shares with the one that records it: one file
 * in memory, made by the process (memfd_create(2)), which both have mapped.
 *
 *	struct shared_heap          who may sample, how, and what was counted
 *	SHARED_RINGS rings          of SHARED_RING_BYTES each: records of sampled allocations
 *	SHARED_SLOTS slots          those of them that have not been freed yet
 *
 * A process hands the file to a recorder that has started it through the socket that the
 * environment variable PROF_ALLOC names; of any other process a recorder opens it through
 * /proc/PID/fd, where it is called SHARED_HEAP_NAME. It can not shrink (F_SEAL_SHRINK), so that
 * reading it is safe; what is in it, the recorder believes no more than any other input.
 *
 * A free() writes no record. It takes the allocation out of the slots, where the recorder looks
 * for those that it knows. So frees are never lost, whatever is with the rings.
 */
#ifndef ALLOC_SHARED_HEAP_H
#define ALLOC_SHARED_HEAP_H

#include <stdint.h>

#define SHARED_HEAP_NAME  "prof-alloc"
#define SHARED_HEAP_MAGIC 0x31636f6c6c617070 /* "ppalloc1" */

/*
 * "PERIOD,STACK,NAME": bytes between two samples, bytes of the stack to copy, and the name of an
 * abstract socket (unix(7)). A process connects, sends one byte with the descriptor of its file,
 * and samples from its first allocation on.
 */
#define SHARED_HEAP_VARIABLE "PROF_ALLOC"

enum {
	SHARED_SOCKET_NAME = 100, /* bytes, with a NUL */
	SHARED_HEADER_BYTES = 8192,
	SHARED_RINGS = 64, /* threads that may write at a time */
	SHARED_RING_BYTES = 256 << 10,
	SHARED_SLOTS = 1 << 18,
	SHARED_WAYS = 8,              /* slots of a bucket, of which each address has two */
	SHARED_MOST_STACK = 60 << 10, /* of a record, whose size has 16 bits */
	SHARED_DEFAULT_PERIOD = 512 << 10,
	SHARED_DEFAULT_STACK = 32 << 10,
};

/* The registers that a function keeps, with the stack pointer and the program counter. */
#if defined(__aarch64__)
enum { SHARED_REGS = 14 };
#define SHARED_REGS_MASK ((uint64_t)0x1fff8 << 16) /* x19-x30, sp, pc */
#else
enum { SHARED_REGS = 8 };
#define SHARED_REGS_MASK ((uint64_t)0xf001c2) /* bx, bp, sp, ip, r12-r15 */
#endif

/*
 * A buffer of records. A thread owns it while it writes one; `head` covers only what is whole.
 * Positions are in bytes, and only grow.
 */
struct shared_ring {
	uint32_t owner; /* tid; 0: nobody */
	uint32_t zero;
	uint64_t head; /* the end of what was written */
	uint64_t tail; /* the end of what the recorder has taken */
	uint64_t unused[5];
};

struct shared_heap {
	uint64_t magic;
	uint32_t pid;      /* of the process, as it calls itself; 0: it is not ready yet */
	uint32_t recorder; /* who records, 0: nobody; */
	uint32_t active;   /* samples are wanted */
	uint32_t follow;   /* by the name of its socket, from forked children, too */
	uint32_t stack;    /* bytes of the stack to copy */
	uint32_t zero;
	uint64_t period; /* mean bytes between two samples */
	char socket[SHARED_SOCKET_NAME + 4];
	uint64_t last_id;    /* of the sampled allocations, from 1 */
	uint64_t lost;       /* samples for which no ring had room, */
	uint64_t lost_bytes; /* and what they would have been worth: bytes, */
	uint64_t lost_parts; /* and allocations, in parts of SHARED_PARTS */
	uint64_t no_slot;    /* sampled allocations that are in no slot */
	uint64_t unseen;     /* whose end went unseen: their address was given out again */
	struct shared_ring ring[SHARED_RINGS];
};

#define SHARED_PARTS 1024

_Static_assert(sizeof(struct shared_heap) <= SHARED_HEADER_BYTES, "it has room");

/* A sampled allocation that is in use; an empty slot has address 0, one being filled 1. */
struct shared_slot {
	uint64_t address;
	uint64_t id;
};

#define SHARED_RINGS_AT ((uint64_t)SHARED_HEADER_BYTES)
#define SHARED_SLOTS_AT (SHARED_RINGS_AT + (uint64_t)SHARED_RINGS * SHARED_RING_BYTES)
#define SHARED_BYTES    (SHARED_SLOTS_AT + SHARED_SLOTS * sizeof(struct shared_slot))

#define SHARED_NO_SLOT UINT32_MAX

/*
 * A record: a PERF_RECORD_SAMPLE of an event with the fields SHARED_SAMPLE_TYPE (linux/
 * perf_event.h). After it come `stack_size` bytes of the stack, and that number once more. A
 * record of type 0 fills the rest of a ring, and has a size alone.
 */
#define SHARED_SAMPLE_TYPE                                                                         \
	(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |                  \
	 PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER)

struct shared_record {
	uint32_t type;
	uint16_t misc, size;
	uint64_t ip;
	uint32_t pid, tid;
	uint64_t time; /* ns of CLOCK_MONOTONIC */
	uint64_t address;
	uint64_t bytes; /* that were asked for, as the sample's period */
	uint32_t raw_size;
	/* The raw bytes: */
	uint32_t slot; /* SHARED_NO_SLOT: it is in none */
	uint64_t rate; /* mean bytes between samples, when it was taken */
	uint64_t id;
	/* The registers. */
	uint64_t abi;
	uint64_t regs[SHARED_REGS];
	uint64_t stack_size;
};

enum { SHARED_RAW = 20, SHARED_MISC_USER = 2, SHARED_PERF_SAMPLE = 9, SHARED_ABI_64 = 2 };

#endif
