/*
 * Stacks of return addresses, from the registers of a thread and a copy of the inner
 * part of its stack.
 *
 * Each frame's rule comes from a cache whose key is module and address, so that
 * processes, and mappings that come and go, share it and never invalidate it; on a
 * miss the rule is worked out from the module's tables (cfi.h). Where there is no unwind
 * data, frame pointers are followed. When the stack goes on beyond the copy, the rest is
 * read from the process, if it still runs and is still in the calls that the copy shows,
 * and kept only if that makes a whole stack. Otherwise the outer frames are taken from the
 * thread's last whole stack, provided that they cannot be another caller's (memo.h).
 */
#ifndef UNWIND_UNWIND_H
#define UNWIND_UNWIND_H

#include "unwind/address_space.h"
#include "unwind/memo.h"
#include "unwind/memory.h"
#include "unwind/switch_memo.h"

enum {
	UNWIND_MOST = 1024,     /* frames */
	UNWIND_CACHE_BITS = 16, /* the cache has 2^16 rules */
};

/* Why a stack ends where it does. */
enum unwind_end {
	UNWIND_COMPLETE,  /* the unwind data say so, or a zero return address */
	UNWIND_TRUNCATED, /* the copy was too short, and the process could not help */
	UNWIND_LOST,      /* an address in no mapping */
	UNWIND_BAD,       /* unwind data that make no sense here */
	UNWIND_NO_TABLES, /* no unwind data, and no frame pointer */
	UNWIND_RED_ZONE,  /* unwind data need what lies below the stack pointer */
	UNWIND_DEEP,      /* UNWIND_MOST frames */
	UNWIND_ENDS,      /* how many there are */
};

/* The same in a word or two, with '_' between them: "no_tables". */
const char *unwind_end_name(enum unwind_end end);

/* A frame: its region, or NULL, and the address; for callers that of the call. */
struct user_frame {
	const struct region *region;
	uint64_t address;
};

/* What is known of a thread at one moment. */
struct user_state {
	const uint64_t *regs; /* arch->nregs of them, by DWARF number */
	const uint8_t *stack; /* the copy, which begins at the stack pointer */
	size_t nstack;
	const uint64_t *chain; /* as far as the kernel followed frame pointers: return addresses */
	size_t nchain;
	int pid, tid;
	uint64_t missing; /* bit set: registers whose value is not known */
};

struct rule_entry {
	uint64_t key; /* module id << 32 | address relative to its base; 0 = empty */
	struct rule rule;
};

/* What the symbols of a module say of the code between two virtual addresses. */
struct known_function {
	uint64_t start, end, after;
	uint32_t module; /* its id */
	bool known;      /* it is one function, which begins at start */
};

struct unwinder {
	const struct arch *arch;
	struct rule_entry *cache;
	struct memory memory; /* for the stack being unwound */
	struct memos memos;
	struct switch_memos switches;
	struct memo_frame trail[UNWIND_MOST]; /* of the stack being unwound */
	struct known_function function[64];   /* those that were looked for last */
	size_t nfunction;
	uint64_t hits, misses;
	uint64_t ends[UNWIND_ENDS];
	uint64_t completed;  /* stacks that were completed by reading the process, */
	uint64_t remembered; /* and by the thread's last whole stack */
	bool use_memory;     /* read what was not copied from the process */
	bool use_memo;       /* take outer frames from memos: samples come in order of time */
	bool fp_only;        /* follow frame pointers and nothing else */
};

void unwinder_init(struct unwinder *u, const struct arch *arch);
void unwinder_release(struct unwinder *u);

/*
 * Unwind: frames, leaf first, to out[UNWIND_MOST]; returns their number. Their regions
 * are valid as long as address_space.find() promises.
 */
size_t unwind(struct unwinder *u, const struct address_space *space, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end);

/* The same for a 32-bit program, whose registers are the lower halves of those in state. */
size_t unwind32(struct unwinder *u, const struct address_space *space,
		const struct user_state *state, struct user_frame *out, enum unwind_end *end);

#endif
