/* Reading runs for comparisons. */
#ifndef CMD_REPLICATES_H
#define CMD_REPLICATES_H

#include "compare/runs.h"

/*
 * Add the runs of one side: every profile in every input is one. A directory stands
 * for the regular files in it, in order of their names. Complains, and returns false,
 * when an input cannot be read or does not go with the others.
 */
bool load_runs(struct runs *runs, enum side side, char *const *paths);

#endif
