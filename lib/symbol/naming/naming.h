/*
 * The parent's side of naming addresses in a child process that may die (naming_child.h).
 *
 * The child is forked for the first question, and again after a file has killed it. Its
 * cost is bounded (naming_budget.h). If it exceeds a bound, crashes, or sends a malformed
 * answer, only the names of the current file are lost.
 */
#ifndef SYMBOL_NAMING_H
#define SYMBOL_NAMING_H

#include <sys/types.h>
#include <time.h>

#include "symbol/naming/naming_budget.h"
#include "symbol/naming/naming_channel.h"
#include "symbol/naming/naming_message.h"

struct naming {
	const struct symbol_options *options;
	pid_t child;     /* 0 = there is none */
	clockid_t clock; /* its CPU time */
	struct naming_channel channel;
	uint64_t base;      /* bytes of address space at its start */
	uint64_t child_cpu; /* ns of CPU time of children that have ended */
	/* Of the current question: */
	struct naming_budget budget;
	uint64_t cpu_start, wall_start; /* ns */
	int root;                       /* the root for the files to which it refers */
	bool has_others;                /* at least one of these exists */
	bool unable;                    /* no child could be started */
	const char *why;                /* reason for no answer; NULL = the child died */
	struct buf text;                /* scratch; *why may point into it */
};

void naming_init(struct naming *n, const struct symbol_options *options);

/* End the child, which frees all memory of naming. */
void naming_end(struct naming *n);

/* A file with addresses to name. */
struct naming_file {
	struct naming_question question; /* without its limits and NAMING_MORE */
	int fd;                          /* -1 = there is none; not closed */
	int root; /* descriptor of the root for files to which it refers; -1 = this process's */
};

/* The most files of one naming_ask(). */
enum { NAMING_MOST_FILES = 32 };

/*
 * The result for a file. The answers have the form of NAMING_FRAMES messages and have been
 * checked: naming_answer_read() and naming_frame_read() cannot fail. They are valid only
 * during the call.
 */
struct naming_found {
	const struct naming_question *question;
	bool ok;           /* false: it exceeded a bound; a note has the reason */
	bool alone;        /* no file to which it refers exists */
	struct str frames; /* answers */
};

/*
 * Asks for the names of addresses in files, and calls `found` for each file. Appends notes for the
 * user to *notes, one per line. If no child can be started, `found` is not called.
 */
void naming_ask(struct naming *n, const struct naming_file *file, uint32_t nfile,
		void (*found)(void *context, const struct naming_found *), void *context,
		struct buf *notes);

#endif
