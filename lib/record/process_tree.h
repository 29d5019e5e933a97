/*
 * The processes that a recording is of, where the kernel samples all that run on the CPUs:
 * those that were asked for and, if wanted, what they fork.
 *
 * Events of a whole CPU keep their period when one task follows another, so that even tasks
 * that live for a part of a period have the samples that they deserve. Events of a task
 * begin a period of their own with each new one.
 */
#ifndef RECORD_PROCESS_TREE_H
#define RECORD_PROCESS_TREE_H

#include "base/buf.h"
#include "base/table.h"
#include "perf/record.h"

/* Of a command before its exec(): nothing that it does counts yet. */
static const uint64_t TREE_AT_EXEC = UINT64_MAX;

struct process_tree {
	struct table known; /* struct member */
	struct buf forks;   /* struct member_event: noted, and not yet in order */
	bool children;      /* what a member forks is one, too */
};

void process_tree_init(struct process_tree *t, bool children);
void process_tree_release(struct process_tree *t);

/* A process that is a member from that time on. */
void process_tree_add(struct process_tree *t, int pid, uint64_t from);

/*
 * Note a record that may change who is a member: a fork, an exec() or an end. process_tree_update() then
 * takes what was noted in the order of time. A record may be noted more than once.
 */
void process_tree_note(struct process_tree *t, const struct record *r);
void process_tree_update(struct process_tree *t);

/* Was a process a member at that time? */
bool process_tree_has(const struct process_tree *t, uint32_t pid, uint64_t time);

/* Is it one, or was it? */
bool process_tree_had(const struct process_tree *t, uint32_t pid);

/* Call visit for each member that has not ended. */
void process_tree_visit(const struct process_tree *t, void (*visit)(void *context, int pid),
			void *context);

#endif
