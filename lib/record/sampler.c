#include "record/sampler.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "record/records.h"

enum {
	MOST_CPUS = 4096,
	RESCANS = 8,             /* of a process's threads, until no new one is found */
	SMALLEST_RING = 1 << 17, /* bytes: two samples with the largest piece of stack */
};

struct known_id {
	uint64_t id;
	uint64_t event; /* payload */
};

/* Numbers of the kernel's settings */

static bool read_setting(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}

static uint64_t setting(const char *path, uint64_t otherwise)
{
	char text[32];

	return read_setting(path, text, sizeof(text)) ? strtoull(text, NULL, 10) : otherwise;
}

/* "0-3,8,10-11". 0 when it is no such list. */
static size_t parse_cpus(struct str list, int *cpus)
{
	size_t n = 0;
	uint64_t from, to;

	while (list.p) {
		struct str last = str_cut(&list, ','), first = str_cut(&last, '-');

		if (!str_u64(first, &from) || (last.p && !str_u64(last, &to)))
			return 0;
		for (to = last.p ? to : from; from <= to && n < MOST_CPUS; from++)
			cpus[n++] = (int)from;
	}
	return n;
}

static const char ONLINE[] = "/sys/devices/system/cpu/online";

static size_t online_cpus(struct sampler *s, int *cpus)
{
	size_t n = 0;

	if (read_setting(ONLINE, s->cpus, sizeof(s->cpus)))
		n = parse_cpus(str_trim(str_of(s->cpus)), cpus);
	if (!n)
		for (; (long)n < sysconf(_SC_NPROCESSORS_ONLN) && n < MOST_CPUS; n++)
			cpus[n] = (int)n;
	return n;
}

static bool is_among(int cpu, const int *cpus, size_t n)
{
	while (n--)
		if (cpus[n] == cpu)
			return true;
	return false;
}

/* Those that were asked for, all of which must be online. 0 with a message. */
static size_t choose_cpus(struct sampler *s, int *cpus, struct buf *why)
{
	static int online[MOST_CPUS];
	size_t nonline = online_cpus(s, online), n;

	if (!s->o->cpus) {
		memcpy(cpus, online, nonline * sizeof(*cpus));
		return nonline;
	}
	n = parse_cpus(str_of(s->o->cpus), cpus);
	if (!n)
		buf_printf(why, "'%s' is not a list of CPUs", s->o->cpus);
	for (size_t i = 0; i < n; i++) {
		if (!is_among(cpus[i], online, nonline)) {
			buf_printf(why, "CPU %d is not online", cpus[i]);
			return 0;
		}
	}
	return n;
}

bool sampler_cpus_changed(const struct sampler *s)
{
	char text[sizeof(s->cpus)];

	return !s->o->cpus && read_setting(ONLINE, text, sizeof(text)) &&
	       strcmp(text, s->cpus) != 0;
}

/* Errors */

static void explain_permission(struct buf *why)
{
	char text[32] = "?";

	if (read_setting("/proc/sys/kernel/perf_event_paranoid", text, sizeof(text)))
		text[strcspn(text, "\n")] = '\0';
	buf_printf(why,
		   "not permitted: kernel.perf_event_paranoid is %s and CAP_PERFMON is missing "
		   "(or seccomp forbids perf_event_open)\n"
		   "  for one's own programs:  sysctl kernel.perf_event_paranoid=2\n"
		   "  for everything:          setcap cap_perfmon,cap_sys_ptrace,cap_syslog=ep "
		   "prof-record, or run it as root\n"
		   "  in a container:          --cap-add PERFMON and a seccomp profile that allows "
		   "perf_event_open",
		   text);
}

void sampler_explain(int error, struct buf *why)
{
	switch (error) {
	case EACCES:
	case EPERM: explain_permission(why); break;
	case ENOSYS: buf_add(why, S("this kernel has no perf_event_open")); break;
	case ESRCH: buf_add(why, S("there is no such process")); break;
	case EMFILE:
		buf_add(why, S("too many open files: one is needed for each thread, event and CPU; "
			       "raise the limit with ulimit -n"));
		break;
	default: buf_printf(why, "perf_event_open: %s", strerror(error));
	}
}

/* Events */

static struct perf_event_attr common_attr(const struct sampler *s)
{
	const struct sampler_options *o = s->o;
	struct perf_event_attr a = {
		.size = sizeof(a),
		.sample_type = SAMPLE_FIELDS,
		.read_format = PERF_FORMAT_LOST,
		.disabled = 1,
		.inherit = o->target == TARGET_CHILD || o->target == TARGET_TASKS,
		.enable_on_exec = o->target == TARGET_CHILD && !o->wait,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.exclude_kernel = s->user_only || !o->kernel,
		.exclude_hv = 1,
		.exclude_guest = 1,
	};

	a.inherit_thread = o->target == TARGET_TASKS && !o->children;
	if (a.inherit_thread)
		a.inherit = 1;
	return a;
}

