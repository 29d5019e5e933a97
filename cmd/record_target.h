/*
 * What prof-record samples: a command, processes, a control group, CPUs, the
 * processes of a user or of a name.
 */
#ifndef CMD_RECORD_TARGET_H
#define CMD_RECORD_TARGET_H

#include "cli/opt.h"
#include "record/sampler.h"

struct process;

extern const struct opt target_options[];

/*
 * Fill in s->target, pids, cpus, cgroup and children from the options; command is
 * the operands, perhaps none. Exits when they make no sense together.
 */
void parse_target(struct sampler_options *s, char *const *command);

/* Do the options choose among processes? Then target_wants() says which. */
bool target_chooses(void);
bool target_wants(void *context, struct process *p);

/* Why the pattern of --comm could not be matched within bounds; NULL if it always could. */
const char *target_failed(void);

#endif
