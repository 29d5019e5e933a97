#include "record/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record/drain_thread.h"
#include "record/session_window.h"

enum {
	LOOK_MS = 50,        /* between two reads of the rings */
	READ_MS = 10,        /* the same while the memory of processes is read */
	PROGRESS_MS = 500,   /* between two lines of progress */
	GRACE_MS = 500,      /* for a command to end after a signal */
	ADAPT_SAMPLES = 100, /* of which more than two in a hundred are truncated */
	LARGEST_STACK = 65528,
};

static const uint64_t HOUSE_NS = 1000000000;

static volatile sig_atomic_t stop_asked, flush_asked;

void session_stop(void)
{
	stop_asked = 1;
}

void session_flush(void)
{
	flush_asked = 1;
}

/* The child */

static uint64_t nanoseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

static void report_child(struct session *s, int pid)
{
	if (s->o->on_child)
		s->o->on_child(s->o->context, pid);
}

/* Has the command ended? Its usage then is exact, with that of its children. */
static bool child_has_ended(struct session *s, bool wait)
{
	struct rusage use;
	int status;

	if (s->o->sampler.target != TARGET_CHILD || s->child_ended)
		return s->child_ended;
	if (wait4(s->child.pid, &status, wait ? 0 : WNOHANG, &use) != s->child.pid)
		return false;
	report_child(s, 0);
	s->child_ended = true;
	s->window.ended = true;
	s->window.status = status;
	s->window.max_rss = (uint64_t)use.ru_maxrss * 1024;
	if (!s->window.number) /* else it is that of several windows */
		s->window.cpu_time = nanoseconds(use.ru_utime) + nanoseconds(use.ru_stime);
	return true;
}

/* Is there still one of the processes that were to be watched? */
static bool any_target(const struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;

	for (size_t i = 0; o->target == TARGET_TASKS && i < o->npid; i++)
		if (kill(o->pids[i], 0) == 0 || errno == EPERM)
			return true;
	return o->target != TARGET_TASKS;
}

/* Adapting */

static void list_process(void *context, struct process *p)
{
	struct session *s = context;

	buf_put(&s->pids, &p->pid, sizeof(p->pid));
}

/* Of a command, all that is known to run: children outlive their parents. */
static void list_targets(struct session *s, struct sampler_options *o)
{
	if (o->target != TARGET_CHILD)
		return;
	s->pids.n = 0;
	buf_put(&s->pids, &s->child.pid, sizeof(s->child.pid));
	processes_visit(&s->recorder.decoder.processes, list_process, s);
	o->target = TARGET_TASKS;
	o->pids = (int *)s->pids.p;
	o->npid = BUF_COUNT(&s->pids, int);
}

/*
 * Open the events again, to copy more of the stack or on other CPUs. When that fails
 * (there is no room, or all targets have ended), the old ones go on.
 */
static void open_again(struct session *s, uint32_t stack_bytes)
{
	struct sampler_options options = s->sampler_options;
	struct sampler sampler;
	struct drain_thread drain; /* with many threads this takes long */
	struct buf why = { 0 };
	bool ok;

	options.stack_bytes = stack_bytes;
	list_targets(s, &options);
	drain_thread_start(&drain, &s->recorder);
	ok = sampler_open(&sampler, &options, &why);
	drain_thread_stop(&drain);
	buf_release(&why);
	if (!ok) {
		sampler_close(&sampler);
		s->no_room = true;
		return;
	}
	sampler_stop(&s->sampler);
	recorder_drain(&s->recorder, true);
	s->lost_in_closed = session_lost(s);
	s->reported_in_closed = s->recorder.decoder.counts.lost;
	sampler_close(&s->sampler);
	s->sampler_options = options;
	s->sampler = sampler;
	s->sampler.o = &s->sampler_options;
	sampler_start(&s->sampler);
}

/* What is done once a second. */
static void keep_house(struct session *s, uint64_t now)
{
	if (now - s->housekept < HOUSE_NS)
		return;
	s->housekept = now;
	binaries_unload(&s->recorder.decoder.binaries);
	if (sampler_cpus_changed(&s->sampler))
		open_again(s, s->sampler_options.stack_bytes);
}

static bool wants_more_stack(const struct session *s)
{
	uint64_t samples = s->recorder.decoder.counts.samples - s->at_start.samples;

	return s->o->adapt && !s->no_room && s->sampler_options.stack_bytes &&
	       s->sampler_options.stack_bytes < LARGEST_STACK && samples >= ADAPT_SAMPLES &&
	       s->gather.nended[UNWIND_TRUNCATED] * 50 > samples;
}

/* The loop */

