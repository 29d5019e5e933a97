/*
 * prof-record: sample a command, processes, a control group or the whole machine,
 * and write what was sampled as pprof, one profile or one a window.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "record/facts.h"
#include "record/session.h"

enum {
	FAILED = 125, /* as env(1): we failed, and the command did not run */
	CANNOT_RUN = 126,
	NOT_FOUND = 127,
	BY_SIGNAL = 128,
	MOST_EVENTS = 8,
	MOST_PIDS = 1024,
	MOST_CPUS = 1024,
	LEAST_STACK = 1024,
	MOST_STACK = 65528,
};

static struct {
	const char *pids, *cpus, *cgroup, *events, *frequency, *label_by, *to;
	bool system, children, no_kernel, no_symbols, no_inlines, jit;
	int stack;
	struct opt_list labels;
	uint64_t duration, delay, every; /* ns */
	uint64_t stack_size;
} o = { .events = "cpu", .frequency = "99" };

/* Options */

static bool parse_duration(void *to, const char *arg)
{
	return str_duration(str_of(arg), to);
}

static bool parse_pack_option(void *to, const char *arg)
{
	return pack_parse(str_of(arg), to);
}

enum { STACK_AUTO, STACK_DWARF, STACK_FP };

static const char *stack_word(size_t i)
{
	static const char *const words[] = { "auto", "dwarf", "fp", NULL };

	return words[i];
}

static const char *writable(size_t i)
{
	static const char *const words[] = { "pprof", "folded", NULL };

	return words[i];
}

static const char *label_word(size_t i)
{
	static const char *const words[] = { "comm", "pid",    "tid",       "thread",
					     "cpu",  "cgroup", "container", NULL };

	return words[i];
}

static const struct opt own_options[] = {
	{ 'p', "pid", OPT_STR, &o.pids, "PID,...", "sample these processes" },
	{ 'a', "all-cpus", OPT_FLAG, &o.system, NULL, "sample everything" },
	{ 'C', "cpu", OPT_STR, &o.cpus, "LIST", "only on these CPUs: 0-3,8" },
	{ 'G', "cgroup", OPT_FILE, &o.cgroup, "DIR", "everything in a control group" },
	{ 0, "children", OPT_FLAG, &o.children, NULL, "with -p: what they fork, too" },
	{ 'F', "frequency", OPT_STR, &o.frequency, "HZ", "samples a second and CPU: 99, or max" },
	{ 'e', "event", OPT_STR, &o.events, "EVENT,...", "what to sample; default: cpu",
	  event_name },
	{ 'd', "duration", OPT_PARSED, &o.duration, "TIME", "stop after that long",
	  .parse = parse_duration },
	{ 0, "delay", OPT_PARSED, &o.delay, "TIME", "begin after that long",
	  .parse = parse_duration },
	{ 0, "every", OPT_PARSED, &o.every, "TIME", "write a profile for each such window",
	  .parse = parse_duration },
	{ 'l', "label", OPT_LIST, &o.labels, "KEY=VALUE", "put this label on all samples" },
	{ 0, "label-by", OPT_STR, &o.label_by, "LABEL,...", "labels taken from samples",
	  label_word },
	{ 0, "no-kernel", OPT_FLAG, &o.no_kernel, NULL, "leave out the kernel's frames" },
	{ 0, "stack", OPT_CHOICE, &o.stack, "HOW", "auto, dwarf, or fp: frame pointers",
	  stack_word },
	{ 0, "stack-size", OPT_SIZE, &o.stack_size, "BYTES",
	  "user stack to copy (auto: 32K and up)" },
	{ 0, "no-symbols", OPT_FLAG, &o.no_symbols, NULL, "addresses and build ids only" },
	{ 0, "no-inlines", OPT_FLAG, &o.no_inlines, NULL, "do not expand inlined calls" },
	{ 0, "jit", OPT_FLAG, &o.jit, NULL, "ask the runtimes of a command for their names" },
	{ 'o', "output", OPT_FILE, &common.output, "FILE",
	  "write here; with --every %Y%m%d-%H%M%S or %n" },
	{ 't', "to", OPT_STR, &o.to, "FORMAT", "pprof or folded", writable },
	{ 'z', "compress", OPT_PARSED, &common.pack, "HOW", "none, gzip[:0-12] or zstd[:1-19]",
	  .parse = parse_pack_option },
	{ 'q', "quiet", OPT_FLAG, &common.quiet, NULL, "say nothing but errors" },
	{ 'v', "verbose", OPT_FLAG, &common.verbose, NULL, "say more" },
	{ 0 },
};

