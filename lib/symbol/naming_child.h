/*
 * The child in which files that nobody vouches for are read: it answers one question
 * after the other (naming_message.h), has the rights of nobody (sandbox.h), and may die
 * of any file. What it knows of a file ends with the question.
 */
#ifndef SYMBOL_NAMING_CHILD_H
#define SYMBOL_NAMING_CHILD_H

#include <sys/types.h>

#include "symbol/symbol.h"

/* What a child just forked does with its end of the channel. It does not return. */
NORETURN void naming_child_run(int channel, pid_t parent, const struct symbol_options *options);

#endif
