/*
 * prof-record: sample a command, processes, a control group or the whole machine, and write
 * the samples as pprof, one profile or one for each window.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/compare_options.h"
#include "cmd/label_list.h"
#include "cmd/record/record_ab.h"
#include "cmd/record/record_selftest.h"
#include "cmd/record/record_target.h"
#include "record/process/jit_environment.h"

enum {
	MOST_EVENTS = 8,
	LEAST_STACK = 1024,
	MOST_STACK = 65528,
	DEFAULT_STACK = 32 << 10,
	SWITCH_STACK = 8 << 10, /* the rest of a waiting thread's stack can still be read */
	DEFAULT_FREQUENCY = 99,
	AB_FREQUENCY = 4000, /* prof-ci(7) */
	MOST_RUNS = 100
};

static struct {
	const char *events, *frequency, *label_by, *vmlinux, *control;
	bool kernel, no_kernel, no_symbols, no_inlines, debuginfod, jit, self_test, off_cpu, wall,
		lock, paused, alloc, native, evaluators;
	int stack, to;
	struct opt_list labels, facts;
	uint64_t duration, delay, every, keep, min_wait; /* ns */
	uint64_t stack_size, period, alloc_period;
	const char *ab[2];
	struct options until; /* only power_effect and power_share are used */
	int64_t runs;
	uint64_t max_time; /* ns */
} o;

static struct event events[MOST_EVENTS + 2]; /* plus those of waits and allocations */

/* Options */

static bool parse_duration(void *to, const char *arg)
{
	return str_duration(str_of(arg), to);
}

/* As in perf: with -1, sampling begins with a command of --control. */
static bool parse_delay(void *to, const char *arg)
{
	o.paused = strcmp(arg, "-1") == 0;
	return o.paused || str_duration(str_of(arg), to);
}

static bool parse_period(void *to, const char *arg)
{
	return str_u64(str_of(arg), to) && *(uint64_t *)to > 0;
}

enum { STACK_AUTO, STACK_DWARF, STACK_FP };

static const char *stack_word(size_t i)
{
	static const char *const words[] = { "auto", "dwarf", "fp", NULL };

	return words[i];
}

enum { TO_PPROF, TO_FOLDED };

static const char *writable(size_t i)
{
	static const char *const words[] = { "pprof", "folded", NULL };

	return words[i];
}

/* In perf, -t selects threads; formats are not numbers, so there is no ambiguity. */
static bool parse_format(void *to, const char *arg)
{
	int *format = to;
	uint64_t tid;

	if (str_u64(str_of(arg), &tid))
		usage("-t is --to, the format, in all commands of prof; threads: --tid %s", arg);
	for (*format = 0; writable((size_t)*format); ++*format)
		if (strcmp(arg, writable((size_t)*format)) == 0)
			return true;
	usage("--to is one of pprof, folded, not '%s'", arg);
}

static const char *label_word(size_t i)
{
	static const char *const words[] = { "comm",   "pid",       "tid",  "thread",  "cpu",
					     "cgroup", "container", "pod",  "service", "trace",
					     "gil",    "pprof",     "task", NULL };

	return words[i];
}

