/*
 * Which processes run an interpreter, and where in them it is: answers to the questions of the program
 * in the kernel. The images that processes have mapped are looked at once each.
 */
#ifndef RECORD_INTERP_TARGETS_H
#define RECORD_INTERP_TARGETS_H

#include "base/table.h"
#include "record/interp_program.h"

struct interp_targets {
	struct interp_program *program;
	struct table images; /* struct known_image */
	/* Is this process recorded? May be NULL. */
	bool (*wants)(void *context, int pid);
	void *wants_context;
	/* An interpreter was found whose frames cannot be read, and why. */
	void (*on_refusal)(void *context, const char *name, unsigned version, const char *why);
	void *context;
};

void interp_targets_init(struct interp_targets *t, struct interp_program *program);
void interp_targets_release(struct interp_targets *t);

/* Look what a process is, and tell the program. `of`: its program's number; 0 = any. */
void interp_targets_look(struct interp_targets *t, uint32_t pid, uint64_t of);

/* The target that a process is, for those who read its memory. False: it is none. */
bool interp_targets_find(struct interp_targets *t, uint32_t pid, struct interp_target *target);

#endif
