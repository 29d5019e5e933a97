#include "cmd/record/recording.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/progress.h"
#include "cmd/common.h"
#include "cmd/record/record_coverage.h"
#include "cmd/record/record_target.h"
#include "record/off_cpu/wait_reason.h"

/* Signals */

static volatile sig_atomic_t child_pid, signals, on_terminal;

/* Naming may take a while, and so may the command's end: say what the program waits for. */
static void acknowledge(void)
{
	static const char alone[] = "\nprof-record: ending the recording; again to give up\n";
	static const char command[] =
		"\nprof-record: waiting for the command to end; again to give up\n";
	const char *text = child_pid > 0 ? command : alone;

	if (on_terminal && write(STDERR_FILENO, text, strlen(text)) < 0)
		on_terminal = 0;
}

/* The first signal ends the recording, and is passed on; the second ends this process. */
static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (number == SIGUSR1 || number == SIGUSR2) {
		session_flush();
		return;
	}
	if (signals++)
		_exit(RECORDING_BY_SIGNAL + number);
	session_stop();
	acknowledge();
	/* A signal from the terminal reaches the command anyway. */
	if (child_pid > 0 && info->si_code <= 0)
		kill(child_pid, number);
}

void recording_catch_signals(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO }, was;

	on_terminal = !common.quiet && isatty(STDERR_FILENO);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	if (sigaction(SIGHUP, &sa, &was) == 0 && was.sa_handler == SIG_IGN)
		signal(SIGHUP, SIG_IGN); /* nohup(1) */
	signal(SIGPIPE, SIG_IGN); /* writing to a closed pipe becomes an error, which is reported */
}

bool recording_interrupted(void)
{
	return signals;
}

/* Reports of the session */

/* Called when the command starts, and with 0 when it has ended: its pid may be reused then. */
static void on_child(void *context, int pid)
{
	(void)context;
	child_pid = pid;
}

static void add_waits(struct off_cpu_counts *to, const struct off_cpu_counts *c)
{
	to->waits += c->waits;
	to->time += c->time;
	to->no_stack += c->no_stack;
	to->no_stack_time += c->no_stack_time;
	to->short_ones += c->short_ones;
	to->short_time += c->short_time;
	to->unknown += c->unknown;
	to->unknown_time += c->unknown_time;
}

static bool on_window(void *context, struct session *s, const struct window *w)
{
	struct recording *r = context;
	struct profile *p = &s->profile;
	int64_t begun;
	bool written;

	r->samples += w->samples;
	r->lost += w->lost;
	r->lost_records += w->lost_records;
	r->longest = w->longest;
	r->truncated += w->truncated;
	r->remembered += w->remembered;
	for (int end = 0; end < UNWIND_ENDS; end++)
		r->by_end[end] += w->by_end[end];
	r->cpu_time += w->cpu_time;
	r->user_time += w->user_time;
	r->sampled += w->sampled;
	r->forks += w->forks;
	interp_counts_add(&r->interpreted, &w->interpreted);
	thread_context_counts_add(&r->contexts, &w->contexts);
	thread_context_counts_add(&r->goroutines, &w->goroutines);
	thread_context_counts_add(&r->tasks, &w->tasks);
	r->user_only = r->facts.user_only = w->user_only;
	if (r->names) {
		record_names_find(r->names, s);
		r->hints.interpreted = r->interpreted.outcome[INTERP_PYTHON][INTERP_MERGED] > 0;
		record_hints_look(&r->hints, p);
	}
	if (s->has_waits) {
		add_waits(&r->off_cpu, &w->off_cpu);
		r->facts.waits = true;
		r->facts.min_wait = r->session.min_wait;
		wait_reasons_find(p);
	}
	record_add_facts(p, w, &r->facts);
	if (s->has_allocs)
		record_allocs_add(&r->allocs, &s->allocs, &w->allocs, p);
	note_saturation(p);
	begun = monotonic_ns();
	written = record_output_write(&r->output, p, w);
	r->writing += (uint64_t)(monotonic_ns() - begun);
	return written;
}

