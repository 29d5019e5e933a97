#include "record/sampler.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/cpus.h"
#include "record/kernel_text.h"
#include "record/sampler_attr.h"
#include "record/tasks.h"

enum {
	RESCANS = 8,             /* of a process's threads, until no new one is found */
	SMALLEST_RING = 1 << 17, /* bytes: two samples with the largest copy of the stack */
};

/*
 * Open an event, with what this kernel lets us have: it reports namespaces only to the
 * privileged, and kernels before 6.0 do not count what is lost.
 */
static int perf_event_open(struct perf_event_attr *a, int pid, int cpu, unsigned long flags)
{
	int fd;

	flags |= PERF_FLAG_FD_CLOEXEC;
	fd = (int)syscall(SYS_perf_event_open, a, pid, cpu, -1, flags);
	if (fd < 0 && errno == EACCES && a->namespaces) {
		a->namespaces = 0;
		fd = (int)syscall(SYS_perf_event_open, a, pid, cpu, -1, flags);
	}
	if (fd < 0 && errno == EINVAL && (a->read_format || a->namespaces || a->inherit_thread)) {
		a->read_format = 0;
		a->namespaces = 0;
		a->inherit_thread = 0;
		fd = (int)syscall(SYS_perf_event_open, a, pid, cpu, -1, flags);
	}
	return fd;
}

/* Bytes for the ring of a CPU: for what comes in between two reads, with reserve. */
static size_t ring_size(const struct sampler *s)
{
	if (s->frequency <= 199)
		return 2 << 20;
	return s->frequency <= 999 ? 4 << 20 : 16 << 20;
}

static void note_id(struct sampler *s, int fd, size_t event)
{
	uint64_t id;

	if (ioctl(fd, PERF_EVENT_IOC_ID, &id) == 0)
		perf_events_add_id(&s->events, id, event);
}

/* A ring as large as wanted, or as locked memory allows. */
static bool map_ring(const struct sampler *s, struct ring *r, int fd)
{
	size_t size = ring_size(s);

	while (!ring_open(r, fd, size)) {
		if (errno != EPERM || size <= SMALLEST_RING)
			return false;
		size /= 2;
	}
	return true;
}

/* Let an event write into the ring of its CPU, which it opens if it is the first. */
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
	if (map_ring(s, r, fd))
		return true;
	buf_printf(why,
		   "cannot map a buffer: %s (more locked memory may help: ulimit -l, or sysctl "
		   "kernel.perf_event_mlock_kb)",
		   strerror(errno));
	return false;
}

/* Open the sideband and all events for one task (or -1) on one CPU. */
static bool open_on(struct sampler *s, struct ring *r, int pid, int cpu, struct buf *why)
{
	unsigned long flags = s->o->target == TARGET_CGROUP ? PERF_FLAG_PID_CGROUP : 0;

	for (size_t i = 0; i <= s->o->nevent; i++) {
		struct perf_event_attr a = i ? sampler_event_attr(s, &s->o->events[i - 1]) :
					       sampler_sideband_attr(s);
		int fd;

		a.wakeup_watermark = (uint32_t)ring_size(s) / 2;
		fd = perf_event_open(&a, pid, cpu, flags);
		if (fd < 0 && errno == ESRCH && s->nfd)
			return true; /* a thread that ended meanwhile */
		if (fd < 0) {
			sampler_explain(errno, why);
			return false;
		}
		if (!attach(s, r, fd, why))
			return false;
		note_id(s, fd, i ? i - 1 : s->o->nevent);
	}
	return true;
}

/* Tasks */

static bool open_task_on_cpus(struct sampler *s, const int *cpus, int tid, struct buf *why)
{
	for (size_t i = 0; i < s->nring; i++)
		if (!open_on(s, &s->rings[i], tid, cpus[i], why))
			return false;
	return true;
}

/*
 * All threads of the processes. New threads inherit the events of the one that
 * makes them; those that were made before that one had events are found by looking
 * again.
 */
static bool open_tasks(struct sampler *s, const int *cpus, struct buf *why)
{
	struct buf tasks = { 0 };
	size_t done = 0;
	bool ok = true;

	for (int scan = 0; ok && scan < RESCANS; scan++) {
		tasks_list(s->o->pids, s->o->npid, s->o->children, &tasks);
		if (done == BUF_COUNT(&tasks, int))
			break;
		for (; ok && done < BUF_COUNT(&tasks, int); done++)
			ok = open_task_on_cpus(s, cpus, ((int *)tasks.p)[done], why);
	}
	if (ok && !done) {
		buf_add(why, S("there is no such process"));
		ok = false;
	}
	buf_release(&tasks);
	return ok;
}