static const struct opt *const options[] = { own_options, NULL };
static const struct cmd cmd = { "prof-record",
				"Sample programs, and write what they do as a profile.",
				"-- COMMAND [ARG]...", options, true };

/* What is to be sampled, from the options. */

static struct event events[MOST_EVENTS];
static int pids[MOST_PIDS], cpus[MOST_CPUS];

static size_t parse_events(void)
{
	struct str list = str_of(o.events);
	struct buf why = { 0 };
	size_t n = 0;

	while (list.p) {
		if (n == MOST_EVENTS)
			usage("--event takes at most %d events", MOST_EVENTS);
		if (!event_find(str_cut(&list, ','), &events[n], &why)) {
			complain("%.*s", STR_ARG(buf_str(&why)));
			exit(FAILED);
		}
		n++;
	}
	return n;
}

static size_t parse_pids(void)
{
	struct str list = str_of(o.pids);
	size_t n = 0;
	uint64_t pid;

	while (list.p) {
		if (n == MOST_PIDS || !str_u64(str_cut(&list, ','), &pid) || !pid ||
		    pid > INT32_MAX)
			usage("'%s' is not a list of process ids", o.pids);
		pids[n++] = (int)pid;
	}
	return n;
}

/* "0-3,8" */
static size_t parse_cpus(void)
{
	struct str list = str_of(o.cpus);
	size_t n = 0;
	uint64_t from, to;

	while (list.p) {
		struct str last = str_cut(&list, ','), first = str_cut(&last, '-');

		if (!str_u64(first, &from) || (last.p && !str_u64(last, &to)))
			usage("'%s' is not a list of CPUs", o.cpus);
		for (to = last.p ? to : from; from <= to && n < MOST_CPUS; from++)
			cpus[n++] = (int)from;
	}
	return n;
}

static uint64_t parse_frequency(void)
{
	uint64_t f;

	if (strcmp(o.frequency, "max") == 0)
		return 0;
	if (!str_u64(str_of(o.frequency), &f) || !f)
		usage("'%s' is not a frequency: a number of samples a second, or max", o.frequency);
	return f;
}

static unsigned parse_label_by(bool system)
{
	struct str list = str_of(o.label_by);
	unsigned by = 0;

	if (!o.label_by)
		return LABEL_BY_COMM | (system ? LABEL_BY_PID : 0);
	while (list.n) {
		struct str word = str_cut(&list, ',');
		unsigned i = 0;

		while (label_word(i) && !str_eq(word, str_of(label_word(i))))
			i++;
		if (!label_word(i))
			usage("--label-by knows no '%.*s'", STR_ARG(word));
		by |= 1u << i; /* enum gather_label is in the same order */
	}
	return by;
}

static uint32_t stack_bytes(void)
{
	if (o.stack == STACK_FP)
		return 0;
	if (!o.stack_size)
		return 32 << 10;
	if (o.stack_size < LEAST_STACK || o.stack_size > MOST_STACK)
		usage("--stack-size is from %d to %d", LEAST_STACK, MOST_STACK);
	return (uint32_t)o.stack_size & ~7u;
}

static enum target parse_target(struct sampler_options *s, char *const *command)
{
	int ways = (o.pids != NULL) + (o.cgroup != NULL) + (o.system || o.cpus) +
		   (*command != NULL);

