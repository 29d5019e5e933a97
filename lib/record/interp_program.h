/*
 * The program that reads interpreters' frames in the kernel at each sample (interp/bpf/interpreters.bpf.c),
 * as libbpf loads it: Linux 5.8 and later, with CAP_BPF and CAP_PERFMON, or as root.
 */
#ifndef RECORD_INTERP_PROGRAM_H
#define RECORD_INTERP_PROGRAM_H

#include "base/buf.h"
#include "interp/interp_wire.h"

struct interp_program {
	struct bpf_object *object; /* libbpf's; NULL: it is not loaded */
	struct ring_buffer *questions;
	int sample;                /* descriptors: of what is to be run at a sample, */
	int output;                /* of the map of events, by CPU, that it writes to, */
	int question;              /* for poll(2): a question has come, */
	int targets, config, told; /* and of other maps */
	struct interp_config settings;
	void (*on_question)(void *context, const struct interp_question *q);
	void *context;
};

/* Was prof-record built with it? If not, *why says what was missing, as a static string. */
bool interp_program_is_built(const char **why);

/*
 * Load it; on_question and context are set by the caller. False with a reason in *why.
 * interp_program_close() must follow in both cases.
 */
bool interp_program_open(struct interp_program *p, struct buf *why);
void interp_program_close(struct interp_program *p);

/* Hand out the questions that have come. */
void interp_program_ask(struct interp_program *p);

/* What is known of a process; false when nothing is. */
bool interp_program_target(const struct interp_program *p, uint32_t pid, struct interp_target *t);
void interp_program_set_target(struct interp_program *p, uint32_t pid,
			       const struct interp_target *t);

/* From now on all names are told again. */
void interp_program_forget_names(struct interp_program *p);

#endif
