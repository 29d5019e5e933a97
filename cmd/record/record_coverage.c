#include "cmd/record/record_coverage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/common.h"
#include "record/kernel_text.h"

enum {
	ENOUGH = 100,    /* samples for a first look */
	OF_A_TASK = 10,  /* samples of a task, at least, before their number is meaningful */
	LIKELY_NONE = 8, /* with so many expected, the chance of none is 1 in 3,000 */
	LEAST_PERCENT = 80,
};

static double seconds(uint64_t ns)
{
	return 1e-9 * (double)ns;
}

/* CPU time that samples can show: without the kernel's, if that is not sampled. */
static uint64_t visible_time(const struct recording *r)
{
	bool kernel = r->session.sampler.kernel && !r->user_only;

	return kernel ? r->cpu_time : r->user_time;
}

/* The number of samples to expect for the visible CPU time. */
static double expected(const struct recording *r)
{
	return seconds(visible_time(r)) * (double)r->frequency;
}

static bool samples_cpu(const struct recording *r)
{
	const struct sampler_options *o = &r->session.sampler;

	for (size_t i = 0; i < o->nevent; i++)
		if (o->events[i].is_cpu && !o->events[i].no_user && !o->events[i].no_kernel)
			return true;
	return false;
}

static double cover_percent(const struct recording *r)
{
	return 100 * (double)r->sampled / (double)r->cpu_time;
}

void coverage_line(const struct recording *r, struct buf *line)
{
	if (r->cpu_time && samples_cpu(r))
		buf_printf(line, ", covering %.0f%% of %.3g s of CPU time", cover_percent(r),
			   seconds(r->cpu_time));
}

/* Are there fewer samples than chance can explain? */
static bool is_too_little(const struct recording *r)
{
	double all = expected(r);
	double missing = all - seconds(r->sampled) * (double)r->frequency;

	return missing > LIKELY_NONE && missing * missing > 16 * all &&
	       missing > all * (100 - LEAST_PERCENT) / 100;
}

/* Append a frequency for that many samples, in two digits: ", -F 2100 would take about 100". */
static void suggest(const struct recording *r, double samples, struct buf *text)
{
	double wanted = samples / seconds(r->cpu_time);
	uint64_t digit = 1;

	if (!r->cpu_time || wanted <= (double)r->frequency)
		return;
	if (wanted >= (double)r->most_frequency) {
		buf_add(text, S("; -F max takes as many as there can be"));
		return;
	}
	while (wanted / (double)digit >= 100)
		digit *= 10;
	buf_printf(text, "; -F %" PRIu64 " would take about %.0f samples",
		   ((uint64_t)(wanted / (double)digit) + 1) * digit, samples);
}

/* Find a program as execvp() does. */
static bool find_program(const char *name, struct stat *st, bool *readable)
{
	struct str path = str_of(getenv("PATH"));
	char file[4096];

	if (strchr(name, '/')) {
		*readable = access(name, R_OK) == 0;
		return stat(name, st) == 0;
	}
	while (path.n) {
		struct str dir = str_cut(&path, ':');

		snprintf(file, sizeof(file), "%.*s/%s", STR_ARG(dir), name);
		*readable = access(file, R_OK) == 0;
		if (access(file, X_OK) == 0 && stat(file, st) == 0)
			return true;
	}
	return false;
}

/* Why the kernel hides a command that ran: exec() changed its privileges. NULL if unknown. */
static const char *why_hidden(const struct recording *r)
{
	char *const *command = r->session.launch.command;
	struct stat st;
	bool readable;

	if (!command || !*command || !find_program(*command, &st, &readable))
		return NULL;
	if (st.st_mode & (S_ISUID | S_ISGID))
		return "it runs as another user (setuid): only root may sample it";
	return readable ? NULL : "its file may not be read: only root may sample it";
}

/* The letter of a process's state: 'S' sleeps, 'T' is stopped; 0: it has ended. */
static char state_of(int pid)
{
	struct buf text = { 0 };
	char path[64], state = 0;
	const char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (kernel_text(path, &text)) {
		buf_ch(&text, '\0');
		end = strrchr(text.p, ')');
		state = end && end[1] == ' ' ? end[2] : 0;
	}
	buf_release(&text);
	return state;
}

