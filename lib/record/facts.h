/*
 * Facts about a recording, stored as comments in its profile (prof-stream(5)): the machine, the
 * command, the CPU time it used.
 */
#ifndef RECORD_FACTS_H
#define RECORD_FACTS_H

#include "profile/profile.h"

/* Adds "key=value". An empty value is unknown, and left out. */
void fact_text(struct profile *p, const char *key, struct str value);
void fact_number(struct profile *p, const char *key, uint64_t value);

/* Adds host, cpu_model and kernel. */
void facts_of_machine(struct profile *p);

/* A random name of 16 hex digits, the same for all profiles of a run. */
const char *fact_run(void);

/* Adds a command as one line, with its words quoted for the shell where necessary. */
void fact_command(struct profile *p, char *const *words);

/*
 * The CPU time in ns that the processes have used so far, with their threads but without their
 * children. A process that has ended counts as 0.
 */
uint64_t fact_cpu_time(const int *pids, size_t n);

#endif
