#include "record/process/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/when.h"
#include "record/facts.h"
#include "record/kernel_text.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* since Linux 6.9 */
#endif

static bool exists(int pid)
{
	return kill(pid, 0) == 0 || errno == EPERM;
}

/* A pidfd is readable once its process has ended, even if it is a zombie (Linux 5.3). */
static int open_pidfd(int pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool pidfd_ended(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

bool process_runs(int pid)
{
	int fd = open_pidfd(pid);
	bool runs = fd >= 0 ? !pidfd_ended(fd) : exists(pid);

	if (fd >= 0)
		close(fd);
	return runs;
}

static bool is_listed(const struct buf *ids, int id)
{
	for (size_t i = 0; i < BUF_COUNT(ids, int); i++)
		if (((const int *)ids->p)[i] == id)
			return true;
	return false;
}

static void put_id(struct buf *ids, int id)
{
	buf_put(ids, &id, sizeof(id));
}

static void put_missing(struct buf *missing, int id)
{
	buf_printf(missing, "%s%d", missing->n ? ", " : "", id);
}

struct known_target {
	uint64_t id;
	uint64_t at; /* payload */
};
_Static_assert(sizeof(struct known_target) == 16, "a row of a table");

static void init_targets(struct targets *t)
{
	*t = (struct targets){ 0 };
	table_init(&t->known, sizeof(struct known_target), offsetof(struct known_target, at));
}

static const struct known_target *find_target(const struct targets *t, int id)
{
	struct known_target key = { .id = (uint64_t)id };
	uint32_t n = t->known.n ? table_find(&t->known, &key) : 0;

	return n ? table_row(&t->known, n) : NULL;
}

static void put_target(struct targets *t, int id, int fd)
{
	static const struct target_cpu none = { 0 };
	struct known_target row = { .id = (uint64_t)id, .at = BUF_COUNT(&t->fds, int) };

	table_intern(&t->known, &row);
	put_id(&t->fds, fd);
	buf_put(&t->cpu, &none, sizeof(none));
}

void targets_open(struct targets *t, const int *pids, size_t n, struct buf *missing)
{
	init_targets(t);
	for (size_t i = 0; i < n; i++) {
		int fd = open_pidfd(pids[i]);

		if ((fd < 0 && !exists(pids[i])) || (fd >= 0 && pidfd_ended(fd))) {
			put_missing(missing, pids[i]);
		} else if (!find_target(t, pids[i])) {
			put_id(&t->pids, pids[i]);
			put_target(t, pids[i], fd);
			continue;
		}
		if (fd >= 0)
			close(fd);
	}
}

/* Threads */

/* The process of a thread; 0 if there is no such thread. */
static int process_of(int tid)
{
	struct buf text = { 0 };
	struct str lines;
	uint64_t pid = 0;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	kernel_text(path, &text);
	for (lines = buf_str(&text); lines.n && !pid;) {
		struct str value = str_cut(&lines, '\n'), key = str_cut(&value, ':');

		if (str_eq(key, S("Tgid")))
			str_u64(str_trim(value), &pid);
	}
	buf_release(&text);
	return (int)pid;
}

void targets_open_threads(struct targets *t, const int *tids, size_t n, struct buf *missing)
{
	init_targets(t);
	for (size_t i = 0; i < n; i++) {
		int pid = process_of(tids[i]);

		if (!pid) {
			put_missing(missing, tids[i]);
		} else if (!find_target(t, tids[i])) {
			put_id(&t->tids, tids[i]);
			put_target(t, tids[i], (int)syscall(SYS_pidfd_open, tids[i], PIDFD_THREAD));
			if (!is_listed(&t->pids, pid))
				put_id(&t->pids, pid);
		}
	}
}

bool targets_have_thread(const struct targets *t, uint32_t tid)
{
	return !t->tids.n || find_target(t, (int)tid);
}

/* A thread's ns on a CPU, by the scheduler; 0 if that is not counted, or the thread is gone. */
static uint64_t thread_cpu_time(int tid)
{
	struct buf text = { 0 };
	struct str rest;
	uint64_t ns = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", tid);
	kernel_text(path, &text);
	rest = buf_str(&text);
	str_u64(str_cut(&rest, ' '), &ns);
	buf_release(&text);
	return ns;
}

/* Both */

void targets_close(struct targets *t)
{
	const int *fd = (const int *)t->fds.p;

	for (size_t i = 0; i < BUF_COUNT(&t->fds, int); i++)
		if (fd[i] >= 0)
			close(fd[i]);
	buf_release(&t->pids);
	buf_release(&t->tids);
	buf_release(&t->fds);
	buf_release(&t->cpu);
	table_release(&t->known);
}

/* The first one that still runs; as many as there are if none does. */
static size_t first_running(const struct targets *t)
{
	const struct buf *ids = t->tids.n ? &t->tids : &t->pids;
	const int *fd = (const int *)t->fds.p;
	size_t i = 0, n = BUF_COUNT(ids, int);

	while (i < n && !(fd[i] >= 0 ? !pidfd_ended(fd[i]) : exists(((const int *)ids->p)[i])))
		i++;
	return i;
}

bool targets_run(const struct targets *t)
{
	return first_running(t) < BUF_COUNT(&t->fds, int);
}

int targets_running(const struct targets *t)
{
	size_t i = first_running(t);

	return i < BUF_COUNT(&t->fds, int) ? ((const int *)t->fds.p)[i] : -1;
}

/* What an ended process has used can be read until its parent waits for it. */
static void look_at(const struct targets *t, size_t i, struct target_cpu *cpu)
{
	const struct buf *ids = t->tids.n ? &t->tids : &t->pids;
	int id = ((const int *)ids->p)[i], fd = ((const int *)t->fds.p)[i];
	uint64_t at = (uint64_t)monotonic_ns(), now;

	cpu->ended = fd >= 0 ? pidfd_ended(fd) : !exists(id);
	now = t->tids.n ? thread_cpu_time(id) : fact_cpu_time(&id, 1);
	if (now < cpu->used || !now)
		return; /* gone, even if another one has its number now */
	cpu->used = now;
	cpu->at = at;
	cpu->since = 0;
	cpu->whole = cpu->ended;
}

void targets_look(struct targets *t)
{
	struct target_cpu *cpu = (struct target_cpu *)t->cpu.p;

	for (size_t i = 0; i < BUF_COUNT(&t->cpu, *cpu); i++)
		if (!cpu[i].ended)
			look_at(t, i, &cpu[i]);
}

uint64_t targets_cpu_time(struct targets *t)
{
	const struct target_cpu *cpu = (const struct target_cpu *)t->cpu.p;
	uint64_t sum = 0;

	targets_look(t);
	for (size_t i = 0; i < BUF_COUNT(&t->cpu, *cpu); i++)
		sum += cpu[i].used + (cpu[i].ended && !cpu[i].whole ? cpu[i].since : 0);
	return sum;
}

void targets_add_sample(struct targets *t, uint32_t pid, uint32_t tid, uint64_t time, uint64_t ns)
{
	const struct known_target *known = find_target(t, (int)(t->tids.n ? tid : pid));
	struct target_cpu *cpu = (struct target_cpu *)t->cpu.p;

	if (known && time > cpu[known->at].at)
		cpu[known->at].since += ns;
}