	if (ways != 1 && !(ways == 2 && o.cpus && !o.system))
		usage(ways ? "give one of a command, -p, -a and -G" :
			     "say what to sample: a command behind --, -p, -a or -G");
	if (o.cpus) {
		s->cpus = cpus;
		s->ncpu = parse_cpus();
	}
	if (o.pids) {
		s->pids = pids;
		s->npid = parse_pids();
		return TARGET_TASKS;
	}
	if (!o.cgroup)
		return *command ? TARGET_CHILD : TARGET_SYSTEM;
	s->cgroup = open(o.cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->cgroup < 0)
		usage("'%s' is not the directory of a control group", o.cgroup);
	return TARGET_CGROUP;
}

static void check_labels(void)
{
	for (size_t i = 0; i < o.labels.n; i++)
		if (strchr(o.labels.v[i], '=') == NULL || o.labels.v[i][0] == '=')
			usage("'%s' is not a label: KEY=VALUE", o.labels.v[i]);
}

/* Output */

static struct {
	struct out out; /* standard output, or one file for all windows */
	char *const *command;
	const struct format *format;
	bool failed;
	uint64_t samples, lost, truncated;
	int status;
	bool ended;
} run;

static bool is_pattern(void)
{
	return o.every && common.output && strchr(common.output, '%');
}

/* The name of a window's file: "%n" is its number, the rest is for strftime(3). */
static void print_name(const struct window *w, struct buf *name)
{
	time_t seconds = (time_t)(w->time / 1000000000);
	struct buf pattern = { 0 };
	char expanded[4096];
	struct tm tm;

	for (const char *c = common.output; *c; c++) {
		if (c[0] == '%' && c[1] == 'n') {
			buf_u64(&pattern, w->number);
			c++;
		} else {
			buf_ch(&pattern, *c);
		}
	}
	buf_ch(&pattern, '\0');
	localtime_r(&seconds, &tm);
	if (!strftime(expanded, sizeof(expanded), pattern.p, &tm))
		expanded[0] = '\0';
	buf_add(name, str_of(expanded));
	buf_ch(name, '\0');
	buf_release(&pattern);
}

static bool write_file(struct profile *p, const struct window *w)
{
	struct buf name = { 0 };
	struct out out;
	bool ok;

	print_name(w, &name);
	if (out_open(&out, name.p, common.pack))
		run.format->write(&out, p);
	ok = finish_output(&out);
	buf_release(&name);
	return ok;
}

/* Into the one output; what is read as it is written must not wait in a buffer. */
static bool write_stream(struct profile *p)
{
	run.format->write(&run.out, p);
	out_flush_all(&run.out);
	return !run.out.failed;
}

static void add_facts(struct profile *p, const struct window *w)
{
	fact_number(p, "lost", w->lost);
	fact_number(p, "truncated", w->truncated);
	if (w->throttled)
		fact_number(p, "throttled", w->throttled);
	if (w->cpu_time)
		fact_number(p, "cpu_time_ns", w->cpu_time);
	fact_number(p, "wall_ns", w->duration);
	if (w->max_rss)
		fact_number(p, "max_rss", w->max_rss);
	if (run.command && *run.command)
		fact_command(p, run.command);
	if (w->ended && WIFEXITED(w->status))
		fact_number(p, "exit_status", (uint64_t)WEXITSTATUS(w->status));
	facts_of_machine(p);
	fact_text(p, "run", str_of(fact_run()));
}

static bool on_window(void *context, struct profile *p, const struct window *w)
{
	struct buf dropped = { 0 };

	(void)context;
	run.samples += w->samples;
	run.lost += w->lost;
	run.truncated += w->truncated;
	if (w->ended) {
		run.ended = true;
		run.status = w->status;
	}
	add_facts(p, w);
	profile_settle(p, &dropped);
	buf_release(&dropped);
	run.failed |= is_pattern() ? !write_file(p, w) : !write_stream(p);
	return !run.failed;
}

