#include "record/sampler/event.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/kernel_text.h"
#include "record/sampler/pmu.h"

enum { MOST_PRECISE = 3 };

static const struct {
	const char *name;
	uint32_t type;
	uint64_t config;
} events[] = {
	{ "cpu", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
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

/* Can this machine count the event? */
static bool is_there(const struct event *e)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = e->type,
		.config = e->config,
		.config1 = e->config1,
		.config2 = e->config2,
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

static void use_cpu(struct event *e, bool by_clock)
{
	e->is_cpu = true;
	e->sample_type = "cpu";
	e->count_type = "samples";
	e->unit = "nanoseconds";
	e->source = "cycles";
	e->type = PERF_TYPE_HARDWARE;
	e->config = PERF_COUNT_HW_CPU_CYCLES;
	if (by_clock || !is_there(e))
		use_clock(e);
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

struct str event_cut(struct str *list)
{
	struct str rest = *list, event = *list;
	bool between = false;

	for (size_t i = 0; i < rest.n; i++) {
		between ^= rest.p[i] == '/';
		if (rest.p[i] != ',' || between)
			continue;
		*list = str_skip(rest, i + 1);
		event.n = i;
		return event;
	}
	*list = (struct str){ 0 };
	return event;
}

/* Modifiers */

static bool note_modifiers(struct str letters, struct event *e)
{
	bool user = false, kernel = false;

	for (size_t i = 0; i < letters.n; i++) {
		switch (letters.p[i]) {
		case 'u': user = true; break;
		case 'k': kernel = true; break;
		case 'p': e->precise++; break;
		case 'P': e->precise = MOST_PRECISE; break;
		default: return false;
		}
	}
	e->no_user = kernel && !user;
	e->no_kernel = user && !kernel;
	e->asked_precise = e->precise && str_chr(letters, 'P') < 0;
	return letters.n && e->precise <= MOST_PRECISE;
}

/* Is the word before a colon an event, rather than the system of a tracepoint "system:event"? */
static bool is_event_name(struct str name)
{
	for (size_t i = 0; i < LEN(events); i++)
		if (str_eq(name, str_of(events[i].name)))
			return true;
	return str_chr(name, ':') >= 0 || pmu_is_event(name);
}

/* Removes the modifiers: "cycles:u", "cpu/event=0x3c/u". */
static void take_modifiers(struct str *name, struct event *e)
{
	ptrdiff_t colon = str_rchr(*name, ':'), slash = str_rchr(*name, '/');
	ptrdiff_t at = colon > slash ? colon : slash;
	struct event as_is = *e;
	struct str letters;

	if (at <= 0 || (size_t)at + 1 == name->n ||
	    (at == colon && !is_event_name(str(name->p, (size_t)at))))
		return;
	letters = str_skip(*name, (size_t)at + 1);
	if (!note_modifiers(letters, e)) {
		*e = as_is;
		return;
	}
	name->n = (size_t)at + (at == slash);
}

/* Reads the number of a tracepoint from tracefs. */
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

/* Copies a name, for the life of the program. */
static const char *kept(struct str s)
{
	static struct kept_name {
		struct kept_name *before;
		char text[];
	} * last;
	struct kept_name *k = mem_zeroed(1, sizeof(*k) + s.n + 1);

	k->before = last;
	memcpy(k->text, s.p, s.n);
	last = k;
	return k->text;
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
		e->sample_type = kept(name);
		return true;
	}
	buf_printf(why,
		   "tracepoint '%.*s' is not there, or tracefs is not mounted: "
		   "mount -t tracefs nodev /sys/kernel/tracing",
		   STR_ARG(name));
	return false;
}

static bool note_pmu_event(struct str name, const struct pmu_event *p, struct event *e,
			   struct buf *why)
{
	e->type = p->type;
	e->config = p->config[0];
	e->config1 = p->config[1];
	e->config2 = p->config[2];
	e->every = p->period;
	e->unit = "count";
	e->source = e->sample_type = kept(p->name.n ? p->name : name);
	if (p->cpus.n)
		e->cpus = kept(buf_str(&p->cpus));
	if (e->type == PERF_TYPE_SOFTWARE && !e->every && e->config != PERF_COUNT_SW_CPU_CLOCK &&
	    e->config != PERF_COUNT_SW_TASK_CLOCK)
		e->every = 1;
	if (e->cpus || is_there(e))
		return true;
	buf_printf(why, "this machine does not count '%.*s': %s", STR_ARG(name), strerror(errno));
	return false;
}

static bool find_pmu_event(struct str name, struct event *e, struct buf *why)
{
	struct pmu_event p;
	bool ok = pmu_parse(PMU_DEVICES, name, &p, why) && note_pmu_event(name, &p, e, why);

	pmu_event_release(&p);
	return ok;
}

/* Uses event i of the table. */
static bool use_known(size_t i, struct str name, struct event *e, struct buf *why)
{
	bool is_cpu = events[i].config == PERF_COUNT_SW_CPU_CLOCK &&
		      events[i].type == PERF_TYPE_SOFTWARE;

	e->type = events[i].type;
	e->config = events[i].config;
	e->sample_type = e->source = events[i].name;
	e->unit = "count";
	e->every = e->type == PERF_TYPE_SOFTWARE && !is_cpu;
	if (is_cpu) {
		use_cpu(e, i > 0);
	} else if (!is_there(e)) {
		buf_printf(why, "this machine does not count '%.*s'", STR_ARG(name));
		return false;
	}
	/* As perf does, sample cycles with the highest precision. */
	if (e->type == PERF_TYPE_HARDWARE && e->config == PERF_COUNT_HW_CPU_CYCLES && !e->precise)
		e->precise = MOST_PRECISE;
	return true;
}

bool event_find(struct str name, struct event *e, struct buf *why)
{
	*e = (struct event){ .name = name };
	take_modifiers(&name, e);
	for (size_t i = 0; i < LEN(events); i++)
		if (str_eq(name, str_of(events[i].name)))
			return use_known(i, name, e, why);
	if (pmu_is_event(name))
		return find_pmu_event(name, e, why);
	if (find_tracepoint(name, e, why))
		return true;
	if (!why->n)
		buf_printf(why, "there is no event '%.*s'", STR_ARG(name));
	return false;
}

unsigned event_precise(const struct event *e)
{
	return e->type == PERF_TYPE_SOFTWARE || e->type == PERF_TYPE_TRACEPOINT ? 0 : e->precise;
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
