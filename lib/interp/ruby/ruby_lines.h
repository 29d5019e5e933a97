/*
 * Finds the source line of a Ruby instruction (iseq.c). A first table has an entry for each run of
 * instructions, with its line. A second one gives, for each instruction, the number of entries
 * that begin at or before it, as bits with partial sums.
 */
#ifndef INTERP_RUBY_LINES_H
#define INTERP_RUBY_LINES_H

#include "base/str.h"

/* The line of an instruction, by its number. 0 if the tables have none. */
unsigned ruby_line(struct str lines, size_t entry_size, struct str table, unsigned instruction);

#endif