/* Signals */

static volatile sig_atomic_t child_pid, signals;

/* The first ends the recording, and is passed on; the second ends us. */
static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (number == SIGUSR1) {
		session_flush();
		return;
	}
	if (signals++)
		_exit(BY_SIGNAL + number);
	session_stop();
	/* What a terminal sends reaches the command without our help. */
	if (child_pid > 0 && info->si_code <= 0)
		kill(child_pid, number);
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
}

/* The end */

static void print_summary(uint64_t wall)
{
	struct rusage use;
	double cpu;

	if (common.quiet)
		return;
	getrusage(RUSAGE_SELF, &use);
	cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	      1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
	note("%llu samples, %llu lost, %.1f%% truncated; own CPU %.2f%% of the machine, "
	     "%ld MB at most",
	     (unsigned long long)run.samples, (unsigned long long)run.lost,
	     run.samples ? 100.0 * (double)run.truncated / (double)run.samples : 0,
	     100 * cpu / (1e-9 * (double)wall) / (double)sysconf(_SC_NPROCESSORS_ONLN),
	     use.ru_maxrss / 1024);
}

static int exit_status(const struct session *s)
{
	if (s->exec_error)
		return s->exec_error == ENOENT ? NOT_FOUND : CANNOT_RUN;
	if (run.failed)
		return run.command && *run.command ? FAILED : 2;
	if (!run.ended)
		return 0;
	return WIFSIGNALED(run.status) ? BY_SIGNAL + WTERMSIG(run.status) : WEXITSTATUS(run.status);
}

static bool open_output(void)
{
	run.format = o.to ? format_named(str_of(o.to)) : &format_pprof;
	if (!run.format || !run.format->write)
		usage("--to is pprof or folded, not '%s'", o.to);
	if (is_pattern())
		return true;
	return out_open(&run.out, common.output, common.pack) &&
	       (run.format == &format_folded || out_binary(&run.out));
}

static bool close_output(void)
{
	if (is_pattern())
		return true;
	if (!run.failed)
		return finish_output(&run.out);
	complain("%s", run.out.error.p);
	out_abandon(&run.out);
	return false;
}

int main(int argc, char **argv)
{
	char **command = start(&cmd, argc, argv);
	struct session_options so = {
		.sampler = { .arch = arch_host(), .events = events, .kernel = !o.no_kernel },
		.command = command,
		.delay = o.delay,
		.duration = o.duration,
		.every = o.every,
		.adapt = o.stack == STACK_AUTO && !o.stack_size,
		.on_window = on_window,
	};
	struct session s;
	struct buf why = { 0 };
	uint64_t begun = recorder_now();

	check_labels();
	so.sampler.target = parse_target(&so.sampler, command);
	so.sampler.nevent = parse_events();
	so.sampler.frequency = parse_frequency();
	so.sampler.stack_bytes = stack_bytes();
	so.sampler.children = o.children || *command;
	so.gather = (struct gather_options){
		.events = events,
		.nevent = so.sampler.nevent,
		.frequency = so.sampler.frequency,
		.label_by = parse_label_by(so.sampler.target == TARGET_SYSTEM),
		.labels = o.labels.v,
		.nlabel = o.labels.n,
	};
	run.command = command;
	elf_guard();
	catch_signals();
	if (!open_output()) {
		complain("%s", run.out.error.p);
		return FAILED;
	}
	if (!session_run(&s, &so, &why)) {
		complain("%.*s", STR_ARG(buf_str(&why)));
		run.failed = !s.exec_error;
		out_abandon(&run.out);
		return s.exec_error ? exit_status(&s) : FAILED;
	}
	run.failed |= !close_output();
	print_summary(recorder_now() - begun);
	session_release(&s);
	return exit_status(&s);
}
