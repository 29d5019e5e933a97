/*
 * The child process that reads untrusted files: it answers questions (naming_message.h),
 * has no privileges (sandbox.h), and may crash on any file. It keeps nothing of a file
 * after its question.
 */
#ifndef SYMBOL_NAMING_CHILD_H
#define SYMBOL_NAMING_CHILD_H

#include <sys/types.h>

#include "symbol/symbol.h"

/* The main function of the child: it is called after fork() and does not return. */
NORETURN void naming_child_run(int channel, pid_t parent, const struct symbol_options *options);

#endif
