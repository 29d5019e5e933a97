/*
 * Having addresses named by a child that may die (naming_child.h).
 *
 * The child is forked when there is something to ask, and again when it has died of a
 * file. What it costs is bounded (naming_budget.h); who exceeds that, crashes, or says
 * what makes no sense, loses the names of the file at hand and nothing else.
 */
#ifndef SYMBOL_NAMING_H
#define SYMBOL_NAMING_H

#include <sys/types.h>
#include <time.h>

#include "symbol/naming_budget.h"
#include "symbol/naming_channel.h"
#include "symbol/naming_message.h"

struct naming {
	const struct symbol_options *options;
	pid_t child;     /* 0: there is none */
	clockid_t clock; /* its CPU time */
	struct naming_channel channel;
	uint64_t base;      /* bytes of address space that it began with */
	uint64_t child_cpu; /* ns of CPU time that children took which have ended */
	/* Of the question at hand: */
	struct naming_budget budget;
	uint64_t cpu_start, wall_start; /* ns */
	int root;                       /* where the files are that it refers to */
	bool unable;                    /* no child could be started */
	const char *why;                /* it cannot be answered; NULL: because the child died */
	struct buf text;                /* scratch, which *why may be in */
};

void naming_init(struct naming *n, const struct symbol_options *options);

/* The child ends, and gives back all that naming took. */
void naming_end(struct naming *n);

/*
 * Ask for a file, with the descriptor `fd` (-1: there is none). `root` is a descriptor of
 * the root in which the files are that it refers to; -1: ours. Answers are put in
 * *frames, as NAMING_FRAMES messages have them, and checked: naming_answer_read() and
 * naming_frame_read() cannot fail. What the user should know is appended to *notes, a
 * line each.
 *
 * False, with a line in *notes and nothing in *frames, when the file was too much.
 */
bool naming_ask(struct naming *n, const struct naming_question *q, int fd, int root,
		struct buf *frames, struct buf *notes);

#endif
