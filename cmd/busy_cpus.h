/*
 * Work for all CPUs, to measure what slows it down: a process on each, that counts
 * what it gets done in its CPU time. What other programs take does not change that
 * ratio; interrupts and what they do, do.
 */
#ifndef CMD_BUSY_CPUS_H
#define CMD_BUSY_CPUS_H

#include "base/base.h"

/* Start working. False when that cannot be. */
bool busy_start(void);
void busy_end(void);

/* How many CPUs work. */
size_t busy_cpus(void);

/* What has been done by now. */
struct busy_work {
	uint64_t units, cpu; /* ns */
};
struct busy_work busy_work(void);

/* Units of work for a second of CPU time, between two moments. */
double busy_speed(struct busy_work from, struct busy_work to);

#endif
