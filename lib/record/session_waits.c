#include "record/session_waits.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/when.h"
#include "record/process/tasks.h"
#include "record/sampler/drain_thread.h"

enum {
	ADAPT_MS = 10,     /* the least time over which switches are counted */
	BURST = 8,         /* a short burst may have this many times the stacks */
	MOST_LOOKS = 1000, /* threads to read, once a second or at a cut */
	FEW_LOOKS = 8,     /* threads to read in between */
};

static void on_task(void *context, const struct record *r)
{
	struct session *s = context;

	if (!targets_have_thread(&s->targets, r->tid))
		return;
	off_cpu_task(&s->off_cpu, r);
	if (s->has_allocs)
		allocs_task(&s->allocs, r);
}

bool session_has_waits(const struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;

	for (size_t i = 0; i < o->nevent; i++)
		if (o->events[i].is_switch)
			return true;
	return false;
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
		s->off_cpu.locks = s->o->locks;
		s->off_cpu.stack_bytes = o->stack_bytes;
	}
}

void session_begin_waits(struct session *s, uint64_t time)
{
	bool from_exec = s->o->sampler.target == TARGET_CHILD && !s->o->delay;

	s->off_cpu.begun = from_exec ? time : (uint64_t)monotonic_ns();
	s->adapted = monotonic_ns();
}

/* Threads that are there */

static void list_thread(void *context, int pid, int tid)
{
	struct session *s = context;

	if (!targets_have_thread(&s->targets, (uint32_t)tid))
		return;
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

/* Lists the threads of the control group itself. Those of groups below it are seen at a switch. */
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
	struct drain_thread drain; /* listing many threads takes long */

	if (!s->has_waits)
		return;
	drain_thread_start(&drain, &s->recorder);
	switch (o->target) {
	case TARGET_SYSTEM: waiting_all_threads(list_thread, s); break;
	case TARGET_CGROUP: list_cgroup(s); break;
	case TARGET_TASKS: list_processes(s, o->pids, o->npid, o->children); break;
	case TARGET_CHILD:
		if (s->o->delay)
			list_processes(s, &s->child.pid, 1, true);
		break;
	}
	drain_thread_stop(&drain);
}

void session_look_at_waits(struct session *s)
{
	if (s->has_waits)
		off_cpu_look(&s->off_cpu, monotonic_ns(), MOST_LOOKS);
}

/* How many switches are sampled */

/*
 * The rate of switches as a multiple of `most` a second. It is averaged over about a second, so
 * that short bursts get all their stacks, unless these would fill the rings before the next check.
 * n: switches until now.
 */
static double excess(struct switch_rate *r, uint64_t n, double seconds, double most)
{
	double now = (double)(n - r->n) / seconds;

	r->n = n;
	r->per_second += (now - r->per_second) * (seconds < 1 ? seconds : 1);
	now /= BURST;
	return (now > r->per_second ? now : r->per_second) / most;
}

void session_adapt_waits(struct session *s)
{
	double seconds, own, all, cpus = (double)s->sampler.nring;
	uint64_t period, now;

	if (!s->has_waits)
		return;
	recorder_take(&s->recorder);
	now = s->recorder.taken;
	seconds = 1e-9 * (double)(now - s->adapted);
	if (seconds < 1e-3 * ADAPT_MS)
		return;
	s->adapted = now;
	own = excess(&s->own_switches, s->recorder.nown, seconds, cpus * SAMPLER_MOST_SWITCHES);
	all = excess(&s->all_switches, s->recorder.nswitch, seconds,
		     cpus * (SAMPLER_MOST_SWITCHES + SAMPLER_OTHER_SWITCHES));
	own = own > all ? own : all;
	period = own > 1 ? (uint64_t)own + 1 : 1;
	if (period > 1)
		off_cpu_look(&s->off_cpu, now, FEW_LOOKS);
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
