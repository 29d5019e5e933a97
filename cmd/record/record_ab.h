/*
 * Recording two commands in turns on one machine, for prof-diff to compare. After one run of
 * each, which only warms caches, the order of rounds is A B, B A, A B, ..., so that drift
 * (temperature, a neighbour's load) affects both alike. Each run is a profile in a file of its
 * own: DIR/base/001.pb.gz, DIR/new/001.pb.gz, ...
 */
#ifndef CMD_RECORD_AB_H
#define CMD_RECORD_AB_H

#include "cmd/record/recording.h"
#include "compare/options.h"

struct ab_options {
	const char *command[2]; /* for the shell: base and new */
	const char *dir;
	uint64_t runs; /* of each command; 0 = as many as prof-ci(7) recommends for their length */
	uint64_t max_time; /* ns; no round begins after it; 0 = no limit */
	/*
	 * power_effect and power_share: stop before `runs` when such a change would be
	 * detected. A share of 0: make all runs.
	 */
	struct options compare;
};

/* model: how to record; its command and output are not used. Returns the exit status. */
int record_ab(const struct recording *model, const struct ab_options *o);

#endif
