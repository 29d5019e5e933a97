/*
 * What the instructions of generated code say about its frames.
 *
 * JIT compilers write no unwind tables, and many use the frame pointer's register for other things
 * (HotSpot, LuaJIT, PyPy). Then a chain of frame pointers leaves out callers, and old return
 * addresses on the stack look like callers. So the code is read from the running process: how its
 * function begins tells where the return address is, and the instruction before that address must
 * be a call, or those after it must restore the stack pointer. x86-64 only.
 */
#ifndef UNWIND_GENERATED_H
#define UNWIND_GENERATED_H

#include "unwind/address_space.h"

enum generated_frame {
	GENERATED_UNSEEN,  /* the code cannot be read */
	GENERATED_UNKNOWN, /* the function does not begin in a way that is known */
	GENERATED_BY_FP,   /* the frame pointer points to the frame */
	GENERATED_BY_SIZE, /* the frame has a fixed size */
};

/* The code at one address. */
struct generated_code {
	uint64_t key; /* the address; bit 63: it is a return address */
	int pid;
	uint8_t frame;     /* enum generated_frame */
	bool is_resumed;   /* code returns there, though no call is before it */
	uint8_t before[7]; /* the bytes before the address, which may be a call; zeros if unseen */
	uint32_t size;     /* BY_SIZE: bytes between the stack pointer and the return address */
	uint32_t fp_at; /* of these, the saved frame pointer and what is above it; 0: not saved */
	uint64_t start; /* BY_SIZE: of the instructions that make the frame; 0: not known */
	/* A frame of a fixed size that code after that may make, for a call that leads to it: */
	uint32_t inner_size; /* 0: none */
	uint64_t inner_start;
	uint32_t expires; /* when the code is read anew, in stacks unwound */
};

enum { GENERATED_BITS = 12, GENERATED_PROCESSES = 64 };

/* Functions of a process that keep a frame pointer, and those whose frames have a fixed size. */
struct generated_process {
	int pid;
	unsigned by_fp, by_size;
};

/* A zeroed struct generated is empty and ready. */
struct generated {
	struct generated_code *code; /* a cache, 2^GENERATED_BITS of them; NULL until first used */
	uint8_t *bytes;              /* of code that is being read */
	uint32_t now;                /* stacks unwound; the caller counts them */
	struct generated_process process[GENERATED_PROCESSES];
	unsigned nprocess;
};

void generated_release(struct generated *g);

/* The code of a region without a file; valid until the next call. */
const struct generated_code *generated_code_at(struct generated *g,
					       const struct address_space *space, int pid,
					       const struct region *r, uint64_t address,
					       bool is_return);

/*
 * May a call of the function at an address lead to one with a frame of this size: does it make
 * one, or jump on, as stubs do, and functions that others have replaced?
 */
bool generated_may_lead_to(const struct address_space *space, const struct region *r,
			   uint64_t address, uint32_t size);

/* Counts a function of a process, by whether it keeps a frame pointer. */
void generated_count(struct generated *g, int pid, bool by_fp);

/*
 * Does a process's generated code keep frame pointers, as far as it was seen? `otherwise`: if none
 * was.
 */
bool generated_keeps_fp(const struct generated *g, int pid, bool otherwise);

#endif
