/*
 * Loads the BPF program that reads interpreters' frames at each sample
 * (interp/bpf/interpreters.bpf.c), with libbpf. It needs Linux 5.8, and CAP_BPF and CAP_PERFMON,
 * or root.
 */
#ifndef RECORD_INTERP_PROGRAM_H
#define RECORD_INTERP_PROGRAM_H

#include "base/buf.h"
#include "interp/interp_wire.h"

struct interp_program {
	struct bpf_object *object; /* libbpf's; NULL: not loaded */
	struct ring_buffer *questions;
	/* Descriptors: */
	int sample;                /* the program to run at a sample */
	int output;                /* the map of events, by CPU, that it writes to */
	int question;              /* readable by poll(2) when there is a question */
	int targets, config, told; /* the other maps */
	struct interp_config settings;
	void (*on_question)(void *context, const struct interp_question *q);
	void *context;
};

/* Was prof-record built with the program? If not, *why is a static string that says why. */
bool interp_program_is_built(const char **why);

/* Does it read the tasks of CPython 3.11 to 3.13? Compiled by gcc it does not: see task_walk.h. */
static inline bool interp_program_reads_task_dicts(void)
{
#ifdef BPF_BY_GCC
	return false;
#else
	return true;
#endif
}

/*
 * Loads the program. The caller has set on_question and context. False with a reason in *why;
 * interp_program_close() must follow in both cases.
 */
bool interp_program_open(struct interp_program *p, struct buf *why);
void interp_program_close(struct interp_program *p);

/* Calls on_question for each question received. */
void interp_program_ask(struct interp_program *p);

/* The target of a process. False if it has none. */
bool interp_program_target(const struct interp_program *p, uint32_t pid, struct interp_target *t);
void interp_program_set_target(struct interp_program *p, uint32_t pid,
			       const struct interp_target *t);

/* Makes the program write all names again. */
void interp_program_forget_names(struct interp_program *p);

#endif
