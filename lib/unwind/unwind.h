/*
 * Unwinds stacks, from the registers of a thread and a copy of the inner part of its stack.
 *
 * A cache has the rules of frames, by module and address. So processes and mappings share it, and
 * none invalidates it. On a miss the rule is computed from the module's tables (cfi.h). Without
 * unwind data, frame pointers are followed, in generated code only where its instructions say that
 * they are kept (generated.h). If the stack continues beyond the copy, the rest is
 * read from the process, if that is still in the calls in the copy, and used only if the stack
 * becomes complete. Otherwise the outer frames come from the thread's last complete stack, unless
 * they may belong to another caller (memo.h).
 */
#ifndef UNWIND_UNWIND_H
#define UNWIND_UNWIND_H

#include "unwind/address_space.h"
#include "unwind/generated.h"
#include "unwind/memo.h"
#include "unwind/memory.h"
#include "unwind/switch_memo.h"

enum {
	UNWIND_MOST = 1024,     /* frames */
	UNWIND_CACHE_BITS = 16, /* the cache has 2^16 rules */
};

/* Why a stack ends where it does. */
enum unwind_end {
	UNWIND_COMPLETE,  /* the outermost frame, by unwind data or a zero return address */
	UNWIND_TRUNCATED, /* the copy was too short, and the process could not be read */
	UNWIND_LOST,      /* an address outside all mappings */
	UNWIND_BAD,       /* unwind data that are not valid here */
	UNWIND_NO_TABLES, /* no unwind data, and no frame pointer */
	UNWIND_RED_ZONE,  /* unwind data that need memory below the stack pointer */
	UNWIND_DEEP,      /* UNWIND_MOST frames */
	UNWIND_ENDS,      /* the number of reasons */
};

/* The name of a reason, such as "no_tables". */
const char *unwind_end_name(enum unwind_end end);

/* A frame: its region, or NULL, and the address, which for callers is that of the call. */
struct user_frame {
	const struct region *region;
	uint64_t address;
};

/*
 * A frame of an interpreted function has no region, and a number with this bit, which no address
 * of a program has, instead of an address.
 */
static const uint64_t SCRIPT_FRAME = 1ull << 63;

static inline bool user_frame_is_script(const struct user_frame *f)
{
	return !f->region && f->address & SCRIPT_FRAME;
}

/* The known state of a thread at one moment. */
struct user_state {
	const uint64_t *regs; /* arch->nregs of them, by DWARF number */
	const uint8_t *stack; /* the copy, which begins at the stack pointer */
	size_t nstack;
	const uint64_t *chain; /* the kernel's chain by frame pointers: return addresses */
	size_t nchain;
	int pid, tid;
	uint64_t missing; /* bit set: registers whose value is not known */
	bool is_32bit;    /* 32-bit code on an x86-64 kernel: registers and words of arch_i386 */
};

struct rule_entry {
	uint64_t key; /* module id << 32 | address relative to its base; 0 = empty */
	struct rule rule;
};

/* A function, by a module's symbols: the code between two virtual addresses. */
struct known_function {
	uint64_t start, end, after;
	uint32_t module; /* its id */
	bool known;      /* it is a single function, which begins at `start` */
};

struct unwinder {
	const struct arch *arch;
	struct rule_entry *cache;
	struct memory memory; /* for the stack being unwound */
	struct memos memos;
	struct switch_memos switches;
	struct generated generated;
	struct memo_frame trail[UNWIND_MOST]; /* of the stack being unwound */
	struct known_function function[64];   /* the latest look-ups */
	size_t nfunction;
	uint64_t hits, misses;
	uint64_t ends[UNWIND_ENDS];
	uint64_t completed;  /* stacks completed by reading the process */
	uint64_t remembered; /* stacks completed from the thread's last complete stack */
	bool use_memory;     /* read the rest of stacks from the process */
	bool use_memo;       /* use memos, which need samples in order of time */
	bool fp_only;        /* only follow frame pointers */
};

void unwinder_init(struct unwinder *u, const struct arch *arch);
void unwinder_release(struct unwinder *u);

/*
 * Unwinds a stack: puts frames, leaf first, in out[UNWIND_MOST] and returns their number. Their
 * regions are valid as long as those of address_space.find().
 */
size_t unwind(struct unwinder *u, const struct address_space *space, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end);

#endif
