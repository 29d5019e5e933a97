#include "record/process/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static void put_target(struct targets *t, int fd)
{
	static const uint64_t none = 0;

	put_id(&t->fds, fd);
	buf_put(&t->cpu, &none, sizeof(none));
}

void targets_open(struct targets *t, const int *pids, size_t n, struct buf *missing)
{
	*t = (struct targets){ 0 };
	for (size_t i = 0; i < n; i++) {
		int fd = open_pidfd(pids[i]);

		if ((fd < 0 && !exists(pids[i])) || (fd >= 0 && pidfd_ended(fd))) {
			put_missing(missing, pids[i]);
		} else if (!is_listed(&t->pids, pids[i])) {
			put_id(&t->pids, pids[i]);
			put_target(t, fd);
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
	*t = (struct targets){ 0 };
	for (size_t i = 0; i < n; i++) {
		int pid = process_of(tids[i]);

		if (!pid) {
			put_missing(missing, tids[i]);
		} else if (!is_listed(&t->tids, tids[i])) {
			put_id(&t->tids, tids[i]);
			put_target(t, (int)syscall(SYS_pidfd_open, tids[i], PIDFD_THREAD));
			if (!is_listed(&t->pids, pid))
				put_id(&t->pids, pid);
		}
	}
}

bool targets_have_thread(const struct targets *t, uint32_t tid)
{
	return !t->tids.n || is_listed(&t->tids, (int)tid);
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
}

bool targets_run(const struct targets *t)
{
	const struct buf *ids = t->tids.n ? &t->tids : &t->pids;
	const int *fd = (const int *)t->fds.p;

	for (size_t i = 0; i < BUF_COUNT(ids, int); i++)
		if (fd[i] >= 0 ? !pidfd_ended(fd[i]) : exists(((const int *)ids->p)[i]))
			return true;
	return false;
}

uint64_t targets_cpu_time(struct targets *t)
{
	const struct buf *ids = t->tids.n ? &t->tids : &t->pids;
	uint64_t *cpu = (uint64_t *)t->cpu.p, sum = 0;

	for (size_t i = 0; i < BUF_COUNT(ids, int); i++) {
		int id = ((const int *)ids->p)[i];
		uint64_t now = t->tids.n ? thread_cpu_time(id) : fact_cpu_time(&id, 1);

		if (now > cpu[i])
			cpu[i] = now;
		sum += cpu[i];
	}
	return sum;
}
