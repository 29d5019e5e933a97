/*
 * The target of prof-record: a command, processes, a control group, CPUs, the processes of a
 * user or with a name.
 */
#ifndef CMD_RECORD_TARGET_H
#define CMD_RECORD_TARGET_H

#include "cli/opt.h"
#include "record/sampler/sampler.h"

struct process;

extern const struct opt target_options[];

/*
 * Set s->target, pids, cpus, cgroup and children from the options. command: the operands,
 * possibly none. Exits if they contradict each other.
 */
void parse_target(struct sampler_options *s, char *const *command);

/* Do the options choose among processes? If so, target_wants() decides. */
bool target_chooses(void);
bool target_wants(void *context, struct process *p);

/* Why matching the pattern of --comm failed; NULL if it never did. */
const char *target_failed(void);

#endif
