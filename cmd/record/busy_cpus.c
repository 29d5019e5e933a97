#include "cmd/record/busy_cpus.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MOST_WORKERS = 256,
	DEPTH = 24,  /* frames of the stack that is sampled */
	WORK = 4000, /* steps in a unit of work, which takes some microseconds */
};

/* The progress of a worker, which writes it; the parent reads it. */
struct work {
	_Atomic uint64_t units, cpu; /* ns */
	char apart[48];              /* padding: a cache line for each worker */
};

static struct work *work;
static pid_t workers[MOST_WORKERS];
static size_t nworker;

static uint64_t cpu_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Work at the bottom of a stack of real frames; using the result prevents its optimization. */
static __attribute__((noinline)) uint64_t dig(int depth, uint64_t x)
{
	if (depth)
		return dig(depth - 1, x + (uint64_t)depth) ^ (uint64_t)depth;
	for (int i = 0; i < WORK; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return x;
}

static NORETURN void labour(struct work *mine, int cpu, pid_t parent)
{
	uint64_t x = 88172645463325252u;
	cpu_set_t one;

	/* End with the parent, even if that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (;;) {
		for (int i = 0; i < 16; i++)
			x = dig(DEPTH, x);
		mine->units += 16 + !x;
		mine->cpu = cpu_clock();
	}
}

bool busy_start(void)
{
	pid_t parent = getpid();
	cpu_set_t allowed;

	work = mmap(NULL, MOST_WORKERS * sizeof(*work), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (work == MAP_FAILED || sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return false;
	for (int cpu = 0; cpu < CPU_SETSIZE && nworker < MOST_WORKERS; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		workers[nworker] = fork();
		if (workers[nworker] == 0)
			labour(&work[nworker], cpu, parent);
		nworker += workers[nworker] > 0;
	}
	return nworker > 0;
}

void busy_end(void)
{
	for (size_t i = 0; i < nworker; i++) {
		kill(workers[i], SIGKILL);
		waitpid(workers[i], NULL, 0);
	}
}

size_t busy_cpus(void)
{
	return nworker;
}

struct busy_work busy_work(void)
{
	struct busy_work sum = { 0 };

	for (size_t i = 0; i < nworker; i++) {
		sum.units += work[i].units;
		sum.cpu += work[i].cpu;
	}
	return sum;
}

double busy_speed(struct busy_work from, struct busy_work to)
{
	return (double)(to.units - from.units) / (double)(to.cpu - from.cpu) * 1e9;
}
