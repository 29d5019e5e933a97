/*
 * A load on all CPUs, to measure what slows it down: a process on each CPU counts the units of
 * work per second of its CPU time. Other programs that compete for the CPU do not change that
 * ratio; interrupts, and the sampling in them, do.
 */
#ifndef CMD_BUSY_CPUS_H
#define CMD_BUSY_CPUS_H

#include "base/base.h"

/* Start the processes. False if none could be started. */
bool busy_start(void);
void busy_end(void);

/* The number of CPUs with a process. */
size_t busy_cpus(void);

/* The work of all processes so far, and its CPU time. */
struct busy_work {
	uint64_t units, cpu; /* ns */
};
struct busy_work busy_work(void);

/* Units of work per second of CPU time, between two readings. */
double busy_speed(struct busy_work from, struct busy_work to);

#endif