static const struct opt what_options[] = {
	{ 'F', "frequency", OPT_STR, &o.frequency, "HZ",
	  "samples a second and CPU: 99 (--ab: 4000), or max", .title = "What to sample" },
	{ 'c', "count", OPT_PARSED, &o.period, "PERIOD",
	  "a sample for so many occurrences, or ns of cpu", .parse = parse_period },
	{ 'e', "event", OPT_STR, &o.events, "EVENT,...", "what to sample: cpu, cycles:u ...",
	  event_name },
	{ 0, "off-cpu", OPT_FLAG, &o.off_cpu, NULL, "where threads wait, and for how long" },
	{ 0, "wall", OPT_FLAG, &o.wall, NULL, "where they run and where they wait, together" },
	{ 0, "lock", OPT_FLAG, &o.lock, NULL, "where they wait, for which lock, and who has it" },
	{ 0, "min-wait", OPT_PARSED, &o.min_wait, "TIME", "leave out shorter waits",
	  .parse = parse_duration },
	{ 0, "alloc", OPT_FLAG, &o.alloc, NULL, "what programs allocate and have in use" },
	{ 0, "alloc-period", OPT_SIZE, &o.alloc_period, "BYTES",
	  "a sample for so many bytes, on average: 512K" },
	{ 'd', "duration", OPT_PARSED, &o.duration, "TIME", "stop after that long",
	  .parse = parse_duration },
	{ 0, "delay", OPT_PARSED, &o.delay, "TIME", "begin after that long; -1: when told",
	  .parse = parse_delay },
	{ 0, "every", OPT_PARSED, &o.every, "TIME", "write a profile for each such window",
	  .parse = parse_duration },
	{ 0, "overwrite", OPT_PARSED, &o.keep, "TIME",
	  "keep the last such time: for SIGUSR2 and the end", .parse = parse_duration },
	{ 0, "control", OPT_STR, &o.control, "fifo:FILE,...",
	  "take commands: enable, disable, snapshot ..." },
	{ 'l', "label", OPT_LIST, &o.labels, "KEY=VALUE,...", "put these labels on all samples" },
	{ 0, "fact", OPT_LIST, &o.facts, "KEY=VALUE", "put this fact in the profile" },
	{ 0, "label-by", OPT_STR, &o.label_by, "LABEL,...", "labels taken from samples",
	  label_word },
	{ 0, "require-kernel", OPT_FLAG, &o.kernel, NULL, "fail if kernel code cannot be sampled",
	  .also = "kernel" },
	{ 0, "no-kernel", OPT_FLAG, &o.no_kernel, NULL, "leave out the kernel's frames" },
	{ 0, "stack", OPT_CHOICE, &o.stack, "HOW", "auto, dwarf, or fp: frame pointers",
	  stack_word },
	{ 0, "stack-size", OPT_SIZE, &o.stack_size, "BYTES",
	  "user stack to copy (auto: 32K and up)" },
	{ 0, "no-symbols", OPT_FLAG, &o.no_symbols, NULL, "addresses and build ids only" },
	{ 0, "no-inlines", OPT_FLAG, &o.no_inlines, NULL, "do not expand inlined calls" },
	{ 0, "debuginfod", OPT_FLAG, &o.debuginfod, NULL,
	  "ask servers for missing debugging information" },
	{ 0, "vmlinux", OPT_FILE, &o.vmlinux, "FILE", "the kernel's image: lines of its frames" },
	{ 0, "no-interpreters", OPT_FLAG, &o.native, NULL,
	  "leave out functions of Python, Ruby and PHP" },
	{ 0, "evaluators", OPT_FLAG, &o.evaluators, NULL, "show what runs them, as well" },
	{ 0, "jit-names", OPT_FLAG, &o.jit, NULL, "ask the runtimes of a command for their names",
	  .also = "jit" },
	{ 0, "ab", OPT_PAIR, &o.ab, "BASE NEW", "record two shell commands in turns into -o DIR" },
	{ 0, "runs", OPT_INT, &o.runs, "N", "of each of them (10 to 40, with --until-power 100)" },
	{ 0, "until-power", OPT_PARSED, &o.until, "N%@N%share",
	  "stop when that change would be found", .parse = parse_power },
	{ 0, "max-time", OPT_PARSED, &o.max_time, "TIME", "begin no round after that long",
	  .parse = parse_duration },
	{ 0, "self-test", OPT_FLAG, &o.self_test, NULL, "measure what recording costs here" },
	{ 0 },
};

static const struct opt output_options[] = {
	{ 'o', "output", OPT_FILE, &common.output, "FILE",
	  "write here; with --every %Y%m%d-%H%M%S or %n", .title = "The profile" },
	{ 't', "to", OPT_PARSED, &o.to, "FORMAT", "pprof or folded", writable,
	  .parse = parse_format },
	{ 0 },
};

static void print_features(void)
{
	const char *why;

	if (!common.verbose)
		return;
	if (interp_program_is_built(&why))
		puts("functions of Python, Ruby and PHP: read by BPF");
	else
		printf("functions of Python, Ruby and PHP: no, %s\n", why);
	if (!why)
		printf("tasks of asyncio: from CPython 3.%s\n",
		       interp_program_reads_task_dicts() ?
			       "11 on" :
			       "14 on, as gcc compiled the BPF program");
}

static const struct opt *const options[] = { target_options, what_options, output_options,
					     general_options, NULL };
static const struct cmd cmd = { "prof-record",
				"Sample programs, and write what they do as a profile.",
				"-- COMMAND [ARG]...",
				options,
				true,
				print_features,
				"pid all-cpus cgroup user children frequency event off-cpu wall "
				"lock alloc duration every label label-by stack no-symbols "
				"jit-names ab runs output to" };

static bool has_waits(void)
{
	return o.off_cpu || o.wall || o.lock;
}

