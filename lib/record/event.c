#include "record/event.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/kernel_text.h"

static const struct {
	const char *name;
	uint32_t type;
	uint64_t config;
} events[] = {
	{ "cpu", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ "branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ "minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN },
	{ "major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	{ "context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
};

const char *event_name(size_t i)
{
	return i < LEN(events) ? events[i].name : NULL;
}

/* Can this event be counted here at all? */
static bool is_there(uint32_t type, uint64_t config)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = type,
		.config = config,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void use_clock(struct event *e)
{
	e->is_clock = true;
	e->source = "cpu-clock";
	e->type = PERF_TYPE_SOFTWARE;
	e->config = PERF_COUNT_SW_CPU_CLOCK;
}

static void use_cpu(struct event *e)
{
	e->is_cpu = true;
	e->sample_type = "cpu";
	e->count_type = "samples";
	e->unit = "nanoseconds";
	if (!is_there(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES)) {
		use_clock(e);
		return;
	}
	e->source = "cycles";
	e->type = PERF_TYPE_HARDWARE;
	e->config = PERF_COUNT_HW_CPU_CYCLES;
}

struct event event_of_waits(void)
{
	return (struct event){ .name = S("off-cpu"),
			       .type = PERF_TYPE_SOFTWARE,
			       .config = PERF_COUNT_SW_CONTEXT_SWITCHES,
			       .sample_type = "off_cpu",
			       .unit = "nanoseconds",
			       .count_type = "off_cpu_count",
			       .every = 1,
			       .is_switch = true,
			       .source = "context-switches" };
}

struct event event_of_allocs(uint64_t period)
{
	return (struct event){ .name = S("alloc"),
			       .type = PERF_TYPE_SOFTWARE,
			       .config = PERF_COUNT_SW_DUMMY,
			       .sample_type = "alloc_space",
			       .unit = "bytes",
			       .count_type = "alloc_objects",
			       .every = period,
			       .is_alloc = true,
			       .source = "allocations" };
}

void event_set_period(struct event *e, uint64_t period)
{
	if (e->is_cpu)
		use_clock(e);
	e->every = period;
}

/* "cycles:u": take the modifier off. A tracepoint's name has a colon of its own. */
static void take_modifier(struct str *name, struct event *e)
{
	char last;

	if (name->n < 3 || name->p[name->n - 2] != ':')
		return;
	last = name->p[name->n - 1];
	if (last != 'u' && last != 'k')
		return;
	e->no_user = last == 'k';
	e->no_kernel = last == 'u';
	name->n -= 2;
}

/* The number of a tracepoint, from wherever tracefs is mounted. */
static bool tracepoint_id(struct str system, struct str name, uint64_t *id)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	struct buf text = { 0 };
	char path[512];
	bool ok = false;

	for (size_t i = 0; i < LEN(roots) && !ok; i++) {
		snprintf(path, sizeof(path), "%s/events/%.*s/%.*s/id", roots[i], STR_ARG(system),
			 STR_ARG(name));
		ok = kernel_text(path, &text) && str_u64(buf_str(&text), id);
	}
	buf_release(&text);
	return ok;
}

static bool find_tracepoint(struct str name, struct event *e, struct buf *why)
{
	struct str event = name, system = str_cut(&event, ':');

	if (!event.p)
		return false;
	e->type = PERF_TYPE_TRACEPOINT;
	e->every = 1;
	e->unit = "count";
	e->source = "tracepoint";
	if (str_chr(name, '/') < 0 && tracepoint_id(system, event, &e->config)) {
		e->sample_type = strndup(name.p, name.n); /* as long as the program */
		return true;
	}
	buf_printf(why,
		   "tracepoint '%.*s' is not there, or tracefs is not mounted: "
		   "mount -t tracefs nodev /sys/kernel/tracing",
		   STR_ARG(name));
	return false;
}

bool event_find(struct str name, struct event *e, struct buf *why)
{
	*e = (struct event){ .name = name };
	take_modifier(&name, e);
	for (size_t i = 0; i < LEN(events); i++) {
		if (!str_eq(name, str_of(events[i].name)))
			continue;
		e->type = events[i].type;
		e->config = events[i].config;
		e->sample_type = e->source = events[i].name;
		e->unit = "count";
		e->every = e->type == PERF_TYPE_SOFTWARE && i > 0;
		if (i == 0)
			use_cpu(e);
		else if (!is_there(e->type, e->config)) {
			buf_printf(why, "this machine does not count '%.*s'", STR_ARG(name));
			return false;
		}
		return true;
	}
	if (find_tracepoint(name, e, why))
		return true;
	if (!why->n)
		buf_printf(why, "there is no event '%.*s'", STR_ARG(name));
	return false;
}

static struct gather_event event_worth(const struct event *e, uint64_t frequency)
{
	int64_t between = frequency ? (int64_t)(1000000000 / frequency) : 0;

	if (e->every)
		between = (int64_t)e->every;

	return (struct gather_event){
		.sample_type = e->sample_type,
		.unit = e->unit,
		.count_type = e->count_type,
		.fixed = e->every > 1 || (e->is_cpu && !e->is_clock),
		.worth = between,
		.period = e->is_switch                       ? 0 :
			  (e->is_cpu || e->every) && between ? between :
							       1,
	};
}

void events_worth(const struct event *e, size_t n, uint64_t frequency, struct buf *list)
{
	list->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct gather_event worth = event_worth(&e[i], frequency);

		buf_put(list, &worth, sizeof(worth));
	}
}
