#include "record/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record/facts.h"
#include "record/taker.h"

enum {
	LOOK_MS = 50,        /* between two looks at the rings */
	PROGRESS_MS = 500,   /* between two lines of progress */
	HURRY = 10,          /* steps of nice(1) */
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

static uint64_t realtime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Windows */

/*
 * The kernel tells of lost samples twice: in records, and in the events' own
 * counts, which include what was lost when there was no room for records.
 */
static uint64_t lost_so_far(struct session *s)
{
	uint64_t told = s->recorder.lost - s->lost_told, counted = sampler_lost(&s->sampler);

	return s->lost_before + (told > counted ? told : counted);
}

/* Of processes without their children, whose time cannot be told until they end. */
static uint64_t cpu_so_far(const struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;

	return o->target == TARGET_TASKS && !o->children ? fact_cpu_time(o->pids, o->npid) : 0;
}

static void begin_window(struct session *s)
{
	uint64_t number = s->window.number;

	dict_init(&s->dict);
	profile_init(&s->profile, &s->dict);
	gather_begin(&s->gather, &s->profile);
	s->window = (struct window){ .number = number, .time = realtime() };
	s->window_start = recorder_now();
	s->before_samples = s->recorder.nsample;
	s->before_lost = lost_so_far(s);
	s->before_throttled = s->recorder.throttled;
	s->before_remembered = s->recorder.unwinder.remembered;
	s->before_cpu = cpu_so_far(s);
}

static void measure_window(struct session *s)
{
	struct window *w = &s->window;
	uint64_t cpu = cpu_so_far(s);

	w->duration = recorder_now() - s->window_start;
	w->user_only = s->sampler.user_only;
	w->samples = s->recorder.nsample - s->before_samples;
	w->lost = lost_so_far(s) - s->before_lost;
	w->truncated = s->gather.ntruncated;
	w->throttled = s->recorder.throttled - s->before_throttled;
	w->remembered = s->recorder.unwinder.remembered - s->before_remembered;
	if (cpu > s->before_cpu)
		w->cpu_time = cpu - s->before_cpu;
}

/*
 * A recorder that does not run in time loses samples; it takes little, so it may go
 * before others, where it is allowed to. What it does with a window can wait.
 */
static void hurry(const struct session *s, bool urgent)
{
	setpriority(PRIO_PROCESS, 0, urgent ? s->nice - HURRY : s->nice);
}

static void release_profile(struct session *s)
{
	profile_release(&s->profile);
	dict_release(&s->dict);
}

static bool end_window(struct session *s)
{
	struct taker taker;
	bool go_on;

	measure_window(s);
	s->profile.head.time = (int64_t)s->window.time;
	s->profile.head.duration = (int64_t)s->window.duration;
	if (!s->window.last)
		taker_start(&taker, &s->recorder);
	hurry(s, false);
	go_on = s->o->on_window(s->o->context, s, &s->window);
	if (!s->window.last)
		taker_stop(&taker);
	hurry(s, !s->window.last);
	release_profile(s);
	processes_sweep(&s->recorder.processes);
	s->window.number++;
	return go_on;
}

/* The child */

static uint64_t nanoseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

static void tell_child(struct session *s, int pid)
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
	tell_child(s, 0);
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
	processes_visit(&s->recorder.processes, list_process, s);
	o->target = TARGET_TASKS;
	o->pids = (int *)s->pids.p;
	o->npid = BUF_COUNT(&s->pids, int);
}

/*
 * Open the events again, with a larger piece of stack or on other CPUs. When that
 * cannot be (there is no room, or all has ended), those that there are go on.
 */
static void open_again(struct session *s, uint32_t stack_bytes)
{
	struct sampler_options options = s->sampler_options;
	struct sampler sampler;
	struct taker taker; /* with many threads this takes long */
	struct buf why = { 0 };
	bool ok;

	options.stack_bytes = stack_bytes;
	list_targets(s, &options);
	taker_start(&taker, &s->recorder);
	ok = sampler_open(&sampler, &options, &why);
	taker_stop(&taker);
	buf_release(&why);
	if (!ok) {
		sampler_close(&sampler);
		s->no_room = true;
		return;
	}
	sampler_stop(&s->sampler);
	recorder_drain(&s->recorder, true);
	s->lost_before = lost_so_far(s);
	s->lost_told = s->recorder.lost;
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
	binaries_unload(&s->recorder.binaries);
	if (sampler_cpus_changed(&s->sampler))
		open_again(s, s->sampler_options.stack_bytes);
}

static bool wants_more_stack(const struct session *s)
{
	uint64_t samples = s->recorder.nsample - s->before_samples;

	return s->o->adapt && !s->no_room && s->sampler_options.stack_bytes &&
	       s->sampler_options.stack_bytes < LARGEST_STACK && samples >= ADAPT_SAMPLES &&
	       s->gather.ntruncated * 50 > samples;
}

/* The loop */

static void sleep_until(uint64_t when)
{
	struct timespec t = { (time_t)(when / 1000000000), (long)(when % 1000000000) };

	while (!stop_asked && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Milliseconds until something is due, at most LOOK_MS. */
static int patience(const struct session *s, uint64_t now)
{
	uint64_t due = now + LOOK_MS * 1000000;

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
	measure_window(s);
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

	begin_window(s);
	while (go_on && !is_over(s, now)) {
		sampler_wait(&s->sampler, patience(s, now));
		recorder_drain(&s->recorder, false);
		now = recorder_now();
		show_progress(s, now, &shown);
		if (wants_more_stack(s))
			open_again(s, LARGEST_STACK);
		keep_house(s, now);
		if (!flush_asked && !(s->o->every && now - s->window_start >= s->o->every))
			continue;
		flush_asked = 0;
		go_on = end_window(s);
		begin_window(s);
	}
	await_child(s);
	s->over = recorder_now();
	sampler_stop(&s->sampler);
	recorder_drain(&s->recorder, true);
	s->window.last = true;
	if (go_on)
		end_window(s);
	else
		release_profile(s);
}

/* Beginning */

static void on_sample(void *context, const struct recorded *sample)
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
	s->recorder.unwinder.use_live = true;
	s->recorder.unwinder.use_memo = true;
	s->recorder.processes.thread_names = o->gather.label_by & LABEL_BY_THREAD;
	gather_init(&s->gather, &o->gather, &s->recorder.processes);
}

static bool prepare_child(struct session *s, struct buf *why)
{
	if (!launch_prepare(&s->child, &s->o->launch)) {
		buf_printf(why, "cannot start '%s': %s", s->o->launch.command[0], strerror(errno));
		return false;
	}
	s->sampler_options.pids = &s->child.pid;
	s->sampler_options.npid = 1;
	tell_child(s, s->child.pid);
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
	hurry(s, true);
	run_windows(s);
	hurry(s, false);
	child_has_ended(s, true);
	return true;
}

void session_release(struct session *s)
{
	gather_release(&s->gather);
	recorder_release(&s->recorder);
	sampler_close(&s->sampler);
	buf_release(&s->pids);
}
