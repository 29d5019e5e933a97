#include "record/targets.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/facts.h"

static bool exists(int pid)
{
	return kill(pid, 0) == 0 || errno == EPERM;
}

/* A pidfd is readable when its process has ended, be it waited for or not (Linux 5.3). */
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

static bool is_listed(const struct targets *t, int pid)
{
	for (size_t i = 0; i < BUF_COUNT(&t->pids, int); i++)
		if (((const int *)t->pids.p)[i] == pid)
			return true;
	return false;
}

void targets_open(struct targets *t, const int *pids, size_t n, struct buf *missing)
{
	static const uint64_t none = 0;

	*t = (struct targets){ 0 };
	for (size_t i = 0; i < n; i++) {
		int fd = open_pidfd(pids[i]);

		if ((fd < 0 && !exists(pids[i])) || (fd >= 0 && pidfd_ended(fd))) {
			buf_printf(missing, "%s%d", missing->n ? ", " : "", pids[i]);
		} else if (!is_listed(t, pids[i])) {
			buf_put(&t->pids, &pids[i], sizeof(pids[i]));
			buf_put(&t->fds, &fd, sizeof(fd));
			buf_put(&t->cpu, &none, sizeof(none));
			continue;
		}
		if (fd >= 0)
			close(fd);
	}
}

void targets_close(struct targets *t)
{
	const int *fd = (const int *)t->fds.p;

	for (size_t i = 0; i < BUF_COUNT(&t->fds, int); i++)
		if (fd[i] >= 0)
			close(fd[i]);
	buf_release(&t->pids);
	buf_release(&t->fds);
	buf_release(&t->cpu);
}

bool targets_run(const struct targets *t)
{
	const int *pid = (const int *)t->pids.p, *fd = (const int *)t->fds.p;

	for (size_t i = 0; i < BUF_COUNT(&t->pids, int); i++)
		if (fd[i] >= 0 ? !pidfd_ended(fd[i]) : exists(pid[i]))
			return true;
	return false;
}

uint64_t targets_cpu_time(struct targets *t)
{
	const int *pid = (const int *)t->pids.p;
	uint64_t *cpu = (uint64_t *)t->cpu.p, sum = 0;

	for (size_t i = 0; i < BUF_COUNT(&t->pids, int); i++) {
		uint64_t now = fact_cpu_time(&pid[i], 1);

		if (now > cpu[i])
			cpu[i] = now;
		sum += cpu[i];
	}
	return sum;
}
