#include "cmd/record/record_selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/progress.h"
#include "cmd/common.h"
#include "cmd/record/busy_cpus.h"

enum { PAIRS = 24, WARM_UP_MS = 500, SLICE_MS = 500 };

/* A slice */

struct slice {
	double speed; /* units of work per CPU second */
	double own;   /* this process's load, in CPUs */
	uint64_t samples, lost;
};

struct reading {
	struct busy_work work;
	uint64_t wall; /* ns */
	double own;    /* s */
};

static struct reading read_off(void)
{
	return (struct reading){ busy_work(), monotonic_ns(), recording_own_cpu() };
}

static struct slice between(struct reading a, struct reading b)
{
	return (struct slice){
		.speed = busy_speed(a.work, b.work),
		.own = (b.own - a.own) / (1e-9 * (double)(b.wall - a.wall)),
	};
}

static struct slice without(int ms)
{
	struct reading begin = read_off();

	usleep((useconds_t)ms * 1000);
	return between(begin, read_off());
}

static void on_sample(void *context, const struct perf_sample *s)
{
	gather_sample(context, s);
}

static struct slice drain_for(struct sampler *sampler, struct recorder *r, int ms)
{
	uint64_t until = monotonic_ns() + (uint64_t)ms * 1000000;
	struct reading begin;
	struct slice s;

	sampler_start(sampler);
	begin = read_off();
	while ((uint64_t)monotonic_ns() < until) {
		sampler_wait(sampler, 50, -1);
		recorder_drain(r, false);
	}
	s = between(begin, read_off());
	sampler_stop(sampler);
	recorder_drain(r, true);
	s.samples = r->decoder.counts.samples;
	s.lost = r->decoder.counts.lost;
	return s;
}

/*
 * Measure a slice with the recording, which is returned, and one without. `first`: in this
 * order.
 */
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
 * Print the median, and the order statistics that enclose it in 95 of 100 cases: the
 * binomial's normal approximation, good enough from 20 values on.
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
	printf("%zu busy CPUs, %d pairs of %d ms with and without a recording\n", busy_cpus(),
	       PAIRS, SLICE_MS);
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
	struct dictionary dict;
	struct profile p;
	struct gather gather;
	struct buf why = { 0 }, worths = { 0 };
	bool ok;

	options.target = TARGET_SYSTEM;
	ok = sampler_open(&sampler, &options, &why) || complain("%.*s", STR_ARG(buf_str(&why)));
	recorder_init(&recorder, &sampler, options.arch);
	events_worth(options.events, options.nevent, options.frequency, &worths);
	gather_init(&gather, &so->labels, &recorder.decoder, (const struct gather_event *)worths.p,
		    options.nevent);
	dict_init(&dict);
	profile_init(&p, &dict);
	gather_begin(&gather, &p);
	recorder.on_sample = on_sample;
	recorder.context = &gather;
	recorder.self = (int)getpid();
	if (ok && (ok = busy_start() || complain("cannot keep the CPUs busy")))
		measure(&sampler, &recorder);
	busy_end();
	profile_release(&p);
	dict_release(&dict);
	gather_release(&gather);
	recorder_release(&recorder);
	sampler_close(&sampler);
	buf_release(&worths);
	buf_release(&why);
	return ok && !recording_interrupted() ? 0 : RECORDING_FAILED;
}
