/*
 * Hints: if interpreted or JIT-compiled functions lack names that their runtime can give,
 * which of its options gives them.
 */
#ifndef CMD_RECORD_HINTS_H
#define CMD_RECORD_HINTS_H

#include "profile/profile.h"

enum { HINTS = 5 }; /* number of hints: rows of the table */

struct record_hints {
	bool launched;        /* the recording starts the program, so --jit-names is possible */
	bool jit;             /* --jit-names was given: there is no advice left */
	bool interpreted;     /* functions of Python are read; the summary counts what lacks them */
	uint8_t given[HINTS]; /* whether each hint was given; each is given once */
};

/* Look for missing names in a recording; hints go to standard error. */
void record_hints_look(struct record_hints *h, struct profile *p);

#endif
