/*
 * Parsing command lines. A command describes each option once, in a row of a table;
 * parsing, --help and shell completion (--complete=bash|zsh|fish) read that row, and a
 * test compares the manual page with it.
 *
 *	static struct { const char *output; bool quiet; } o;
 *	static const struct opt options[] = {
 *		{ 'o', "output", OPT_FILE, &o.output, "FILE", "write here" },
 *		{ 'q', "quiet", OPT_FLAG, &o.quiet, NULL, "say less" },
 *		{ 0 },
 *	};
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include "cli/message.h"

enum opt_kind {
	OPT_FLAG,   /* bool: set to true */
	OPT_STR,    /* const char * */
	OPT_FILE,   /* const char *, completed as a file name */
	OPT_INT,    /* int64_t, not negative */
	OPT_NUMBER, /* double, finite */
	OPT_SIZE,   /* uint64_t: bytes, "64K" */
	OPT_LIST,   /* struct opt_list: may be given many times */
	OPT_PAIR,   /* const char *[2]: takes two arguments */
	OPT_CHOICE, /* int: which of the choices */
	OPT_PARSED, /* whatever opt.parse makes of it */
	OPT_MAYBE,  /* const char *: the argument may be left out ("" then), and follows
		       "=", or in the next word if it is a number that names no file */
};

struct opt {
	char brief; /* letter, or 0 */
	const char *name;
	enum opt_kind kind;
	void *to;         /* where the value goes */
	const char *arg;  /* the argument's name in the help */
	const char *help; /* half a line */
	/* The i-th word that the argument may be, or NULL: for OPT_CHOICE, and
	   for completion of the others. */
	const char *(*choice)(size_t i);
	/* For OPT_PARSED: false when the argument is no good. */
	bool (*parse)(void *to, const char *arg);
	const char *also; /* an old or foreign name for the same option */
	/* In --help, the title above this option and those after it; NULL: the last one. */
	const char *title;
};

struct opt_list {
	const char **v;
	size_t n, cap;
};

struct cmd {
	const char *name;
	const char *summary;  /* one line */
	const char *operands; /* "[FILE...]" */
	/* Tables, each ended by a row without a name; the list by NULL. */
	const struct opt *const *options;
	bool to_command;        /* options end at the first operand */
	void (*features)(void); /* what --version prints besides; may be NULL */
	/* The options of --help, with a blank between, where all of them do not fit on a
	   screen; --help=all prints the others, too. NULL: they fit. */
	const char *everyday;
};

/*
 * Parse argv. Answers --help, --version and --complete and exits 0; exits 2 on
 * a wrong usage, with a message. Returns the index of the first operand;
 * operands are moved after the options.
 */
int cmd_parse(const struct cmd *cmd, int argc, char **argv);

#endif
