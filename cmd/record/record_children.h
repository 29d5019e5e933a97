/*
 * The children of chosen processes, where they are not recorded (-p without --children): a server's
 * first process often waits, while its children use the CPU time.
 */
#ifndef CMD_RECORD_CHILDREN_H
#define CMD_RECORD_CHILDREN_H

#include "record/process/targets.h"
#include "record/sampler/sampler.h"

struct record_children {
	struct targets targets; /* those that run when the recording begins */
	uint64_t used; /* ns of CPU time that they have used; the recording's, once it ended */
	size_t n;      /* how many they are */
};

void record_children_begin(struct record_children *c, const struct sampler_options *o);
void record_children_end(struct record_children *c);

#endif
