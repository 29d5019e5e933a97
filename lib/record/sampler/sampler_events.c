#include "record/sampler/sampler_events.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/ram.h"
#include "record/process/tasks.h"
#include "record/sampler/cpus.h"
#include "record/sampler/open_event.h"
#include "record/sampler/sampler_attr.h"
#include "record/sampler/sampler_program.h"

enum {
	RESCANS = 8,             /* of a process's threads, until no new one is found */
	SMALLEST_RING = 1 << 17, /* bytes: two samples with the largest copy of the stack */
	LEAST_RING = 2 << 20,    /* unless memory limits it */
	A_SECOND_RING = 8 << 20, /* up to this size it holds the samples of a second */
	MOST_RING = 32 << 20,
	RING_OF_BURSTS = 64 << 20,
	BESIDE_STACK = 1024, /* approximate bytes of a sample besides the stack */
	RESERVE_MS = 240,    /* of records that a ring holds while it is not read */
	RINGS_OF_RAM = 16,   /* all rings take at most 1/16 of the memory */
};

struct event_place {
	int pid, cpu;
	unsigned long flags;
};

static int perf_event_open(void *context, const struct perf_event_attr *a)
{
	const struct event_place *p = context;

	return (int)syscall(SYS_perf_event_open, a, p->pid, p->cpu, -1,
			    p->flags | PERF_FLAG_FD_CLOEXEC);
}

static uint64_t ram(void)
{
	uint64_t machine = ram_machine(), group = ram_group();

	return group < machine ? group : machine;
}

/* Groups of events that are opened together: by task, or for a whole CPU. */
enum {
	SIDEBAND = 1,
	BY_FREQUENCY = 2,
	BY_PERIOD = 4,
	SWITCHES = 8,
	BY_CPU = BY_FREQUENCY | SWITCHES,
	ALL_EVENTS = 15
};

static unsigned kind_of_event(const struct event *e)
{
	if (e->is_alloc)
		return 0; /* none of the kernel's */
	return e->is_switch ? SWITCHES : e->every ? BY_PERIOD : BY_FREQUENCY;
}

bool sampler_is_by_cpu(const struct event *e)
{
	return kind_of_event(e) & BY_CPU;
}

static bool is_opened_with(const struct sampler *s, size_t event, unsigned what)
{
	if (event == s->o->nevent)
		return what & SIDEBAND;
	return what & kind_of_event(&s->o->events[event]);
}

static bool has_event(const struct sampler *s, unsigned what)
{
	for (size_t i = 0; i < s->o->nevent; i++)
		if (is_opened_with(s, i, what))
			return true;
	return false;
}

bool sampler_has_frequency(const struct sampler *s)
{
	return has_event(s, BY_FREQUENCY);
}

bool sampler_has_switches(const struct sampler *s)
{
	return has_event(s, SWITCHES);
}

bool sampler_has_bursts(const struct sampler *s)
{
	return has_event(s, BY_PERIOD | SWITCHES);
}

/* Bytes of the samples of a CPU, which is busy all the time, in that time. */
static size_t bytes_in(const struct sampler *s, unsigned ms)
{
	return s->frequency * (s->o->stack_bytes + BESIDE_STACK) * ms / 1000;
}

/* Bytes of each CPU's ring: room for the records between two reads, with reserve. */
static size_t wanted_ring_bytes(const struct sampler *s)
{
	size_t size = LEAST_RING;

	while (size < A_SECOND_RING && size < bytes_in(s, 1000))
		size *= 2;
	while (size < MOST_RING && size < bytes_in(s, RESERVE_MS))
		size *= 2;
	size = min_size(size << s->o->ring_doublings, MOST_RING);
	/* Events without a frequency come in bursts. */
	if (sampler_has_bursts(s))
		size = RING_OF_BURSTS;
	while (size > SMALLEST_RING && (uint64_t)size * s->nring > ram() / RINGS_OF_RAM)
		size /= 2;
	return size;
}

static void note_id(struct sampler *s, int fd, size_t event)
{
	uint64_t id;

	if (ioctl(fd, PERF_EVENT_IOC_ID, &id) == 0)
		perf_events_add_id(&s->events, id, event);
}

