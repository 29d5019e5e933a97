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
	bool has_others;                /* some of them were there */
	bool unable;                    /* no child could be started */
	const char *why;                /* it cannot be answered; NULL: because the child died */
	struct buf text;                /* scratch, which *why may be in */
};

void naming_init(struct naming *n, const struct symbol_options *options);

/* The child ends, and gives back all that naming took. */
void naming_end(struct naming *n);

/* A file that is asked for. */
struct naming_file {
	struct naming_question question; /* but for its limits and NAMING_MORE */
	int fd;                          /* -1: there is none; not closed */
	int root; /* a descriptor of the root in which the files are that it refers to; -1: ours */
};

/* At most so many at once. */
enum { NAMING_MOST_FILES = 32 };

/*
 * What was found in a file. The answers are as NAMING_FRAMES messages have them, and
 * checked: naming_answer_read() and naming_frame_read() cannot fail. They are valid
 * during the call only.
 */
struct naming_found {
	const struct naming_question *question;
	bool ok;           /* false: it was too much, and the user will read why */
	bool alone;        /* it refers to no other file that is there */
	struct str frames; /* answers */
};

/*
 * Ask for files, and have `found` called for each. What the user should know is appended
 * to *notes, a line each. Where no child can be started, `found` is not called.
 */
void naming_ask(struct naming *n, const struct naming_file *file, uint32_t nfile,
		void (*found)(void *context, const struct naming_found *), void *context,
		struct buf *notes);

#endif