/* The events besides waits and allocations: none if only those are requested. */
static struct str event_list(void)
{
	if (o.events)
		return str_of(o.events);
	return (o.off_cpu || o.lock || o.alloc) && !o.wall ? (struct str){ 0 } : S("cpu");
}

static void add_waits(size_t *n)
{
	bool cpu = false;

	for (size_t i = 0; i < *n; i++)
		cpu |= events[i].is_cpu;
	if (o.wall && !cpu)
		usage("--wall needs the event cpu");
	events[(*n)++] = event_of_waits();
}

/* --count is for allocations if there is no other event. */
static uint64_t alloc_period(void)
{
	if (o.alloc_period)
		return o.alloc_period;
	return o.period && !event_list().p && !has_waits() ? o.period : SHARED_DEFAULT_PERIOD;
}

static size_t parse_events(void)
{
	struct str list = event_list();
	struct buf why = { 0 };
	size_t n = 0;

	while (list.p) {
		if (n == MOST_EVENTS)
			usage("--event takes at most %d events", MOST_EVENTS);
		if (!event_find(event_cut(&list), &events[n], &why)) {
			complain("%.*s", STR_ARG(buf_str(&why)));
			exit(RECORDING_FAILED);
		}
		if (o.period)
			event_set_period(&events[n], o.period);
		n++;
	}
	if (has_waits())
		add_waits(&n);
	if (o.alloc)
		events[n++] = event_of_allocs(alloc_period());
	return n;
}

/* The sources of the events: "cpu-clock,page-faults". */
static const char *event_sources(size_t n)
{
	static struct buf list;

	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i ? "," : "", events[i].source);
	buf_ch(&list, '\0');
	return list.p;
}

static uint64_t parse_frequency(void)
{
	uint64_t f;

	if (o.period && o.frequency)
		usage("--frequency and --count exclude each other");
	if (!o.frequency)
		return DEFAULT_FREQUENCY;
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
		return LABEL_BY_COMM | LABEL_BY_THREAD | LABEL_BY_SERVICE | LABEL_BY_TRACE |
		       LABEL_BY_GIL | LABEL_BY_PPROF | LABEL_BY_TASK |
		       (system ? LABEL_BY_PID | LABEL_BY_CONTAINER | LABEL_BY_POD : 0);
	while (list.n) {
		struct str word = str_cut(&list, ',');
		unsigned i = 0;

		while (label_word(i) && !str_eq(word, str_of(label_word(i))))
			i++;
		if (!label_word(i))
			usage("--label-by knows no '%.*s'", STR_ARG(word));
		by |= 1u << i; /* enum sample_label is in the same order */
	}
	return by;
}

static uint32_t stack_bytes(void)
{
	if (o.stack == STACK_FP)
		return 0;
	if (!o.stack_size)
		return DEFAULT_STACK;
	if (o.stack_size < LEAST_STACK || o.stack_size > 64 << 10)
		usage("--stack-size is from 1K to 64K");
	/* A record's size has 16 bits, so 64K are a few bytes less. */
	return (uint32_t)min_size(o.stack_size, MOST_STACK) & ~7u;
}

static void check_facts(void)
{
	for (size_t i = 0; i < o.facts.n; i++)
		if (strchr(o.facts.v[i], '=') == NULL || o.facts.v[i][0] == '=')
			usage("'%s' is not a fact: KEY=VALUE", o.facts.v[i]);
}

static void check_waits(void)
{
	if (o.min_wait && !has_waits())
		usage("--min-wait is of --off-cpu, --wall or --lock");
	if (o.lock && (o.no_kernel || o.no_symbols))
		usage("--lock knows waits for locks by the names of functions of the kernel: not "
		      "with --no-kernel or --no-symbols");
	if (has_waits() && o.self_test)
		usage("--self-test does not measure --off-cpu and --wall");
}

static void check_control(void)
{
	if (o.keep && o.every)
		usage("--overwrite and --every exclude each other");
	if (o.paused && !o.control)
		usage("--delay -1 waits for a command: --control");
	if (o.paused && has_waits())
		usage("--off-cpu and --wall begin at once: not with --delay -1");
	if ((o.keep || o.control) && (o.self_test || o.ab[0]))
		usage("--ab and --self-test take neither --overwrite nor --control");
}

static void open_control(struct session_options *s)
{
	static struct control control;
	struct buf why = { 0 };

	if (!o.control)
		return;
	if (!control_open(&control, o.control, &why))
		usage("%.*s", STR_ARG(buf_str(&why)));
	s->control = &control;
}

