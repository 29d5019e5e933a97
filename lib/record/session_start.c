#include "record/session_start.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "record/process/proc.h"
#include "record/process/tasks.h"
#include "record/sampler/cpu_counter.h"
#include "record/session_allocs.h"
#include "record/session_child.h"
#include "record/session_interpreters.h"
#include "record/session_waits.h"
#include "record/session_window.h"

static void note(struct session *s, const char *text)
{
	if (s->o->on_note)
		s->o->on_note(s->o->context, text);
}

static void sleep_until(uint64_t when)
{
	struct timespec t = { (time_t)(when / 1000000000), (long)(when % 1000000000) };

	while (!session_stopped() &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static uint64_t worth_of(const struct session *s, const struct perf_sample *sample)
{
	const struct gather_event *e = &s->gather.events[sample->event];

	return e->fixed ? (uint64_t)e->worth : sample->period;
}

static void take_sample(struct session *s, const struct perf_sample *sample)
{
	const struct event *event = &s->o->sampler.events[sample->event];
	uint64_t worth = worth_of(s, sample);

	if (event->is_alloc)
		allocs_sample(&s->allocs, sample);
	else if (event->is_switch)
		off_cpu_sample(&s->off_cpu, sample);
	else if (s->has_waits && event->is_cpu)
		session_add_run(s, sample, worth);
	else
		gather_sample(&s->gather, sample);
	if (!event->is_cpu)
		return;
	s->sampled += worth;
	targets_add_sample(&s->targets, sample->pid, sample->tid, sample->time, worth);
}

static void on_sample(void *context, const struct perf_sample *sample)
{
	struct session *s = context;

	take_sample(s, sample);
	resident_files_sample(&s->resident, &s->recorder.decoder);
}

static bool wants(void *context, struct process *p)
{
	struct session *s = context;

	return s->o->wants(s->o->context, p);
}

static void set_up(struct session *s)
{
	const struct session_options *o = s->o;

	recorder_init(&s->recorder, &s->sampler, o->sampler.arch);
	s->recorder.on_sample = on_sample;
	s->recorder.wants = o->wants ? wants : NULL;
	if (s->targets.tids.n)
		s->recorder.threads = &s->targets;
	s->recorder.context = s;
	if (!s->o->native)
		recorder_use_interpreters(&s->recorder, &s->interpreters);
	s->recorder.self = (int)getpid();
	s->recorder.decoder.unwinder.use_memory = true;
	s->recorder.decoder.unwinder.use_memo = true;
	s->recorder.decoder.processes.thread_names = o->labels.label_by & LABEL_BY_THREAD;
	session_windows_init(s);
	session_waits_init(s);
	session_allocs_follow(s);
}

static bool prepare_child(struct session *s, struct buf *why)
{
	struct buf environment = { 0 };
	struct launch launch;
	bool ok;

	if (!session_allocs_launch(s, &launch, &environment, why))
		return false;
	ok = launch_prepare(&s->child, &launch);
	if (!ok)
		buf_printf(why, "cannot start '%s': %s", launch.command[0], strerror(errno));
	buf_release(&environment);
	if (!ok)
		return false;
	s->sampler_options.pids = &s->child.pid;
	s->child_fd = (int)syscall(SYS_pidfd_open, s->child.pid, 0);
	s->sampler_options.npid = 1;
	/* The counter slows each switch down; records of switches give the same time. */
	if (!session_has_waits(s))
		s->cpu_counter = cpu_counter_open(s->child.pid);
	session_report_child(s, s->child.pid);
	return true;
}

/* Finds the processes that run, and reports the others. */
static bool find_tasks(struct session *s, struct buf *why)
{
	const struct sampler_options *o = &s->o->sampler;
	struct buf missing = { 0 }, text = { 0 };
	bool any;

	if (o->ntid)
		targets_open_threads(&s->targets, o->tids, o->ntid, &missing);
	else
		targets_open(&s->targets, o->pids, o->npid, &missing);
	s->sampler_options.tids = (const int *)s->targets.tids.p;
	s->sampler_options.ntid = BUF_COUNT(&s->targets.tids, int);
	s->sampler_options.pids = (const int *)s->targets.pids.p;
	s->sampler_options.npid = BUF_COUNT(&s->targets.pids, int);
	any = s->sampler_options.npid > 0;
	if (missing.n)
		buf_printf(any ? &text : why, "there is no such %s: %.*s",
			   o->ntid ? "thread" : "process", STR_ARG(buf_str(&missing)));
	if (text.n) {
		buf_ch(&text, '\0');
		note(s, text.p);
	}
	buf_release(&missing);
	buf_release(&text);
	return any;
}

static bool find_target(struct session *s, struct buf *why)
{
	switch (s->o->sampler.target) {
	case TARGET_CHILD: return prepare_child(s, why);
	case TARGET_TASKS: return find_tasks(s, why);
	default: return true;
	}
}

/* Sets the processes whose samples count when the kernel samples whole CPUs. */
static void choose_tree(struct session *s)
{
	const struct sampler_options *o = &s->sampler_options;
	bool child = o->target == TARGET_CHILD;
	struct buf list = { 0 };

	if (!s->sampler.by_cpu)
		return;
	s->recorder.tree.children = o->children;
	tasks_processes(o->pids, o->npid, o->children && !child, &list);
	for (size_t i = 0; i < BUF_COUNT(&list, int); i++)
		process_tree_add(&s->recorder.tree, ((const int *)list.p)[i],
				 child ? TREE_AT_EXEC : 0);
	buf_release(&list);
}

static void note_frequency(struct session *s)
{
	uint64_t asked = s->o->sampler.frequency;
	struct buf text = { 0 };

	if (asked <= s->sampler.frequency)
		return;
	buf_printf(&text,
		   "-F %llu is more than this kernel keeps up with "
		   "(kernel.perf_event_max_sample_rate, kernel.perf_cpu_time_max_percent): "
		   "%llu samples a second are taken",
		   (unsigned long long)asked, (unsigned long long)s->sampler.frequency);
	buf_ch(&text, '\0');
	note(s, text.p);
	buf_release(&text);
}

/* Notes a precision that a modifier asked for and the CPU lacks. */
static void note_precise(struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;
	struct buf text = { 0 };

	for (size_t i = 0; i < o->nevent; i++) {
		const struct event *e = &o->events[i];

		if (!e->asked_precise || sampler_precise(&s->sampler, i) == e->precise)
			continue;
		text.n = 0;
		buf_printf(&text, "'%.*s': this machine has precise_ip %u of %s, not %u",
			   STR_ARG(e->name), sampler_precise(&s->sampler, i), e->source,
			   e->precise);
		buf_ch(&text, '\0');
		note(s, text.p);
	}
	buf_release(&text);
}

/* Starts the target. Without a delay, events of a command's task start at its exec(). */
static bool start_target(struct session *s, struct buf *why)
{
	bool child = s->o->sampler.target == TARGET_CHILD;
	bool at_exec = child && !s->sampler.by_cpu, later = s->o->delay || s->o->paused;

	if (!at_exec && !later)
		sampler_start(&s->sampler);
	if (child)
		s->exec_error = launch_go(&s->child);
	if (s->exec_error) {
		session_child_has_ended(s, true);
		buf_printf(why, "cannot run '%s': %s", s->o->launch.command[0],
			   strerror(s->exec_error));
		return false;
	}
	s->paused = s->o->paused;
	if (!s->o->delay || s->paused)
		return true;
	sleep_until(monotonic_ns() + s->o->delay);
	sampler_start(&s->sampler);
	return true;
}

/* Begins recording allocations, and notes the processes that cannot be recorded. */
static bool begin_allocs(struct session *s, struct buf *why)
{
	if (!session_allocs_begin(s, why))
		return false;
	if (why->n) {
		buf_ch(why, '\0');
		note(s, why->p);
		why->n = 0;
	}
	return true;
}

bool session_start(struct session *s, struct buf *why)
{
	bool child = s->o->sampler.target == TARGET_CHILD, ok;

	session_allocs_init(s);
	if (!proc_is_ours(why) || !proc_clock_is_kernels(why) || !find_target(s, why))
		return false;
	/* Otherwise attaching to many threads that keep all CPUs busy is slow. */
	session_raise_priority(s, true);
	session_open_interpreters(s);
	ok = sampler_open(&s->sampler, &s->sampler_options, why);
	set_up(s);
	if (!ok) {
		if (child)
			launch_cancel(&s->child);
		return false;
	}
	choose_tree(s);
	session_expect_interpreters(s);
	note_frequency(s);
	note_precise(s);
	s->begun = monotonic_ns();
	if (!start_target(s, why))
		return false;
	session_begin_waits(s, s->begun);
	s->begun = monotonic_ns();
	return begin_allocs(s, why);
}
