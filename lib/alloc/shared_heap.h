/*
 * The memory that a process with libprof-alloc.so shares with its recorder: a file in memory
 * (memfd_create(2)), which the process creates and both map.
 *
 *	struct shared_heap          the recorder, its settings, and counts
 *	SHARED_RINGS rings          of SHARED_RING_BYTES each: records of sampled allocations
 *	SHARED_SLOTS slots          the sampled allocations that have not been freed yet
 *
 * A process sends the file to the recorder that started it, through the socket that the
 * environment variable PROF_ALLOC names. For any other process, the recorder opens it through
 * /proc/PID/fd, where its name is SHARED_HEAP_NAME. The file cannot shrink (F_SEAL_SHRINK), so
 * reading it is safe. The recorder trusts its contents no more than any other input.
 *
 * A free() writes no record. It empties the allocation's slot, and the recorder looks there for
 * the allocations that it knows. So no free is lost when a ring is full.
 */
#ifndef ALLOC_SHARED_HEAP_H
#define ALLOC_SHARED_HEAP_H

#include <stdint.h>

#define SHARED_HEAP_NAME  "prof-alloc"
#define SHARED_HEAP_MAGIC 0x31636f6c6c617070 /* "ppalloc1" */

/*
 * "PERIOD,STACK,NAME": mean bytes between samples, bytes of the stack to copy, and the name of
 * an abstract socket (unix(7)). The process connects, sends one byte with its file's
 * descriptor, and samples from its first allocation on.
 */
#define SHARED_HEAP_VARIABLE "PROF_ALLOC"

enum {
	SHARED_SOCKET_NAME = 100, /* bytes, with a NUL */
	SHARED_HEADER_BYTES = 8192,
	SHARED_RINGS = 64, /* threads that may write at a time */
	SHARED_RING_BYTES = 256 << 10,
	SHARED_SLOTS = 1 << 18,
	SHARED_WAYS = 8,              /* slots in a bucket; an address has two buckets */
	SHARED_MOST_STACK = 60 << 10, /* bytes in a record, whose size has 16 bits */
	SHARED_DEFAULT_PERIOD = 512 << 10,
	SHARED_DEFAULT_STACK = 32 << 10,
};

/* The callee-saved registers, the stack pointer and the program counter. */
#if defined(__aarch64__)
enum { SHARED_REGS = 14 };
#define SHARED_REGS_MASK ((uint64_t)0x1fff8 << 16) /* x19-x30, sp, pc */
#else
enum { SHARED_REGS = 8 };
#define SHARED_REGS_MASK ((uint64_t)0xf001c2) /* bx, bp, sp, ip, r12-r15 */
#endif

/*
 * A buffer of records. A thread owns it while it writes one; `head` covers only whole records.
 * Positions are in bytes and never decrease.
 */
struct shared_ring {
	uint32_t owner; /* tid; 0: none */
	uint32_t zero;
	uint64_t head; /* end of the written records */
	uint64_t tail; /* end of the records that the recorder has taken */
	uint64_t unused[5];
};

struct shared_heap {
	uint64_t magic;
	uint32_t pid;      /* in the process's own namespace; 0: not ready yet */
	uint32_t recorder; /* pid of the recorder; 0: none */
	uint32_t active;   /* the recorder wants samples */
	uint32_t follow;   /* forked children send their files to `socket` */
	uint32_t stack;    /* bytes of the stack to copy */
	uint32_t zero;
	uint64_t period; /* mean bytes between two samples */
	char socket[SHARED_SOCKET_NAME + 4];
	uint64_t last_id;    /* of a sampled allocation; the first is 1 */
	uint64_t lost;       /* samples for which no ring had room */
	uint64_t lost_bytes; /* bytes that the lost samples stand for */
	uint64_t lost_parts; /* allocations that they stand for, in 1/SHARED_PARTS */
	uint64_t no_slot;    /* sampled allocations that got no slot */
	uint64_t unseen;     /* frees that were missed: the address was allocated again */
	struct shared_ring ring[SHARED_RINGS];
};

#define SHARED_PARTS 1024

_Static_assert(sizeof(struct shared_heap) <= SHARED_HEADER_BYTES, "it has room");

/* A sampled allocation in use. The address is 0 in an empty slot, and 1 while it is filled. */
struct shared_slot {
	uint64_t address;
	uint64_t id;
};

#define SHARED_RINGS_AT ((uint64_t)SHARED_HEADER_BYTES)
#define SHARED_SLOTS_AT (SHARED_RINGS_AT + (uint64_t)SHARED_RINGS * SHARED_RING_BYTES)
#define SHARED_BYTES    (SHARED_SLOTS_AT + SHARED_SLOTS * sizeof(struct shared_slot))

#define SHARED_NO_SLOT UINT32_MAX

/*
 * A PERF_RECORD_SAMPLE with the fields of SHARED_SAMPLE_TYPE (linux/perf_event.h). After it
 * come `stack_size` bytes of the stack, and that number again. A record of type 0 pads the end
 * of a ring; only its size is valid.
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
	uint64_t bytes; /* requested size, as the sample's period */
	uint32_t raw_size;
	/* The raw bytes: */
	uint32_t slot; /* or SHARED_NO_SLOT */
	uint64_t rate; /* mean bytes between samples at the time */
	uint64_t id;
	/* The registers. */
	uint64_t abi;
	uint64_t regs[SHARED_REGS];
	uint64_t stack_size;
};

enum { SHARED_RAW = 20, SHARED_MISC_USER = 2, SHARED_PERF_SAMPLE = 9, SHARED_ABI_64 = 2 };

#endif
