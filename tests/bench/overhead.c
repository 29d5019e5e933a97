/*
 * overhead ROUNDS SECONDS COMMAND...: what recorders of the whole machine cost. All
 * CPUs are kept busy; in each round there is a slice without a recorder, then one with
 * each command. Prints a line a command: the median slowdown in percent of what runs
 * (its work per CPU second), the bounds of the median's 95% interval, the same three of the recorder's own CPU in
 * percent of one CPU, for each busy CPU, and its peak memory in MB.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/record/busy_cpus.h"

enum { MOST_ROUNDS = 101, MOST_COMMANDS = 4, SETTLE_MS = 700 };

struct result {
	double slower[MOST_ROUNDS], own[MOST_ROUNDS];
	long kb;
};

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void pause_for(double s)
{
	struct timespec t = { (time_t)s, (long)(1e9 * (s - (double)(time_t)s)) };

	nanosleep(&t, NULL);
}

static pid_t start(const char *command)
{
	char *text;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (asprintf(&text, "exec %s >/dev/null 2>&1", command) > 0)
		execl("/bin/sh", "sh", "-c", text, (char *)NULL);
	_exit(127);
}

/* The speed of what runs; with a command, also what that takes itself. */
static double slice(double length, const char *command, double *own, long *kb)
{
	pid_t pid = command ? start(command) : 0;
	struct busy_work from, to;
	struct rusage use;
	clockid_t clock;
	double began = 0, ended = 0;

	pause_for(SETTLE_MS / 1000.0);
	if (pid && clock_getcpuclockid(pid, &clock) == 0)
		began = seconds(clock);
	from = busy_work();
	pause_for(length);
	to = busy_work();
	if (pid) {
		ended = seconds(clock);
		kill(pid, SIGINT);
		wait4(pid, NULL, 0, &use);
		*own = 100 * (ended - began) / length / (double)busy_cpus();
		*kb = use.ru_maxrss > *kb ? use.ru_maxrss : *kb;
	}
	return busy_speed(from, to);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(double *v, int n)
{
	int from = (int)((double)n / 2 - 0.98 * __builtin_sqrt((double)n));

	qsort(v, (size_t)n, sizeof(*v), by_value);
	from = from < 0 ? 0 : from;
	printf("%.3f %.3f %.3f ", (v[(n - 1) / 2] + v[n / 2]) / 2, v[from], v[n - 1 - from]);
}

int main(int argc, char **argv)
{
	static struct result result[MOST_COMMANDS];
	int rounds = argc > 3 ? atoi(argv[1]) : 0, n = argc - 3;
	double length = argc > 3 ? atof(argv[2]) : 0;

	if (rounds < 1 || rounds > MOST_ROUNDS || n < 1 || n > MOST_COMMANDS || !busy_start()) {
		fputs("usage: overhead ROUNDS SECONDS COMMAND...\n", stderr);
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		double speed = slice(length, NULL, NULL, NULL);

		for (int k = 0; k < n; k++) {
			int j = i % 2 ? n - 1 - k : k;
			double with = slice(length, argv[3 + j], &result[j].own[i], &result[j].kb);

			result[j].slower[i] = 100 * (speed / with - 1);
		}
	}
	busy_end();
	for (int j = 0; j < n; j++) {
		print(result[j].slower, rounds);
		print(result[j].own, rounds);
		printf("%.1f\n", (double)result[j].kb / 1024);
	}
	return 0;
}
