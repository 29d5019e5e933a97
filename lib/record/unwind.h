/*
 * User stacks, from the registers and the piece of stack that perf copied when it
 * took a sample.
 *
 * Each frame's rule comes from a cache that is keyed by binary and address, so
 * that processes, and mappings that come and go, share it and never invalidate
 * it; on a miss it is worked out (cfi.h). Where there is no unwind data, frame
 * pointers are followed. What lies beyond the copy is what it was in the thread's last
 * whole stack, if that goes through the same frames (memo.h); or else it is read from
 * the process, if that is still there, and kept only if it makes a whole stack.
 */
#ifndef RECORD_UNWIND_H
#define RECORD_UNWIND_H

#include "record/live.h"
#include "record/memo.h"
#include "record/process.h"

enum {
	UNWIND_MOST = 1024,     /* frames */
	UNWIND_CACHE_BITS = 16, /* of the number of rules that are kept */
};

/* Why a stack ends where it does. */
enum unwind_end {
	UNWIND_COMPLETE,  /* the unwind data say so, or a zero return address */
	UNWIND_TRUNCATED, /* the copy was too short, and the process could not help */
	UNWIND_LOST,      /* an address in no mapping */
	UNWIND_BAD,       /* unwind data that make no sense here */
	UNWIND_DEEP,      /* UNWIND_MOST frames */
	UNWIND_ENDS,      /* how many there are */
};

/* A frame: the mapping, or NULL, and the address; for callers that of the call. */
struct user_frame {
	struct map *map;
	uint64_t address;
};

/* What a sample has of a thread. */
struct user_state {
	const uint64_t *regs; /* in the order of arch->sample_regs */
	const uint8_t *stack; /* the copy, which begins at the stack pointer */
	size_t nstack;
	int tid;
};

struct rule_entry {
	uint64_t key; /* binary id << 32 | address relative to its base; 0 = empty */
	struct rule rule;
};

struct unwinder {
	const struct arch *arch;
	struct processes *processes;
	struct rule_entry *cache;
	struct live live; /* of the stack being unwound */
	struct memos memos;
	struct memo_frame trail[UNWIND_MOST]; /* of the stack being unwound, too */
	uint64_t hits, misses;
	uint64_t ends[UNWIND_ENDS];
	uint64_t completed;  /* stacks that reading the process completed */
	uint64_t remembered; /* and that what the thread was in before completed */
	/*
	 * CPython's trampolines ("py::" in its perf map) have no unwind data and
	 * keep no frame pointer. Is there one at this address? May be NULL.
	 */
	bool (*is_trampoline)(void *context, struct process *p, uint64_t address);
	void *context;
	bool use_live; /* read what was not copied from the process */
	bool use_memo; /* know outer frames again: samples of a thread come in order */
	bool fp_only;  /* follow frame pointers and nothing else */
};

void unwinder_init(struct unwinder *u, const struct arch *arch, struct processes *processes);
void unwinder_release(struct unwinder *u);

/*
 * Unwind: frames, leaf first, to out[UNWIND_MOST]; returns their number. The maps
 * are valid until the process's records change them.
 */
size_t unwind(struct unwinder *u, struct process *p, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end);

#endif