static struct perf_event_attr event_attr(const struct sampler *s, const struct event *e)
{
	struct perf_event_attr a = common_attr(s);

	a.type = e->type;
	a.config = e->config;
	a.exclude_idle = e->is_cpu;
	a.freq = !e->every;
	a.sample_freq = e->every ? 1 : s->frequency;
	a.sample_regs_user = s->o->stack_bytes ? s->o->arch->sample_regs : 0;
	a.sample_stack_user = s->o->stack_bytes;
	a.exclude_callchain_user = s->o->stack_bytes > 0;
	a.exclude_callchain_kernel = s->user_only || !s->o->kernel;
	if (!s->o->stack_bytes)
		a.sample_type &= ~(uint64_t)(PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER);
	return a;
}

/* What tells of processes and their mappings: an event that never occurs. */
static struct perf_event_attr sideband_attr(const struct sampler *s)
{
	struct perf_event_attr a = common_attr(s);

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
	return a;
}

/*
 * Open an event, with what this kernel lets us have: namespaces are told to the
 * privileged only, and kernels before 6.0 do not count what is lost.
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

/* Bytes for the ring of a CPU: for what comes in between two looks, with reserve. */
static size_t ring_size(const struct sampler *s)
{
	if (s->frequency <= 199)
		return 2 << 20;
	return s->frequency <= 999 ? 4 << 20 : 16 << 20;
}

static void note_id(struct sampler *s, int fd, size_t event)
{
	struct known_id row = { .event = event };

	if (ioctl(fd, PERF_EVENT_IOC_ID, &row.id) == 0)
		table_intern(&s->ids, &row);
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
		struct perf_event_attr a = i ? event_attr(s, &s->o->events[i - 1]) :
					       sideband_attr(s);
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
		if (i)
			note_id(s, fd, i - 1);
	}
	return true;
}

/* Tasks */

static bool is_listed(const struct buf *tasks, int tid)
{
	for (size_t i = 0; i < BUF_COUNT(tasks, int); i++)
		if (((const int *)tasks->p)[i] == tid)
			return true;
	return false;
}

/* Call visit for each thread of a process. */
static void list_threads(int pid, struct buf *to, void (*visit)(struct buf *to, int pid, int tid))
{
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));)
		if (atoi(e->d_name) > 0)
			visit(to, pid, atoi(e->d_name));
	if (dir)
		closedir(dir);
}

static void add_once(struct buf *list, int id)
{
	if (!is_listed(list, id))
		buf_put(list, &id, sizeof(id));
}

static void add_thread(struct buf *tasks, int pid, int tid)
{
	(void)pid;
	add_once(tasks, tid);
}

/* The processes that a thread has forked. */
static void add_children(struct buf *pids, int pid, int tid)
{
	char path[64], text[4096];
	struct str rest;
	uint64_t child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	if (!read_setting(path, text, sizeof(text)))
		return;
	for (rest = str_of(text); rest.n;)
		if (str_u64(str_cut(&rest, ' '), &child))
			add_once(pids, (int)child);
}

/* Add the threads of all processes that are not listed yet, with o->children of theirs. */
static void list_tasks(const struct sampler *s, struct buf *tasks)
{
	struct buf pids = { 0 };

	for (size_t i = 0; i < s->o->npid; i++)
		add_once(&pids, s->o->pids[i]);
	for (size_t i = 0; s->o->children && i < BUF_COUNT(&pids, int); i++)
		list_threads(((int *)pids.p)[i], &pids, add_children);
	for (size_t i = 0; i < BUF_COUNT(&pids, int); i++)
		list_threads(((int *)pids.p)[i], tasks, add_thread);
	buf_release(&pids);
}

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
		list_tasks(s, &tasks);
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

static bool open_all(struct sampler *s, const int *cpus, struct buf *why)
{
	int pid = s->o->target == TARGET_SYSTEM ? -1 :
		  s->o->target == TARGET_CGROUP ? s->o->cgroup :
						  s->o->pids[0];

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
	uint64_t most = setting("/proc/sys/kernel/perf_event_max_sample_rate", 100000);

	return !wanted || wanted > most ? most : wanted;
}

bool sampler_open(struct sampler *s, const struct sampler_options *o, struct buf *why)
{
	int cpus[MOST_CPUS];
	bool ok;

	*s = (struct sampler){ .o = o, .frequency = allowed_frequency(o->frequency) };
	table_init(&s->ids, sizeof(struct known_id), offsetof(struct known_id, event));
	raise_limit();
	s->nring = choose_cpus(s, cpus, why);
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
	table_release(&s->ids);
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

size_t sampler_event(const struct sampler *s, uint64_t id)
{
	struct known_id key = { .id = id };

	return ((struct known_id *)table_row(&s->ids, table_find(&s->ids, &key)))->event;
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
