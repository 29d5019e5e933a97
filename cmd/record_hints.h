/*
 * Hints: where functions of an interpreter or of JIT-compiled code have no names, and the
 * runtime could give them, which option of it does.
 */
#ifndef CMD_RECORD_HINTS_H
#define CMD_RECORD_HINTS_H

#include "profile/profile.h"

enum { HINTS = 5 }; /* rows of the table */

struct record_hints {
	bool launched;        /* we start the program: --jit-names can be given */
	bool jit;             /* --jit-names was given: nothing is left to advise */
	uint8_t given[HINTS]; /* each is given once */
};

/* Look at a recording with its names; notes go to standard error. */
void record_hints_look(struct record_hints *h, struct profile *p);

#endif