/* What the records of each event look like; the sideband has the last number. */
static void describe_events(struct sampler *s)
{
	struct perf_event_attr a;

	perf_events_release(&s->events);
	perf_events_init(&s->events);
	for (size_t i = 0; i < s->o->nevent; i++) {
		a = sampler_event_attr(s, &s->o->events[i]);
		perf_events_add(&s->events, &a);
	}
	a = sampler_sideband_attr(s);
	perf_events_add(&s->events, &a);
}

static bool open_all(struct sampler *s, const int *cpus, struct buf *why)
{
	int pid = s->o->target == TARGET_SYSTEM ? -1 :
		  s->o->target == TARGET_CGROUP ? s->o->cgroup :
						  s->o->pids[0];

	describe_events(s);
	if (s->o->target == TARGET_TASKS)
		return open_tasks(s, cpus, why);
	return open_task_on_cpus(s, cpus, pid, why);
}

static void close_all(struct sampler *s)
{
	for (size_t i = 0; i < s->nring; i++)
		ring_close(&s->rings[i]);
	for (size_t i = 0; i < s->nfd; i++)
		close(s->fds[i]);
	s->nfd = 0;
}

/* As many files as we may: one for each thread, event and CPU. */
static void raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static uint64_t allowed_frequency(uint64_t wanted)
{
	struct buf text = { 0 };
	uint64_t most;

	if (!kernel_text("/proc/sys/kernel/perf_event_max_sample_rate", &text) ||
	    !str_u64(buf_str(&text), &most))
		most = 100000;
	buf_release(&text);
	return !wanted || wanted > most ? most : wanted;
}

bool sampler_open(struct sampler *s, const struct sampler_options *o, struct buf *why)
{
	int cpus[MOST_CPUS];
	bool ok;

	*s = (struct sampler){ .o = o, .frequency = allowed_frequency(o->frequency) };
	raise_limit();
	cpus_online(&s->online);
	s->nring = cpus_choose(o->cpus, buf_str(&s->online), cpus, why);
	if (!s->nring)
		return false;
	s->rings = mem_zeroed(s->nring, sizeof(*s->rings));
	ok = open_all(s, cpus, why);
	if (!ok && o->kernel && !o->kernel_or_fail && o->target != TARGET_SYSTEM) {
		/* One's own user code may be sampled where the kernel's may not. */
		close_all(s);
		s->user_only = true;
		why->n = 0;
		ok = open_all(s, cpus, why);
	}
	return ok;
}

void sampler_close(struct sampler *s)
{
	close_all(s);
	mem_free(s->rings, s->nring * sizeof(*s->rings));
	mem_free(s->fds, s->fd_cap * sizeof(*s->fds));
	perf_events_release(&s->events);
	buf_release(&s->online);
}

static void control(struct sampler *s, unsigned long request)
{
	for (size_t i = 0; i < s->nfd; i++)
		ioctl(s->fds[i], request, 0);
}

void sampler_start(struct sampler *s)
{
	control(s, PERF_EVENT_IOC_ENABLE);
}

void sampler_stop(struct sampler *s)
{
	control(s, PERF_EVENT_IOC_DISABLE);
}

bool sampler_cpus_changed(const struct sampler *s)
{
	struct buf online = { 0 };
	bool changed;

	if (s->o->cpus)
		return false;
	cpus_online(&online);
	changed = online.n && !str_eq(buf_str(&online), buf_str(&s->online));
	buf_release(&online);
	return changed;
}

uint64_t sampler_lost(const struct sampler *s)
{
	uint64_t lost = 0, counts[2];

	for (size_t i = 0; i < s->nfd; i++)
		if (read(s->fds[i], counts, sizeof(counts)) == sizeof(counts))
			lost += counts[1];
	return lost;
}

void sampler_wait(struct sampler *s, int ms)
{
	struct pollfd fds[MOST_CPUS];

	for (size_t i = 0; i < s->nring; i++)
		fds[i] = (struct pollfd){ .fd = s->rings[i].fd, .events = POLLIN };
	poll(fds, s->nring, ms);
}