/* Makes an event write into the ring of its CPU; the first event opens the ring. */
static bool attach(struct sampler *s, struct ring *r, int fd, struct buf *why)
{
	s->fds = mem_grow(s->fds, &s->fd_cap, s->nfd + 1, sizeof(*s->fds));
	s->fds[s->nfd++] = fd;
	if (r->page) {
		if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, r->fd) == 0)
			return true;
		buf_printf(why, "cannot share a buffer between events: %s", strerror(errno));
		return false;
	}
	if (ring_open(r, fd, s->ring_bytes))
		return true;
	s->error = errno;
	buf_printf(why,
		   "cannot map a buffer: %s (more locked memory may help: ulimit -l, or sysctl "
		   "kernel.perf_event_mlock_kb)",
		   strerror(errno));
	return false;
}

/* Opens an event without the features known to be missing. */
static int open_known(struct sampler *s, const struct perf_event_attr *a, size_t event,
		      struct event_place *at)
{
	unsigned *less = (unsigned *)s->less_precise.p + event, without = s->without | *less;
	int fd = open_event(a, &without, perf_event_open, at);

	if (fd >= 0) {
		*less = without & WITHOUT_PRECISE_ALL;
		s->without = without & ~(unsigned)WITHOUT_PRECISE_ALL;
	}
	return fd;
}

/* Explains the kernel's refusal of an event, for which it gives only an errno. */
static void explain_event(const struct sampler *s, size_t event, struct buf *why)
{
	const struct event *e = &s->o->events[event];

	if (s->error == EINVAL || s->error == EOPNOTSUPP || s->error == ENOENT)
		buf_printf(why, "'%.*s' cannot be sampled here%s: ", STR_ARG(e->name),
			   e->cpus ? " (a PMU that counts for a whole socket only counts)" : "");
}

/*
 * The bytes after which the kernel wakes the reader. It counts all that it writes, not what is
 * unread. So every CPU wakes a reader who reads often enough by itself, and each time costs as much
 * as dozens of samples. They are three quarters of the ring, if the last one is enough reserve.
 */
static uint32_t wakeup_bytes(const struct sampler *s)
{
	size_t quarter = s->ring_bytes / 4;
	bool lasts = !sampler_has_bursts(s) && quarter >= bytes_in(s, RESERVE_MS);

	return (uint32_t)(lasts ? 3 * quarter : quarter);
}

/* Returns 1; 0 with a message in *why; -1 if the task has ended. */
static int open_one(struct sampler *s, struct ring *r, size_t event, struct event_place *at,
		    struct buf *why)
{
	bool sideband = event == s->o->nevent;
	struct perf_event_attr a = sideband ? sampler_sideband_attr(s) :
					      sampler_event_attr(s, &s->o->events[event]);
	int fd;

	a.wakeup_watermark = wakeup_bytes(s);
	fd = open_known(s, &a, event, at);
	if (fd < 0 && errno == ESRCH && s->o->target == TARGET_TASKS)
		return -1;
	if (fd < 0) {
		s->error = errno;
		if (!sideband)
			explain_event(s, event, why);
		if (s->o->target == TARGET_TASKS && at->pid > 0)
			sampler_explain_task(s->error, at->pid, why);
		else
			sampler_explain(s->error, why);
		return 0;
	}
	if (!attach(s, r, fd, why))
		return 0;
	note_id(s, fd, event);
	if (!sideband) {
		buf_put(&s->event_fds, &fd, sizeof(fd));
		if (s->o->program)
			sampler_program_attach(s, fd);
	}
	if (!sideband && s->o->events[event].is_switch)
		buf_put(&s->switch_fds, &fd, sizeof(fd));
	return 1;
}

/* The sideband is on all CPUs; an event is on the sampled CPUs that count it. */
static bool is_sampled_on(const struct sampler *s, size_t event, size_t k, int cpu)
{
	return event == s->o->nevent ||
	       (s->samples[k] &&
		(!s->o->events[event].cpus || cpus_have(s->o->events[event].cpus, cpu)));
}

/*
 * Opens events for one task (or -1) on one CPU. The sideband comes first: it is on every CPU and
 * owns the ring.
 */
static bool open_on(struct sampler *s, size_t k, struct event_place *at, unsigned what,
		    struct buf *why)
{
	for (size_t i = s->o->nevent + 1; i-- > 0;) {
		int opened = 1;

		if (is_opened_with(s, i, what) && is_sampled_on(s, i, k, at->cpu))
			opened = open_one(s, &s->rings[k], i, at, why);
		if (opened < 0)
			return true; /* a thread that ended meanwhile */
		if (!opened)
			return false;
	}
	return true;
}

