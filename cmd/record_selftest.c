#include "record_selftest.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress.h"
#include "common.h"

enum {
	MOST_WORKERS = 256,
	PAIRS = 24,
	WARM_UP_MS = 500,
	SLICE_MS = 500,
	DEPTH = 24,  /* frames of a stack that is sampled */
	WORK = 4000, /* steps of one unit of work: some microseconds */
};

/* What a worker has done so far: written by it, read by us. */
struct work {
	_Atomic uint64_t units, cpu; /* ns */
	char apart[48];              /* a cache line for each */
};

static struct work *work;
static pid_t workers[MOST_WORKERS];
static size_t nworker;

/* The workers */

static uint64_t cpu_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Work at the bottom of a stack of real frames; the value keeps it from being left out. */
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

static NORETURN void labour(struct work *mine, int cpu)
{
	uint64_t x = 88172645463325252u;
	cpu_set_t one;

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

static bool start_workers(void)
{
	cpu_set_t allowed;

	work = mmap(NULL, MOST_WORKERS * sizeof(*work), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (work == MAP_FAILED || sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return complain("cannot set up the measurement");
	for (int cpu = 0; cpu < CPU_SETSIZE && nworker < MOST_WORKERS; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		workers[nworker] = fork();
		if (workers[nworker] == 0)
			labour(&work[nworker], cpu);
		nworker += workers[nworker] > 0;
	}
	return nworker || complain("cannot start processes to measure");
}

static void end_workers(void)
{
	for (size_t i = 0; i < nworker; i++) {
		kill(workers[i], SIGKILL);
		waitpid(workers[i], NULL, 0);
	}
}

/* A slice */

struct slice {
	double speed; /* units of work per CPU second */
	double own;   /* our CPU, in CPUs */
	uint64_t samples, lost;
};

struct reading {
	uint64_t units, cpu, wall;
	double own;
};

static struct reading read_off(void)
{
	struct reading r = { .wall = recorder_now() };
	struct rusage use;

	for (size_t i = 0; i < nworker; i++) {
		r.units += work[i].units;
		r.cpu += work[i].cpu;
	}
	getrusage(RUSAGE_SELF, &use);
	r.own = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
	return r;
}

static struct slice between(struct reading a, struct reading b)
{
	return (struct slice){
		.speed = (double)(b.units - a.units) / (double)(b.cpu - a.cpu) * 1e9,
		.own = (b.own - a.own) / (1e-9 * (double)(b.wall - a.wall)),
	};
}

static struct slice without(int ms)
{
	struct reading begin = read_off();

	usleep((useconds_t)ms * 1000);
	return between(begin, read_off());
}

static void on_sample(void *context, const struct recorded *s)
{
	gather_sample(context, s);
}

static struct slice drain_for(struct sampler *sampler, struct recorder *r, int ms)
{
	uint64_t until = recorder_now() + (uint64_t)ms * 1000000;
	struct reading begin;
	struct slice s;

	sampler_start(sampler);
	begin = read_off();
	while (recorder_now() < until) {
		sampler_wait(sampler, 50);
		recorder_drain(r, false);
	}
	s = between(begin, read_off());
	sampler_stop(sampler);
	recorder_drain(r, true);
	s.samples = r->nsample;
	s.lost = r->lost;
	return s;
}

/* The recorder is set up before the slice begins and lives for all of them. */
static struct slice pair_with(struct sampler *sampler, struct recorder *r, double *slower,
			      bool first)
{
	struct slice on, off;

	if (first)
		on = drain_for(sampler, r, SLICE_MS);
	off = without(SLICE_MS);
	if (!first)
		on = drain_for(sampler, r, SLICE_MS);
	*slower = 100 * (off.speed / on.speed - 1);
	return on;
}

/* The figures */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The median, and between which order statistics it lies in 95 of 100 cases: the
 * binomial's normal approximation, good enough for 20 values and more.
 */
static void print_median(const char *what, double *v, size_t n, const char *unit)
{
	size_t from = (size_t)((double)n / 2 - 0.98 * __builtin_sqrt((double)n));

	qsort(v, n, sizeof(*v), by_value);
	printf("%-34s %7.3f %s   (95%% between %.3f and %.3f)\n", what,
	       (v[(n - 1) / 2] + v[n / 2]) / 2, unit, v[from], v[n - 1 - from]);
}

static void measure(struct sampler *sampler, struct recorder *r)
{
	double slower[PAIRS], own[PAIRS];
	struct slice s = { 0 };

	without(WARM_UP_MS);
	for (int i = 0; i < PAIRS && !recording_interrupted(); i++) {
		s = pair_with(sampler, r, &slower[i], i % 2);
		own[i] = 100 * s.own;
		if (!common.quiet)
			progress_show("pair %d of %d: %.2f%% slower", i + 1, PAIRS, slower[i]);
	}
	progress_end();
	if (recording_interrupted())
		return;
	printf("%zu busy CPUs, %d pairs of %d ms with and without a recording\n", nworker, PAIRS,
	       SLICE_MS);
	print_median("slowdown of what runs", slower, PAIRS, "%");
	print_median("own CPU, of one CPU", own, PAIRS, "%");
	printf("%-34s %llu, %llu lost\n", "samples", (unsigned long long)s.samples,
	       (unsigned long long)s.lost);
}

int record_selftest(const struct session_options *so)
{
	struct sampler_options options = so->sampler;
	struct sampler sampler = { 0 };
	struct recorder recorder;
	struct profile p;
	struct gather gather;
	struct buf why = { 0 };
	bool ok;

	options.target = TARGET_SYSTEM;
	ok = sampler_open(&sampler, &options, &why) || complain("%.*s", STR_ARG(buf_str(&why)));
	recorder_init(&recorder, &sampler, options.arch);
	gather_init(&gather, &so->gather, &recorder.processes);
	profile_init(&p);
	gather_begin(&gather, &p);
	recorder.on_sample = on_sample;
	recorder.context = &gather;
	recorder.self = (int)getpid();
	if (ok && (ok = start_workers()))
		measure(&sampler, &recorder);
	end_workers();
	profile_release(&p);
	gather_release(&gather);
	recorder_release(&recorder);
	sampler_close(&sampler);
	buf_release(&why);
	return ok && !recording_interrupted() ? 0 : RECORDING_FAILED;
}
