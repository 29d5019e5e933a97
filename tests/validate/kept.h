/*
 * A program recorded through lib/record, with everything kept that its stacks were
 * found from, so that they can be found again: registers, copies of the stack, and the
 * mappings that the process had at that moment.
 */
#ifndef VALIDATE_KEPT_H
#define VALIDATE_KEPT_H

#include "record/recorder.h"

/* A process as it was; its mappings are a copy. */
struct kept_process {
	struct process process;
	struct kept_process *next;
	size_t nsample;
};

struct kept_sample {
	struct kept_process *of;
	struct user_state state;
	uint64_t regs[ARCH_REGS];
	size_t ncopied; /* bytes of stack that perf copied; the rest was read later */
	/* What the recorder made of it. */
	enum unwind_end end;
	size_t nframe;
	struct user_frame last; /* the outermost frame; its region is the kept process's */
	bool jit;               /* there is a frame without a file */
};

struct kept {
	struct sampler_options sampler_options;
	struct sampler sampler;
	struct recorder recorder;
	struct kept_process *processes; /* the newest first */
	struct kept_sample *sample;
	size_t n, cap;
};

struct kept_options {
	uint64_t frequency;
	uint32_t stack_bytes;
	bool live; /* complete stacks by reading the process, */
	bool memo; /* and by what the thread was in before */
};

/* Record a command until it ends. False with a message in *why. */
bool kept_record(struct kept *k, const struct kept_options *o, char *const *command,
		 struct buf *why);
void kept_release(struct kept *k);

#endif