static const char *what_they_do(const struct recording *r)
{
	const struct sampler_options *o = &r->session.sampler;
	size_t stopped = 0;

	for (size_t i = 0; i < o->npid; i++) {
		char state = state_of(o->pids[i]);

		stopped += state == 'T' || state == 't';
	}
	return stopped && stopped == o->npid ? "is stopped" : "waited";
}

/* Explain why no samples were to be expected. */
static void explain_idle(const struct recording *r, struct buf *text)
{
	bool command = r->session.sampler.target == TARGET_CHILD;
	bool waits = r->wall > 100000000 && r->cpu_time < r->wall / 50;

	if (waits)
		buf_printf(text, "%s %s: %.2g s of CPU time in %.3g s",
			   command ? "the command" : "what was to be sampled",
			   command ? "waited" : what_they_do(r), seconds(r->cpu_time),
			   seconds(r->wall));
	else
		buf_printf(text, "%s used only %.2g s of CPU time",
			   command ? "the command ended soon and" : "what was to be sampled",
			   seconds(r->cpu_time));
	suggest(r, ENOUGH, text);
}

static void explain_system(const struct recording *r, struct buf *text)
{
	buf_add(text, r->session.wants ? S("no process that was chosen ran on a CPU") :
					 S("nothing ran on the CPUs"));
}

/* Explain why CPU time was used that samples do not show. */
static void explain_missing(const struct recording *r, struct buf *text)
{
	const char *hidden = r->samples ? NULL : why_hidden(r);

	buf_printf(text, "samples cover only %.0f%% of the CPU time: ", cover_percent(r));
	if (hidden) {
		buf_add(text, str_of(hidden));
		return;
	}
	if (r->lost) {
		buf_add(text, S("the others were lost"));
		return;
	}
	if (r->session.sampler.cpus) {
		buf_printf(text, "only CPUs %s are sampled (-C), and others ran the rest",
			   r->session.sampler.cpus);
		return;
	}
	buf_add(text, S("threads and processes that run for less than a period have none "
			"(CAP_PERFMON, or kernel.perf_event_paranoid 0, lets whole CPUs be "
			"sampled)"));
	suggest(r, OF_A_TASK * (double)(r->forks > OF_A_TASK ? r->forks : OF_A_TASK), text);
}

/* Explain why there are no samples, where no event is of all CPU time. */
static void explain_events(const struct recording *r, struct buf *text)
{
	const struct sampler_options *o = &r->session.sampler;

	for (size_t i = 0; i < o->nevent; i++) {
		const struct event *e = &o->events[i];
		bool each = e->every == 1;

		if (e->is_switch || e->is_alloc)
			continue;
		buf_printf(text,
			   each ? "%s%.*s did not occur" : "%stoo little of %.*s for a sample",
			   text->n ? "; " : "", STR_ARG(e->name));
	}
}

/* Note that children of the processes have used CPU time instead of them. */
static void note_children(const struct recording *r)
{
	const struct record_children *c = &r->children;
	bool one = c->n == 1;

	if (c->used > OF_A_TASK * 1000000 && c->used > r->cpu_time)
		note("%zu child%s of what was sampled used %.2g s of CPU time, without being "
		     "sampled: --children takes %s, too",
		     c->n, one ? "" : "ren", seconds(c->used), one ? "it" : "them");
}

void coverage_explain(const struct recording *r)
{
	enum target target = r->session.sampler.target;
	bool any = target == TARGET_SYSTEM || target == TARGET_CGROUP;
	struct buf text = { 0 };

	if (!samples_cpu(r) && !r->samples)
		explain_events(r, &text);
	else if (!samples_cpu(r))
		return;
	else if (is_too_little(r))
		explain_missing(r, &text);
	else if (!r->samples && any)
		explain_system(r, &text);
	else if (!r->samples &&
		 (r->cpu_time || !r->session.sampler.children || target == TARGET_CHILD))
		explain_idle(r, &text);
	if (text.n)
		note("%.*s", STR_ARG(buf_str(&text)));
	note_children(r);
	if (r->others_run)
		note("processes that the command has started still run, and are recorded no "
		     "more");
	buf_release(&text);
}
