/* Reading the runs that prof-diff compares. */
#ifndef CMD_REPLICATES_H
#define CMD_REPLICATES_H

#include "compare/runs.h"

/*
 * Add the runs of one side: each profile of each input is a run. A directory is read as the
 * regular files in it, in order of their names. False, with an error message, if an input
 * cannot be read or is incompatible with the others.
 */
bool load_runs(struct runs *runs, enum side side, char *const *paths);

#endif
