/*
 * Finds the interpreter of a process, to answer the questions of the BPF program. Each mapped
 * image is examined once.
 */
#ifndef RECORD_INTERP_TARGETS_H
#define RECORD_INTERP_TARGETS_H

#include "base/table.h"
#include "interp/go/go_image.h"
#include "record/interp/interp_program.h"
#include "record/interp/strangers.h"

struct interp_targets {
	struct interp_program *program;
	struct strangers strangers;
	struct table images; /* struct known_image */
	/* The Python that was examined last may import asyncio, but has not done so. */
	bool awaits_tasks;
	/* Is this process recorded? May be NULL. */
	bool (*wants)(void *context, int pid);
	void *wants_context;
	/* Reports an interpreter whose frames cannot be read, and the reason. */
	void (*on_refusal)(void *context, const char *name, unsigned version, const char *why);
	/* The same for the labels of goroutines. */
	void (*on_go_refusal)(void *context, unsigned version, const char *why);
	void *context;
};

void interp_targets_init(struct interp_targets *t, struct interp_program *program);
void interp_targets_release(struct interp_targets *t);

/* Examines a process and updates its row for the BPF program. `of`: its self_exec_id; 0 = any. */
void interp_targets_look(struct interp_targets *t, uint32_t pid, uint64_t of);

/* Tells the program about a process that is about to run a program of Go. */
void interp_targets_expect_go(struct interp_targets *t, uint32_t pid, const struct go_image *go);

/*
 * The process has mapped what may be an interpreter: if none is known, it is examined at the next
 * sample, however long ago it began. A process that is slow to start was examined often by then.
 */
void interp_targets_hurry(struct interp_targets *t, uint32_t pid);

/* Finds the target of a process, to read its memory. False if it runs no interpreter. */
bool interp_targets_find(struct interp_targets *t, uint32_t pid, struct interp_target *target);

#endif
