/* For programs whose threads wait for each other: has the other one begun to wait? */
#ifndef TARGETS_SLEEPS_H
#define TARGETS_SLEEPS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Returns once a thread of this process sleeps in the kernel. It may get there late where other
 * programs take the CPUs, and what it waits for must not be over by then.
 */
static void until_sleeps(int tid)
{
	char name[64], line[256], *end;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
	for (int tries = 0; tries < 10000; tries++) {
		f = fopen(name, "r");
		if (!f || !fgets(line, sizeof(line), f) || !(end = strrchr(line, ')')))
			abort();
		fclose(f);
		if (end[2] == 'S')
			return;
		usleep(1000);
	}
	abort();
}

#endif
