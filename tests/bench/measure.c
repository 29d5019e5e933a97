/*
 * measure ROUNDS COMMAND [COMMAND...]: run shell commands in turn, ROUNDS times,
 * so that what else the machine does falls on all of them alike. Prints for each
 * the median and the least of its wall times in seconds, its peak memory in kilobytes,
 * and the median of its CPU times, separated by blanks, a line a command; children
 * count.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROUNDS = 101, MOST_COMMANDS = 8 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* The wall time of a command, and its CPU time; *kb is raised to its peak memory. */
static double run(const char *command, long *kb, double *cpu)
{
	double start = now();
	struct rusage use;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &use) < 0 || status != 0) {
		fprintf(stderr, "measure: this failed: %s\n", command);
		exit(1);
	}
	if (use.ru_maxrss > *kb)
		*kb = use.ru_maxrss;
	*cpu = seconds(use.ru_utime) + seconds(use.ru_stime);
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static double time[MOST_COMMANDS][MOST_ROUNDS], cpu[MOST_COMMANDS][MOST_ROUNDS];
	static long kb[MOST_COMMANDS];
	int rounds = argc > 2 ? atoi(argv[1]) : 0, n = argc - 2;

	if (rounds < 1 || rounds > MOST_ROUNDS || n > MOST_COMMANDS) {
		fprintf(stderr, "usage: measure ROUNDS COMMAND...\n");
		return 2;
	}
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			time[i][r] = run(argv[2 + i], &kb[i], &cpu[i][r]);
	for (int i = 0; i < n; i++) {
		qsort(time[i], (size_t)rounds, sizeof(double), compare);
		qsort(cpu[i], (size_t)rounds, sizeof(double), compare);
		printf("%.4f %.4f %ld %.4f\n", time[i][rounds / 2], time[i][0], kb[i],
		       cpu[i][rounds / 2]);
	}
	return 0;
}