static bool open_on_cpus(struct sampler *s, const int *cpus, int pid, unsigned what,
			 struct buf *why)
{
	unsigned long flags = s->o->target == TARGET_CGROUP ? PERF_FLAG_PID_CGROUP : 0;

	for (size_t k = 0; k < s->nring; k++) {
		struct event_place at = { pid, cpus[k], flags };

		if (!open_on(s, k, &at, what, why))
			return false;
	}
	return true;
}

/* Tasks */

/*
 * Opens events for all threads of the processes. A new thread inherits the events of its creator.
 * Threads created before their creator had events are found by listing the threads again. Such a
 * thread may have inherited events after all; then it has its events twice (twice.h).
 */
static bool open_tasks(struct sampler *s, const int *cpus, unsigned what, struct buf *why)
{
	struct buf tasks = { 0 };
	size_t done = 0;
	bool ok = true;

	for (int scan = 0; ok && scan < RESCANS; scan++) {
		if (!s->o->ntid)
			tasks_list(s->o->pids, s->o->npid, s->o->children, &tasks);
		else if (!scan)
			buf_put(&tasks, s->o->tids, s->o->ntid * sizeof(*s->o->tids));
		if (done == BUF_COUNT(&tasks, int))
			break;
		s->twice |= scan > 0;
		for (; ok && done < BUF_COUNT(&tasks, int); done++)
			ok = open_on_cpus(s, cpus, ((int *)tasks.p)[done], what, why);
	}
	if (ok && !s->nfd) {
		buf_add(why, S("the processes have ended"));
		ok = false;
	}
	buf_release(&tasks);
	return ok;
}

/* Describes the records of each event: the requested ones, the sideband, and the program. */
static void describe_events(struct sampler *s)
{
	struct perf_event_attr a;

	static const unsigned none = 0;

	perf_events_release(&s->events);
	perf_events_init(&s->events);
	s->less_precise.n = 0;
	for (size_t i = 0; i <= s->o->nevent; i++)
		buf_put(&s->less_precise, &none, sizeof(none));
	for (size_t i = 0; i < s->o->nevent; i++) {
		a = sampler_event_attr(s, &s->o->events[i]);
		perf_events_add(&s->events, &a);
	}
	a = sampler_sideband_attr(s);
	perf_events_add(&s->events, &a);
	a = sampler_program_attr(s);
	perf_events_add(&s->events, &a);
}

static bool open_targets(struct sampler *s, const int *cpus, unsigned what, struct buf *why)
{
	switch (s->o->target) {
	case TARGET_TASKS: return open_tasks(s, cpus, what, why);
	case TARGET_CHILD: return open_on_cpus(s, cpus, s->o->pids[0], what, why);
	case TARGET_CGROUP: return open_on_cpus(s, cpus, s->o->cgroup, what, why);
	default: return open_on_cpus(s, cpus, -1, what, why);
	}
}

static bool open_all(struct sampler *s, const int *cpus, struct buf *why)
{
	describe_events(s);
	if (!s->by_cpu)
		return open_targets(s, cpus, ALL_EVENTS, why);
	return open_on_cpus(s, cpus, -1, SIDEBAND | BY_CPU, why) &&
	       (!has_event(s, BY_PERIOD) || open_targets(s, cpus, BY_PERIOD, why));
}

void sampler_close_events(struct sampler *s)
{
	for (size_t i = 0; i < s->nring; i++)
		ring_close(&s->rings[i]);
	for (size_t i = 0; i < s->nfd; i++)
		close(s->fds[i]);
	s->nfd = 0;
	s->event_fds.n = s->switch_fds.n = 0;
}

bool sampler_open_events(struct sampler *s, const int *cpus, struct buf *why)
{
	sampler_close_events(s);
	s->ring_bytes = wanted_ring_bytes(s);
	while (!open_all(s, cpus, why)) {
		bool too_large = s->nfd && !s->rings[s->nring - 1].page &&
				 (s->error == EPERM || s->error == ENOMEM);

		if (!too_large || s->ring_bytes <= SMALLEST_RING)
			return false;
		sampler_close_events(s);
		why->n = 0;
		s->ring_bytes /= 2;
	}
	s->has_output = s->o->program && sampler_program_open_output(s);
	return true;
}
