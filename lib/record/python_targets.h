/*
 * Which processes run CPython, and where in them it is: answers to the questions of the program
 * in the kernel. The images that processes have mapped are looked at once each.
 */
#ifndef RECORD_PYTHON_TARGETS_H
#define RECORD_PYTHON_TARGETS_H

#include "base/table.h"
#include "interp/python_image.h"
#include "record/python_program.h"

struct python_targets {
	struct python_program *program;
	struct table images; /* struct known_image */
	/* Is this process recorded? May be NULL. */
	bool (*wants)(void *context, int pid);
	void *wants_context;
	/* An interpreter was found whose frames cannot be read, and why. */
	void (*on_refusal)(void *context, unsigned version, const char *why);
	void *context;
};

void python_targets_init(struct python_targets *t, struct python_program *program);
void python_targets_release(struct python_targets *t);

/* Look what a process is, and tell the program. `of`: its program's number; 0 = any. */
void python_targets_look(struct python_targets *t, uint32_t pid, uint64_t of);

/* The target that a process is, for those who read its memory. False: it is none. */
bool python_targets_find(struct python_targets *t, uint32_t pid, struct python_target *target);

#endif
