/* Callgrind's format: what its reader and its writer share. */
#ifndef FORMAT_CALLGRIND_CALLGRIND_H
#define FORMAT_CALLGRIND_CALLGRIND_H

#include "io/out.h"
#include "profile/profile.h"

/* The most events of a file: each costs memory for every sample. */
enum { CALLGRIND_EVENTS = 64 };

/*
 * Write all columns: the self cost of each line of each function, and the costs of calls,
 * callees included. A stack counts once for each call in it, however often the call recurs.
 * "calls=1" stands for any number, which samples do not have. Labels and chains of callers
 * are lost.
 */
void callgrind_write(struct out *out, struct profile *p);

#endif
