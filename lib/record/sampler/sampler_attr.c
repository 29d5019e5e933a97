#include "record/sampler/sampler_attr.h"

#include <sys/random.h>
#include <time.h>

#include "perf/sample_regs.h"
#include "record/sampler/open_event.h"

/* The fields of samples; and those of them that other records have at their end. */
static const uint64_t SAMPLE_FIELDS = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
				      PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD |
				      PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_REGS_USER |
				      PERF_SAMPLE_STACK_USER;
static const uint64_t TRAILER_FIELDS = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
				       PERF_SAMPLE_CPU;

/* by_cpu: for all tasks of a CPU, instead of one task and its children. */
static struct perf_event_attr common_attr(const struct sampler *s, bool by_cpu)
{
	const struct sampler_options *o = s->o;
	bool tasks = !by_cpu && (o->target == TARGET_CHILD || o->target == TARGET_TASKS);
	struct perf_event_attr a = {
		.size = sizeof(a),
		.sample_type = SAMPLE_FIELDS,
		.read_format = PERF_FORMAT_LOST,
		.disabled = 1,
		.inherit = tasks && !o->ntid,
		.enable_on_exec = tasks && o->target == TARGET_CHILD && !o->wait,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.exclude_kernel = s->user_only || !o->kernel,
		.exclude_hv = 1,
		.exclude_guest = 1,
	};

	a.inherit_thread = a.inherit && o->target == TARGET_TASKS && !o->children;
	return a;
}

/*
 * Kernel code makes the switches, so they can be sampled only if kernel code can. If samples had
 * the period as a field, the kernel would ignore the period set here.
 */
static void switches(const struct sampler *s, struct perf_event_attr *a)
{
	a->context_switch = 1;
	a->exclude_kernel = 0;
	a->sample_type &= ~(uint64_t)PERF_SAMPLE_PERIOD;
	a->sample_period = s->switch_period;
}

/* In [0, 1). */
static double random_fraction(void)
{
	uint32_t bits = 0;

	return getrandom(&bits, sizeof(bits), GRND_NONBLOCK) == sizeof(bits) ? bits * 0x1p-32 : 0.5;
}

static bool is_near(double frequency, double other)
{
	return frequency > other * 0.992 && frequency < other * 1.008;
}

/* Is a frequency so near to one that timers often have, such as 100 Hz, that it stays in step? */
static bool is_in_step(double frequency)
{
	enum { FEW = 1000, STEP_OF_FEW = 50, STEP = 1000 };
	double step = frequency < FEW ? STEP_OF_FEW : STEP;

	return is_near(frequency, step * (double)(uint64_t)(frequency / step + 0.5));
}

/*
 * The time between two samples. Each event has its own, up to 3% more or less than the frequency
 * asks for. Otherwise two recorders of the same frequency, or a recorder and a program with such a
 * timer, would stay in step, and one would see the other always at the same place, or never. Each
 * sample has its period, so that sums are right.
 */
static uint64_t clock_period(uint64_t frequency)
{
	enum { TRIES = 64 };
	const double spread = 0.03;
	double asked = (double)frequency, tried;

	for (int i = 0; i < TRIES; i++) {
		tried = asked * (1 + spread * (2 * random_fraction() - 1));
		if (!is_near(tried, asked) && !is_in_step(tried))
			return (uint64_t)(1e9 / tried + 0.5);
	}
	return 1000000000 / frequency;
}

struct perf_event_attr sampler_event_attr(const struct sampler *s, const struct event *e)
{
	struct perf_event_attr a = common_attr(s, s->by_cpu && sampler_is_by_cpu(e));
	uint32_t stack = s->o->stack_bytes;

	a.type = e->type;
	a.config = e->config;
	a.config1 = e->config1;
	a.config2 = e->config2;
	a.precise_ip = event_precise(e) & 3;
	a.exclude_idle = e->is_cpu;
	a.freq = !e->every;
	a.sample_freq = e->every ? e->every : s->frequency;
	if (e->is_clock && !e->every && s->frequency && !s->o->even) {
		a.freq = 0;
		a.sample_period = clock_period(s->frequency);
	}
	/* With PERF_SAMPLE_PERIOD, software events ignore the period set here. */
	if (e->every > 1)
		a.sample_type &= ~(uint64_t)PERF_SAMPLE_PERIOD;
	if (e->is_switch) {
		switches(s, &a);
		stack = (uint32_t)min_size(stack, s->o->switch_stack_bytes);
	}
	a.exclude_user = e->no_user;
	a.exclude_kernel |= e->no_kernel;
	if (s->o->groups)
		a.sample_type |= PERF_SAMPLE_CGROUP;
	a.sample_regs_user = s->o->stack_bytes ? sample_regs_mask(s->o->arch) : 0;
	a.sample_stack_user = stack;
	a.exclude_callchain_kernel = s->user_only || !s->o->kernel;
	/* With a copy of the stack, the chain is only a fallback. */
	if (!s->o->stack_bytes)
		event_set_flags(&a, event_flags(&a) | DEFER_CALLCHAIN);
	if (!s->o->stack_bytes)
		a.sample_type &= ~(uint64_t)(PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER);
	return a;
}

struct perf_event_attr sampler_sideband_attr(const struct sampler *s)
{
	struct perf_event_attr a = common_attr(s, s->by_cpu);

	/* A process may come, go or map something before the first sample. */
	a.disabled = a.enable_on_exec;
	a.type = PERF_TYPE_SOFTWARE;
	a.config = PERF_COUNT_SW_DUMMY;
	a.sample_type = TRAILER_FIELDS;
	a.exclude_kernel = 1;
	a.mmap = 1;
	a.mmap2 = 1;
	a.comm = 1;
	a.comm_exec = 1;
	a.task = 1;
	a.namespaces = 1;
	a.build_id = 1; /* if the file's is in memory; else device and inode */
	a.cgroup = s->o->groups;
	a.ksymbol = s->o->kernel && !s->user_only;
	if (!s->o->stack_bytes)
		event_set_flags(&a, event_flags(&a) | DEFER_OUTPUT);
	return a;
}
