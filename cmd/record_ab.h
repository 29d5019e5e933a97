/*
 * Two commands, recorded in turns on one machine, for prof-diff to compare: after a
 * run of each that only warms caches, rounds in the order A B, B A, A B, ... so that
 * what drifts (temperature, a neighbour's load) falls on both alike. Each run is a
 * profile in a file of its own: DIR/base/001.pb.gz, DIR/new/001.pb.gz, ...
 */
#ifndef CMD_RECORD_AB_H
#define CMD_RECORD_AB_H

#include "compare/options.h"
#include "recording.h"

struct ab_options {
	const char *command[2]; /* for the shell: base and new */
	const char *dir;
	uint64_t runs;     /* of each; 0 = as many as prof-ci(7) asks for, of runs that long */
	uint64_t max_time; /* ns: no round begins later; 0 = none */
	/*
	 * Its power_effect and power_share: stop before `runs` when such a change would
	 * be found. A share of 0: make all runs.
	 */
	struct options compare;
};

/* model says how to record; its command and output are not used. The exit status. */
int record_ab(const struct recording *model, const struct ab_options *o);

#endif
