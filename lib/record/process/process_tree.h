/*
 * The processes of a recording for which the kernel samples whole CPUs: the chosen ones and, if
 * wanted, those that they fork.
 *
 * An event of a whole CPU keeps its period across tasks, so even tasks shorter than a period get
 * their share of samples. An event of a task starts a new period with each new task.
 */
#ifndef RECORD_PROCESS_TREE_H
#define RECORD_PROCESS_TREE_H

#include "base/buf.h"
#include "base/table.h"
#include "perf/record.h"

/* For a command before its exec(): it is not recorded yet. */
static const uint64_t TREE_AT_EXEC = UINT64_MAX;

struct process_tree {
	struct table known; /* struct member */
	struct buf forks;   /* struct member_event: noted, not in order yet */
	bool children;      /* processes that a member forks are members, too */
};

void process_tree_init(struct process_tree *t, bool children);
void process_tree_release(struct process_tree *t);

/* Adds a process that is a member from that time on. */
void process_tree_add(struct process_tree *t, int pid, uint64_t from);

/*
 * Notes a record that may change the members: a fork, an exec() or an end. process_tree_update()
 * then applies these in the order of time. A record may be noted more than once.
 */
void process_tree_note(struct process_tree *t, const struct record *r);
void process_tree_update(struct process_tree *t);

/* Was a process a member at a time? */
bool process_tree_has(const struct process_tree *t, uint32_t pid, uint64_t time);

/* Is a process a member, or was it one? */
bool process_tree_had(const struct process_tree *t, uint32_t pid);

/* Calls visit for each member that has not ended. */
void process_tree_visit(const struct process_tree *t, void (*visit)(void *context, int pid),
			void *context);

#endif
