#include "record/session.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/when.h"
#include "record/session_adapt.h"
#include "record/session_allocs.h"
#include "record/session_child.h"
#include "record/session_interpreters.h"
#include "record/session_slices.h"
#include "record/session_start.h"
#include "record/session_waits.h"
#include "record/session_window.h"

enum {
	LOOK_MS = 50,      /* between reads of the rings */
	CALM_MS = 250,     /* the same while no task or code is new */
	READ_MS = 10,      /* the same while memory of processes is read */
	PROGRESS_MS = 500, /* between two lines of progress */
	GRACE_MS = 500,    /* for a command to end after a signal */
	FEW = 16,          /* processes or threads */
};

static const uint64_t HOUSE_NS = 1000000000;

static volatile sig_atomic_t stop_asked, flush_asked;

void session_stop(void)
{
	stop_asked = 1;
}

bool session_stopped(void)
{
	return stop_asked;
}

void session_flush(void)
{
	flush_asked = 1;
}

/* Does any process of the target still run? */
static bool any_target(const struct session *s)
{
	return s->o->sampler.target != TARGET_TASKS || targets_run(&s->targets);
}

/* Periodic work */

/* Once a second; of a few targets the CPU time is read more often. */
static void keep_house(struct session *s, uint64_t now)
{
	bool due = now - s->housekept >= HOUSE_NS;

	if (due || BUF_COUNT(&s->targets.pids, int) + BUF_COUNT(&s->targets.tids, int) <= FEW)
		targets_look(&s->targets);
	if (!due)
		return;
	s->housekept = now;
	resident_files_free(&s->resident, &s->recorder.decoder.binaries);
	session_look_at_waits(s);
	session_adapt(s);
}

/* Commands */

static void note_command(struct session *s, const char *what)
{
	struct buf text = { 0 };

	buf_printf(&text, "--control: '%s' %s", s->o->control->word.p, what);
	buf_ch(&text, '\0');
	if (s->o->on_note)
		s->o->on_note(s->o->context, text.p);
	buf_release(&text);
}

/* A pause would lose records of switches, on which waits depend. */
static bool may_pause(struct session *s)
{
	if (s->has_waits)
		note_command(s, "is not possible with --off-cpu or --wall");
	return !s->has_waits;
}

/* Executes commands. Returns true for a snapshot, which is acknowledged when it is written. */
static bool obey(struct session *s)
{
	enum control_command what;

	while (s->o->control && (what = control_next(s->o->control)) != CONTROL_NONE) {
		switch (what) {
		case CONTROL_ENABLE:
		case CONTROL_DISABLE:
			if (!may_pause(s))
				continue;
			session_pause(s, what == CONTROL_DISABLE);
			break;
		case CONTROL_SNAPSHOT: return true;
		case CONTROL_STOP: stop_asked = 1; break;
		case CONTROL_UNKNOWN:
			note_command(s, "is none of enable, disable, snapshot, stop and ping");
			continue;
		default: break;
		}
		control_acknowledge(s->o->control);
	}
	return false;
}

/* The loop */

/*
 * Has nothing begun for a second, and does nothing else want an early look? What begins may soon
 * end, and its files with it.
 */
static bool is_calm(struct session *s, uint64_t now)
{
	if (s->recorder.news != s->news)
		s->had_news = now;
	s->news = s->recorder.news;
	return now - s->had_news >= HOUSE_NS && now - s->begun >= HOUSE_NS && !s->o->control &&
	       !s->o->keep;
}

/*
 * Milliseconds until something is due: most of what a recorder takes on a machine where nothing
 * changes is waking up. Fewer while stacks are completed from the memory of processes, or holders
 * of locks are looked up: that memory must be read before the processes go on to other functions.
 */
static int wait_ms(struct session *s, uint64_t now)
{
	uint64_t completed = s->recorder.decoder.unwinder.completed, due;

	if (completed != s->completed)
		s->read_memory = now;
	s->completed = completed;
	due = now + (uint64_t)(is_calm(s, now) ? CALM_MS : LOOK_MS) * 1000000;
	if ((s->read_memory && now - s->read_memory < HOUSE_NS) ||
	    (s->allocs.taken && now - s->allocs.taken < HOUSE_NS) ||
	    (s->off_cpu.asked && now - s->off_cpu.asked < HOUSE_NS) ||
	    session_awaits_interpreter(s, now))
		due = now + READ_MS * 1000000;

	if (s->o->every && s->window_start + s->o->every < due)
		due = s->window_start + s->o->every;
	if (s->o->duration && s->begun + s->o->duration < due)
		due = s->begun + s->o->duration;
	return due > now ? (int)((due - now + 999999) / 1000000) : 0;
}