static void sleep_until(uint64_t when)
{
	struct timespec t = { (time_t)(when / 1000000000), (long)(when % 1000000000) };

	while (!stop_asked && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/*
 * Milliseconds until something is due, at most LOOK_MS. While stacks are completed from the
 * memory of their processes, that is read soon, before they go on to other functions.
 */
static int wait_ms(struct session *s, uint64_t now)
{
	uint64_t completed = s->recorder.decoder.unwinder.completed, due;

	if (completed != s->completed)
		s->read_memory = now;
	s->completed = completed;
	due = now + LOOK_MS * 1000000;
	if (s->read_memory && now - s->read_memory < HOUSE_NS)
		due = now + READ_MS * 1000000;

	if (s->o->every && s->window_start + s->o->every < due)
		due = s->window_start + s->o->every;
	if (s->o->duration && s->begun + s->o->duration < due)
		due = s->begun + s->o->duration;
	return due > now ? (int)((due - now + 999999) / 1000000) : 0;
}

static void show_progress(struct session *s, uint64_t now, uint64_t *shown)
{
	if (!s->o->on_progress || now - *shown < (uint64_t)PROGRESS_MS * 1000000)
		return;
	*shown = now;
	session_measure_window(s);
	s->o->on_progress(s->o->context, &s->window);
}

static bool is_over(struct session *s, uint64_t now)
{
	return stop_asked || child_has_ended(s, false) || !any_target(s) ||
	       (s->o->duration && now - s->begun >= s->o->duration);
}

/* A command that was sent a signal, too, is about to end: its usage is worth a while. */
static void await_child(struct session *s)
{
	uint64_t until = recorder_now() + (uint64_t)GRACE_MS * 1000000;

	if (!stop_asked || s->o->sampler.target != TARGET_CHILD)
		return;
	while (!child_has_ended(s, false) && recorder_now() < until)
		sampler_wait(&s->sampler, 5);
}

static void run_windows(struct session *s)
{
	uint64_t now = recorder_now(), shown = now;
	bool go_on = true;

	session_begin_window(s);
	while (go_on && !is_over(s, now)) {
		sampler_wait(&s->sampler, wait_ms(s, now));
		recorder_drain(&s->recorder, false);
		now = recorder_now();
		show_progress(s, now, &shown);
		if (wants_more_stack(s))
			open_again(s, LARGEST_STACK);
		keep_house(s, now);
		if (!flush_asked && !(s->o->every && now - s->window_start >= s->o->every))
			continue;
		flush_asked = 0;
		go_on = session_end_window(s);
		session_begin_window(s);
	}
	await_child(s);
	s->over = recorder_now();
	sampler_stop(&s->sampler);
	recorder_drain(&s->recorder, true);
	s->window.last = true;
	if (go_on)
		session_end_window(s);
	else
		session_drop_window(s);
}

/* Beginning */

static void on_sample(void *context, const struct perf_sample *sample)
{
	struct session *s = context;

	gather_sample(&s->gather, sample);
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
	s->recorder.context = s;
	s->recorder.self = (int)getpid();
	s->recorder.decoder.unwinder.use_memory = true;
	s->recorder.decoder.unwinder.use_memo = true;
	s->recorder.decoder.processes.thread_names = o->labels.label_by & LABEL_BY_THREAD;
	session_windows_init(s);
}

static bool prepare_child(struct session *s, struct buf *why)
{
	if (!launch_prepare(&s->child, &s->o->launch)) {
		buf_printf(why, "cannot start '%s': %s", s->o->launch.command[0], strerror(errno));
		return false;
	}
	s->sampler_options.pids = &s->child.pid;
	s->sampler_options.npid = 1;
	report_child(s, s->child.pid);
	return true;
}

/* A command's events begin by themselves when it is run, but for a delay. */
static bool start_target(struct session *s, struct buf *why)
{
	bool child = s->o->sampler.target == TARGET_CHILD;

	if (child)
		s->exec_error = launch_go(&s->child);
	if (s->exec_error) {
		child_has_ended(s, true);
		buf_printf(why, "cannot run '%s': %s", s->o->launch.command[0],
			   strerror(s->exec_error));
		return false;
	}
	if (s->o->delay)
		sleep_until(recorder_now() + s->o->delay);
	if (!child || s->o->delay)
		sampler_start(&s->sampler);
	return true;
}

bool session_run(struct session *s, const struct session_options *o, struct buf *why)
{
	bool child = o->sampler.target == TARGET_CHILD, ok;

	*s = (struct session){ .o = o, .sampler_options = o->sampler };
	s->nice = getpriority(PRIO_PROCESS, 0);
	s->sampler_options.wait = o->delay > 0;
	if (child && !prepare_child(s, why))
		return false;
	ok = sampler_open(&s->sampler, &s->sampler_options, why);
	set_up(s);
	if (!ok) {
		if (child)
			launch_cancel(&s->child);
		return false;
	}
	s->begun = recorder_now();
	if (!start_target(s, why))
		return false;
	s->begun = recorder_now();
	session_raise_priority(s, true);
	run_windows(s);
	session_raise_priority(s, false);
	child_has_ended(s, true);
	return true;
}

void session_release(struct session *s)
{
	session_windows_release(s);
	recorder_release(&s->recorder);
	sampler_close(&s->sampler);
	buf_release(&s->pids);
}
