/*
 * Which line of its file an instruction of Ruby is in (iseq.c): a table of lines, and one that says
 * for each instruction how many entries of the first begin at or before it, as bits with sums.
 */
#ifndef INTERP_RUBY_LINES_H
#define INTERP_RUBY_LINES_H

#include "base/str.h"

/* The line of an instruction, by its number. 0 if the tables do not say. */
unsigned ruby_line(struct str lines, size_t entry_size, struct str table, unsigned instruction);

#endif