/* Readable when the command, or one of the targets that still run, ends. */
static int end_fd(const struct session *s)
{
	return s->o->sampler.target == TARGET_TASKS ? targets_running(&s->targets) : s->child_fd;
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
	return stop_asked || session_child_has_ended(s, false) || !any_target(s) ||
	       (s->o->duration && now - s->begun >= s->o->duration);
}

/* Waits a while for a command that got the signal, too, so that its usage is known. */
static void await_child(struct session *s)
{
	uint64_t until = monotonic_ns() + (uint64_t)GRACE_MS * 1000000;

	if (!stop_asked || s->o->sampler.target != TARGET_CHILD)
		return;
	while (!session_child_has_ended(s, false) && (uint64_t)monotonic_ns() < until) {
		sampler_wait(&s->sampler, 5, s->child_fd);
		recorder_take(&s->recorder);
	}
}

/* Notes a process, such as a daemon, that still runs after its command has ended. */
static void see_another(void *context, int pid)
{
	struct session *s = context;

	if (pid != s->child.pid && process_runs(pid))
		s->others_run = true;
}

static void see_process(void *context, struct process *p)
{
	see_another(context, p->pid);
}

static void look_for_others(struct session *s)
{
	if (!s->child_ended)
		return;
	if (s->sampler.by_cpu)
		process_tree_visit(&s->recorder.tree, see_another, s);
	else
		processes_visit(&s->recorder.decoder.processes, see_process, s);
}

/* Ends the window, or the slice, and writes what is due. */
static bool end_window(struct session *s, bool write)
{
	bool go_on = true;

	if (!s->o->keep)
		return session_end_window(s);
	session_keep_slice(s);
	if (write)
		go_on = session_write_slices(s);
	return go_on;
}

static void run_windows(struct session *s)
{
	uint64_t now = monotonic_ns(), shown = now;
	bool go_on = true, snapshot, write;

	session_begin(s);
	while (go_on && !is_over(s, now)) {
		sampler_wait(&s->sampler, wait_ms(s, now), end_fd(s));
		session_adapt_waits(s);
		recorder_drain(&s->recorder, false);
		session_look_for_interpreters(s);
		now = monotonic_ns();
		allocs_look(&s->allocs, now);
		show_progress(s, now, &shown);
		session_adapt_stack(s);
		keep_house(s, now);
		snapshot = obey(s);
		if (!snapshot && !flush_asked && !session_slice_is_over(s, now) &&
		    !(s->o->every && now - s->window_start >= s->o->every))
			continue;
		write = snapshot || flush_asked;
		flush_asked = 0;
		session_look_at_waits(s);
		session_cut(s, monotonic_ns());
		go_on = end_window(s, write);
		session_begin_window(s);
		if (snapshot)
			control_acknowledge(s->o->control);
	}
	await_child(s);
	session_look_at_waits(s);
	sampler_stop(&s->sampler);
	session_allocs_stop(s);
	s->over = monotonic_ns();
	session_cut_last(s);
	look_for_others(s);
	if (go_on)
		end_window(s, true);
	else
		session_drop_window(s);
}

bool session_run(struct session *s, const struct session_options *o, struct buf *why)
{
	bool ok;

	*s = (struct session){
		.o = o, .sampler_options = o->sampler, .cpu_counter = -1, .child_fd = -1
	};
	resident_files_init(&s->resident);
	s->nice = getpriority(PRIO_PROCESS, 0);
	s->sampler_options.wait = o->delay > 0 || o->paused;
	ok = session_start(s, why);
	if (ok)
		run_windows(s);
	session_raise_priority(s, false);
	if (ok)
		session_child_has_ended(s, true);
	return ok;
}

void session_release(struct session *s)
{
	if (s->child_fd >= 0)
		close(s->child_fd);
	session_release_slices(s);
	session_windows_release(s);
	off_cpu_release(&s->off_cpu);
	allocs_release(&s->allocs);
	recorder_release(&s->recorder);
	sampler_close(&s->sampler);
	interpreters_close(&s->interpreters);
	targets_close(&s->targets);
	resident_files_release(&s->resident);
	if (s->cpu_counter >= 0)
		close(s->cpu_counter);
	buf_release(&s->pids);
}
