/*
 * Facts about a recording that travel with its profile as comments (prof-stream(5)):
 * which machine, which command, how much CPU it took.
 */
#ifndef RECORD_FACTS_H
#define RECORD_FACTS_H

#include "profile/profile.h"

/* Add "key=value"; a value that is empty is not known, and left out. */
void fact_text(struct profile *p, const char *key, struct str value);
void fact_number(struct profile *p, const char *key, uint64_t value);

/* host, cpu_model, kernel. */
void facts_of_machine(struct profile *p);

/* A random name for a run, the same for all profiles of it; 16 hex digits. */
const char *fact_run(void);

/* The words of a command as one line, quoted where the shell would need it. */
void fact_command(struct profile *p, char *const *words);

/*
 * CPU time in ns that the processes have used so far, their threads' included and
 * their children's not. 0 for those that are gone.
 */
uint64_t fact_cpu_time(const int *pids, size_t n);

#endif