static void on_slice(void *context, struct session *s)
{
	struct recording *r = context;

	if (r->names)
		record_names_find(r->names, s);
}

double recording_own_cpu(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

/* This process's CPU, including child processes that find names. */
static double own_percent(const struct recording *r, double wall)
{
	double cpu = recording_own_cpu() + 1e-9 * (double)record_names_cpu(r->names);

	return 100 * cpu / wall / (double)sysconf(_SC_NPROCESSORS_ONLN);
}

static void on_note(void *context, const char *text)
{
	(void)context;
	note("%s", text);
}

static void on_progress(void *context, const struct window *w)
{
	const struct recording *r = context;
	double seconds = 1e-9 * (double)(monotonic_ns() - r->begun);

	progress_show("%.0f s, %llu samples, %llu lost, own CPU %.2f%%", seconds,
		      (unsigned long long)(r->samples + w->samples),
		      (unsigned long long)(r->lost + w->lost), own_percent(r, seconds));
}

/* The recording */

static void wire(struct recording *r)
{
	struct session_options *s = &r->session;

	/* Keep the command's output out of the profile on standard output. */
	s->launch.to_stderr = !r->output.path || strcmp(r->output.path, "-") == 0;
	s->on_child = on_child;
	s->on_window = on_window;
	s->on_slice = on_slice;
	s->on_note = on_note;
	s->wants = target_chooses() ? target_wants : NULL;
	r->hints.launched = s->launch.command && *s->launch.command;
	r->hints.jit = r->jit;
	/* No progress of a command, which may write to the terminal itself. */
	if (!common.quiet && (!r->hints.launched || common.verbose) && isatty(STDERR_FILENO))
		s->on_progress = on_progress;
	s->context = r;
}

/* Keep why interpreted functions have no names, for the summary. */
static void note_refusal(struct recording *r, const struct interpreters *p)
{
	r->interpreter_refused = p->refusal;
	r->met_context = p->met_context;
	r->go_version = p->go_version & 255;
	r->go_refusal = p->go_refusal;
	if (p->refusal)
		snprintf(r->interpreter_why, sizeof(r->interpreter_why), "%s %u.%u: %s", p->refused,
			 p->refused_version >> 8, p->refused_version & 255, p->refusal);
	else
		snprintf(r->interpreter_why, sizeof(r->interpreter_why), "%.*s", (int)p->why.n,
			 p->why.p);
}

void recording_run(struct recording *r)
{
	struct session s = { 0 };
	struct buf why = { 0 };

	wire(r);
	if (!record_output_open(&r->output)) {
		record_output_abandon(&r->output);
		r->failed = true;
		return;
	}
	r->begun = monotonic_ns();
	record_children_begin(&r->children, &r->session.sampler);
	if (session_run(&s, &r->session, &why)) {
		r->failed = !record_output_close(&r->output);
		if (target_failed())
			r->failed = !complain("--comm: the pattern %s", target_failed());
	} else {
		complain("%.*s", STR_ARG(buf_str(&why)));
		r->exec_error = s.exec_error;
		r->failed = true;
		record_output_abandon(&r->output);
	}
	record_children_end(&r->children);
	progress_end();
	r->ended = s.child_ended;
	r->status = s.window.status;
	r->others_run = s.others_run;
	r->switch_period = s.switch_period;
	r->frequency = s.sampler.frequency;
	r->most_frequency = s.sampler.most_frequency;
	note_refusal(r, &s.interpreters);
	r->wall = monotonic_ns() - r->begun;
	r->finishing = r->begun + r->wall - s.over;
	session_release(&s);
	buf_release(&why);
}

int recording_status(const struct recording *r)
{
	bool command = r->session.launch.command && *r->session.launch.command;

	if (r->exec_error)
		return r->exec_error == ENOENT ? RECORDING_NOT_FOUND : RECORDING_CANNOT_RUN;
	if (r->failed)
		return command ? RECORDING_FAILED : 2;
	if (!r->ended)
		return 0;
	return WIFSIGNALED(r->status) ? RECORDING_BY_SIGNAL + WTERMSIG(r->status) :
					WEXITSTATUS(r->status);
}

/* Note why stacks are incomplete. */
static void note_ends(const struct recording *r)
{
	struct buf b = { 0 };

	for (int end = UNWIND_COMPLETE + 1; end < UNWIND_ENDS; end++)
		if (r->by_end[end])
			buf_printf(&b, "%s%s %llu", b.n ? ", " : "", unwind_end_name(end),
				   (unsigned long long)r->by_end[end]);
	note("truncated, by cause: %.*s", (int)b.n, b.p);
	buf_release(&b);
}

/* Note how much of the waits is known. */
static void note_waits(const struct recording *r)
{
	const struct off_cpu_counts *c = &r->off_cpu;

	note("%llu waits, together %.3g s", (unsigned long long)c->waits, 1e-9 * (double)c->time);
	if (c->short_ones)
		note("%llu shorter waits were left out, together %.3g s",
		     (unsigned long long)c->short_ones, 1e-9 * (double)c->short_time);
	if (c->no_stack && r->switch_period > 1)
		note("%llu of the waits have no stack of their own: at times one in %llu switches "
		     "was sampled; their time, %.3g s, is shared out among the thread's others",
		     (unsigned long long)c->no_stack, (unsigned long long)r->switch_period,
		     1e-9 * (double)c->no_stack_time);
	else if (c->no_stack)
		note("%llu of the waits have no stack, which was lost: their time, %.3g s, is "
		     "shared out among the thread's others",
		     (unsigned long long)c->no_stack, 1e-9 * (double)c->no_stack_time);
	if (c->unknown)
		note("of %llu waits one end was lost: %.3g s are neither waiting nor running",
		     (unsigned long long)c->unknown, 1e-9 * (double)c->unknown_time);
}

/*
 * Note in how many samples of an interpreter's evaluator its functions were found. Returns
 * whether it has noted why none were.
 */
static bool note_interpreter(const struct recording *r, enum interp_kind kind)
{
	const uint64_t *outcome = r->interpreted.outcome[kind];
	const uint64_t *by_end = r->interpreted.by_end[kind];
	const char *name = interp_kind_name(kind);
	struct buf b = { 0 };
	uint64_t all = 0;

	for (int i = 0; i < INTERP_OUTCOMES; i++)
		all += outcome[i];
	if (!all)
		return false;
	if (outcome[INTERP_EARLY] == all && *r->interpreter_why) {
		note("functions of %s were not read: %s", name, r->interpreter_why);
		return true;
	}
	for (int i = INTERP_MERGED + 1; i < INTERP_OUTCOMES; i++)
		if (outcome[i])
			buf_printf(&b, ", %llu %s", (unsigned long long)outcome[i],
				   interp_outcome_name((enum interp_outcome)i));
	for (int i = 0; i < INTERP_ENDS && common.verbose; i++)
		if (by_end[i])
			buf_printf(&b, ", %llu of %s", (unsigned long long)by_end[i],
				   interp_end_name((enum interp_end)i));
	if (b.n || common.verbose)
		note("%s: %llu samples, %.1f%% with all functions%.*s", name,
		     (unsigned long long)all, 100.0 * (double)outcome[INTERP_MERGED] / (double)all,
		     STR_ARG(buf_str(&b)));
	buf_release(&b);
	return false;
}

static void note_interpreters(const struct recording *r)
{
	bool said = false;

	for (int k = 0; k < INTERP_KINDS; k++)
		said |= note_interpreter(r, (enum interp_kind)k);
	/* The interpreter's evaluator may have no name, or no samples. */
	if (r->interpreter_refused && !said)
		note("functions of an interpreter were not read: %s", r->interpreter_why);
	if (r->interpreted.unnamed)
		note("%llu frames of interpreted functions have no name",
		     (unsigned long long)r->interpreted.unnamed);
}

/* Note in how many samples contexts of threads were found, and what of them was left out. */
static void note_contexts(const struct recording *r)
{
	const struct thread_context_counts *c = &r->contexts;
	unsigned long long invalid = c->state[CONTEXT_INVALID];
	unsigned long long unreadable = c->state[CONTEXT_UNREADABLE], left_out = c->left_out;
	unsigned long long all = c->state[CONTEXT_READ] + invalid + unreadable;

	if (r->met_context && !all)
		note("trace ids were not read: %s",
		     *r->interpreter_why && !r->interpreter_refused ?
			     r->interpreter_why :
			     "no thread had one, or the variable otel_thread_ctx_v1 was not found");
	else if (unreadable || left_out || (all && common.verbose))
		note("contexts of threads: %llu samples, %llu not valid, %llu not readable, "
		     "%llu attributes left out",
		     all, invalid, unreadable, left_out);
}

/* The same for labels that programs set themselves. */
static void note_labels(const char *what, const struct thread_context_counts *c)
{
	unsigned long long invalid = c->state[CONTEXT_INVALID], early = c->early;
	unsigned long long unreadable = c->state[CONTEXT_UNREADABLE], left_out = c->left_out;
	unsigned long long all = c->state[CONTEXT_READ] + invalid + unreadable;
	bool found = invalid || unreadable || left_out || early;

	/* Most programs of Go have no labels at all, of which early samples would tell nothing. */
	if (common.verbose ? all || early : all && found)
		note("%s: %llu samples, %llu not valid, %llu not readable, %llu labels left out; "
		     "%llu samples are from before the process was known",
		     what, all, invalid, unreadable, left_out, early);
}

static void note_own_labels(const struct recording *r)
{
	note_labels("pprof labels", &r->goroutines);
	note_labels("tasks of asyncio", &r->tasks);
	if (r->go_refusal && r->go_version)
		note("pprof labels of Go 1.%u were not read: %s", r->go_version, r->go_refusal);
	else if (r->go_refusal)
		note("pprof labels of a Go program were not read: %s", r->go_refusal);
}

void recording_summarise(const struct recording *r)
{
	struct buf covered = { 0 };
	struct rusage use;
	double cpu = own_percent(r, 1e-9 * (double)r->wall);

	if (r->failed)
		return;
	getrusage(RUSAGE_SELF, &use);
	coverage_line(r, &covered);
	if (r->remembered)
		buf_printf(&covered, ", %.1f%% with remembered callers",
			   100.0 * (double)r->remembered / (double)r->samples);
	note("%llu samples of %s, %llu lost, %.1f%% truncated%.*s; own CPU %.2f%% of the machine, "
	     "%ld MB at most",
	     (unsigned long long)r->samples, r->facts.events, (unsigned long long)r->lost,
	     r->samples ? 100.0 * (double)r->truncated / (double)r->samples : 0,
	     STR_ARG(buf_str(&covered)), cpu, use.ru_maxrss / 1024);
	if (r->lost && r->writing > r->wall / 10)
		note("samples were lost while the output waited %.2g s for its reader",
		     1e-9 * (double)r->writing);
	else if (r->lost)
		note("samples were lost: their buffers were full, and not read for up to %.2g s",
		     1e-9 * (double)r->longest);
	if (r->lost_records)
		note("%llu records of mappings, processes or threads were lost as well: stacks may "
		     "be incomplete, and frames without a name",
		     (unsigned long long)r->lost_records);
	note_interpreters(r);
	note_contexts(r);
	note_own_labels(r);
	if (common.verbose && r->truncated)
		note_ends(r);
	if (common.verbose)
		note("%.3f s from the end of the recording to that of the profile",
		     1e-9 * (double)r->finishing);
	if (r->user_only)
		note("kernel code was not sampled: see perf_event_paranoid in prof-record(1)");
	if (r->facts.waits)
		note_waits(r);
	if (r->allocs.used)
		record_allocs_summarise(&r->allocs);
	coverage_explain(r);
	buf_release(&covered);
}
