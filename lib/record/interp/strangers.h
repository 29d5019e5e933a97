/*
 * Programs that have no interpreter, by their files: a compiler or a shell, of which a build starts
 * thousands of short processes. To look for an interpreter in each costs more than its samples.
 */
#ifndef RECORD_STRANGERS_H
#define RECORD_STRANGERS_H

#include "base/table.h"

struct strangers {
	struct table programs;
};

void strangers_init(struct strangers *s);
void strangers_release(struct strangers *s);

/*
 * Notes what a look at a process has found: does it have an interpreter, even one that cannot be
 * read yet?
 */
void strangers_note(struct strangers *s, uint32_t pid, bool has_interpreter);

/* Did several looks at processes of the same program find none, and no look one? */
bool strangers_know(const struct strangers *s, uint32_t pid);

#endif