static void check_allocs(void)
{
	if (o.alloc_period && !o.alloc)
		usage("--alloc-period is of --alloc");
	if (o.alloc && o.self_test)
		usage("--self-test does not measure --alloc");
}

/* A recording with all options, but without its target. */
static struct recording model(char *const *command)
{
	struct recording r = {
		.session = {
			.sampler = {
				.arch = arch_host(),
				.events = events,
				.nevent = parse_events(),
				.frequency = parse_frequency(),
				.stack_bytes = stack_bytes(),
				.switch_stack_bytes = o.stack_size ? MOST_STACK : SWITCH_STACK,
				.kernel = !o.no_kernel,
				.kernel_or_fail = o.kernel,
			},
			.labels = { .labels = o.labels.v, .nlabel = o.labels.n },
			.launch.command = command,
			.delay = o.delay,
			.duration = o.duration,
			.every = o.every,
			.keep = o.keep,
			.paused = o.paused,
			.wall = o.wall,
			.locks = o.lock,
			.min_wait = o.min_wait,
			.adapt_allocs = !o.alloc_period && !o.period,
			.native = o.native,
			.evaluators = o.evaluators,
			.adapt = o.stack == STACK_AUTO && !o.stack_size && event_list().p,
		},
		.output = {
			.path = common.output,
			.pack = common.pack,
			.format = o.to == TO_FOLDED ? &format_folded : &format_pprof,
			.per_window = (o.every || o.keep || o.control) && common.output && strchr(common.output, '%'),
		},
		.facts = { .command = command, .given = o.facts.v, .ngiven = o.facts.n },
		.jit = o.jit,
	};
	struct sampler_options *s = &r.session.sampler;
	struct launch *l = &r.session.launch;

	if (o.jit)
		l->environment = jit_environment(&l->nenvironment);
	r.facts.events = event_sources(s->nevent);
	return r;
}

static int ab(struct recording *r, char *const *command)
{
	struct ab_options ab = {
		.command = { o.ab[0], o.ab[1] },
		.dir = common.output,
		.runs = o.runs              ? (uint64_t)o.runs :
			o.until.power_share ? MOST_RUNS :
					      0,
		.max_time = o.max_time,
		.compare = compare_defaults(),
	};

	ab.compare.power_effect = o.until.power_effect;
	ab.compare.power_share = o.until.power_share;

	if (*command)
		usage("--ab takes two commands, each as one word");
	if (!ab.dir)
		usage("--ab needs a directory: -o DIR");
	if (o.every)
		usage("--ab has no windows: --every");
	if (!o.frequency && !o.period)
		r->session.sampler.frequency = AB_FREQUENCY;
	r->session.sampler.even = true;
	r->session.labels.label_by = parse_label_by(false);
	return record_ab(r, &ab);
}

static int record(struct recording *r, char *const *command)
{
	parse_target(&r->session.sampler, command);
	if (has_waits() && r->session.sampler.cpus)
		usage("--off-cpu and --wall need all CPUs: not -C");
	if (o.alloc && r->session.sampler.target != TARGET_CHILD &&
	    r->session.sampler.target != TARGET_TASKS)
		usage("--alloc needs a command, or processes: -p");
	if (*command)
		mem_exhausted_status(RECORDING_FAILED);
	r->session.labels.label_by = parse_label_by(r->session.sampler.target == TARGET_SYSTEM);
	r->session.sampler.groups = r->session.labels.label_by &
				    (LABEL_BY_GROUP | LABEL_BY_SERVICE | LABEL_BY_TRACE);
	recording_run(r);
	recording_summarise(r);
	return recording_status(r);
}

int main(int argc, char **argv)
{
	char **command = start(&cmd, argc, argv);
	struct recording r;
	int status;

	if (o.kernel && o.no_kernel)
		usage("--require-kernel and --no-kernel exclude each other");
	label_list(&o.labels);
	check_facts();
	check_waits();
	check_control();
	check_allocs();
	mem_return_early();
	r = model(command);
	open_control(&r.session);
	elf_guard();
	recording_catch_signals();
	if (!o.no_symbols)
		r.names = record_names_open(&(struct record_names_options){
			.inlines = !o.no_inlines,
			.again = o.every || o.keep || o.control,
			.debuginfod = o.debuginfod,
			.vmlinux = o.vmlinux,
		});
	if (o.self_test)
		status = record_selftest(&r.session);
	else if (o.ab[0])
		status = ab(&r, command);
	else
		status = record(&r, command);
	if (r.names)
		record_names_close(r.names);
	if (r.session.control)
		control_close(r.session.control);
	return status;
}
