/*
 * The program that reads Python's frames in the kernel at each sample (interp/bpf/python.bpf.c),
 * as libbpf loads it: Linux 5.8 and later, with CAP_BPF and CAP_PERFMON, or as root.
 */
#ifndef RECORD_PYTHON_PROGRAM_H
#define RECORD_PYTHON_PROGRAM_H

#include "base/buf.h"
#include "interp/python_wire.h"

struct python_program {
	struct bpf_object *object; /* libbpf's; NULL: it is not loaded */
	struct ring_buffer *questions;
	int sample;                /* descriptors: of what is to be run at a sample, */
	int output;                /* of the map of events, by CPU, that it writes to, */
	int question;              /* for poll(2): a question has come, */
	int targets, config, told; /* and of other maps */
	struct python_config settings;
	void (*on_question)(void *context, const struct python_question *q);
	void *context;
};

/* Was prof-record built with it? If not, *why says what was missing, as a static string. */
bool python_program_is_built(const char **why);

/*
 * Load it; on_question and context are set by the caller. False with a reason in *why.
 * python_program_close() must follow in both cases.
 */
bool python_program_open(struct python_program *p, struct buf *why);
void python_program_close(struct python_program *p);

/* Hand out the questions that have come. */
void python_program_ask(struct python_program *p);

/* What is known of a process; false when nothing is. */
bool python_program_target(const struct python_program *p, uint32_t pid, struct python_target *t);
void python_program_set_target(struct python_program *p, uint32_t pid,
			       const struct python_target *t);

/* From now on all names are told again. */
void python_program_forget_names(struct python_program *p);

#endif
