#include "record/session_waits.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "record/tasks.h"

enum {
	ADAPT_MS = 50,  /* the number of switches is that of at least so long */
	SPARE = 4,      /* the period is shortened when stacks are fewer by so much than may be */
	MOST_STEP = 64, /* times as long, in one step */
};

static void on_task(void *context, const struct record *r)
{
	struct session *s = context;

	off_cpu_task(&s->off_cpu, r);
}

void session_waits_init(struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;

	s->switch_period = 1;
	for (size_t i = 0; i < o->nevent; i++) {
		if (!o->events[i].is_switch)
			continue;
		s->has_waits = true;
		recorder_follow_tasks(&s->recorder, i, on_task);
		off_cpu_init(&s->off_cpu, &s->recorder.decoder, &s->gather, i);
		s->off_cpu.min_wait = s->o->min_wait;
		s->off_cpu.wall = s->o->wall;
		s->off_cpu.stack_bytes = o->stack_bytes;
	}
}

void session_begin_waits(struct session *s, uint64_t time)
{
	bool from_exec = s->o->sampler.target == TARGET_CHILD && !s->o->delay;

	s->off_cpu.begun = from_exec ? time : recorder_now();
	s->adapted = recorder_now();
	s->switches_left = (int64_t)s->sampler.nring * SAMPLER_MOST_SWITCHES;
}

/* Threads that are there */

static void list_thread(void *context, int pid, int tid)
{
	struct session *s = context;

	off_cpu_list(&s->off_cpu, pid, tid);
}

static void list_processes(struct session *s, const int *pid, size_t n, bool children)
{
	struct buf list = { 0 };

	tasks_processes(pid, n, children, &list);
	for (size_t i = 0; i < BUF_COUNT(&list, int); i++)
		waiting_threads(((const int *)list.p)[i], list_thread, s);
	buf_release(&list);
}

/* Those of the control group itself; what is in groups below it is seen when it is switched. */
static void list_cgroup(struct session *s)
{
	int fd = openat(s->o->sampler.cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int pid;

	while (f && fscanf(f, "%d", &pid) == 1)
		list_processes(s, &pid, 1, false);
	if (f)
		fclose(f);
}

void session_list_waits(struct session *s)
{
	const struct sampler_options *o = &s->sampler_options;

	if (!s->has_waits)
		return;
	switch (o->target) {
	case TARGET_SYSTEM: waiting_all_threads(list_thread, s); break;
	case TARGET_CGROUP: list_cgroup(s); break;
	case TARGET_TASKS: list_processes(s, o->pids, o->npid, o->children); break;
	case TARGET_CHILD:
		if (s->o->delay)
			list_processes(s, &s->child.pid, 1, true);
		break;
	}
}

void session_look_at_waits(struct session *s)
{
	if (s->has_waits)
		off_cpu_look(&s->off_cpu, recorder_now());
}

/*
 * How many switches are sampled. Those that were not used in the last second may be later, so
 * that bursts have all their stacks.
 */

void session_adapt_waits(struct session *s, uint64_t now)
{
	int64_t second = (int64_t)s->sampler.nring * SAMPLER_MOST_SWITCHES, n, most;
	uint64_t between = now - s->adapted, period = s->sampler.switch_period;

	if (!s->has_waits || !sampler_sets_period(&s->sampler) ||
	    between < (uint64_t)ADAPT_MS * 1000000)
		return;
	n = (int64_t)(s->recorder.nswitch - s->nswitch);
	most = second * (int64_t)(between / 1000000) / 1000;
	s->nswitch += (uint64_t)n;
	s->adapted = now;
	s->switches_left += most - n;
	if (s->switches_left > second)
		s->switches_left = second;
	if (s->switches_left < 0) {
		period *= (uint64_t)(n / most < MOST_STEP ? n / most + 1 : MOST_STEP);
		s->switches_left = 0;
	} else if (n < most / SPARE) {
		period = (period + 1) / 2;
	}
	if (period != s->sampler.switch_period)
		sampler_set_switch_period(&s->sampler, period);
	if (period > s->switch_period)
		s->switch_period = period;
}

void session_add_run(struct session *s, const struct perf_sample *sample, uint64_t worth)
{
	struct perf_sample runs = *sample;

	runs.wait = WAIT_RUNNING;
	off_cpu_ran(&s->off_cpu, sample, gather_sample(&s->gather, &runs), worth);
}
