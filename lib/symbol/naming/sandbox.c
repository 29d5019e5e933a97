#include "symbol/naming/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "symbol/naming/sandbox_filter.h"

/* The overflow ids of the kernel, which own nothing. */
enum { NOBODY = 65534 };

enum { MOST_FILES = 64 };

static void require(bool done)
{
	if (!done)
		_exit(SANDBOX_FAILED);
}

/* Descriptors */

static void close_from(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
#endif
	for (long i = first, n = sysconf(_SC_OPEN_MAX); i < n; i++) /* before Linux 5.9 */
		close((int)i);
}

static void keep_only(int fd)
{
	int null = open("/dev/null", O_RDWR);

	if (fd != SANDBOX_FD)
		require(dup2(fd, SANDBOX_FD) == SANDBOX_FD);
	for (int i = 0; i < SANDBOX_FD; i++) {
		if (i == 2 && SANDBOX_SANITIZED)
			continue;
		if (null >= 0 && null != i)
			dup2(null, i);
		else if (null < 0)
			close(i);
	}
	close_from(SANDBOX_FD + 1);
}

/* Rights */

/* The real, the effective and the saved one. */
#ifdef __linux__
#define set_group(id) setresgid(id, id, id)
#define set_user(id)  setresuid(id, id, id)
#else
#define set_group(id) setgid(id)
#define set_user(id)  setuid(id)
#endif

/* Changes to user nobody. In its own user namespace, root may be the only user. */
static void become_nobody(void)
{
	if (geteuid() != 0 && getuid() != 0)
		return;
	require(setgroups(0, NULL) == 0 || errno == EPERM);
	require(set_group(NOBODY) == 0 || errno == EINVAL || errno == EPERM);
	require(set_user(NOBODY) == 0 || errno == EINVAL || errno == EPERM);
}

#ifdef __linux__
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* since Linux 4.3 */
	require(syscall(SYS_capset, &header, none) == 0);
	require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}
#else
static void drop_capabilities(void)
{
}
#endif

/* Limits */

/* A limit that is lower stays, since raising it takes rights. */
static void limit(int what, rlim_t most)
{
	struct rlimit l;

	require(getrlimit(what, &l) == 0);
	l.rlim_max = most < l.rlim_max ? most : l.rlim_max;
	l.rlim_cur = l.rlim_max;
	require(setrlimit(what, &l) == 0);
}

/* Sets only the soft limit, so that the next file can have a higher one. */
static void limit_softly(int what, uint64_t most)
{
	struct rlimit l;

	require(getrlimit(what, &l) == 0);
	l.rlim_cur = most < l.rlim_max ? most : l.rlim_max;
	require(setrlimit(what, &l) == 0);
}

void sandbox_limit(uint64_t address_space, uint64_t cpu_seconds)
{
	struct timespec used = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	if (!SANDBOX_SANITIZED)
		limit_softly(RLIMIT_AS, address_space);
	limit_softly(RLIMIT_CPU, (uint64_t)used.tv_sec + cpu_seconds);
}

/* Signals */

/* Ignores signals of the terminal, which the parent gets, too, and handles. */
static void leave_signals_to_parent(void)
{
	static const int sent[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM };
	sigset_t none;

	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++)
		signal(sent[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Makes the process end with its parent. Called late, since a change of user resets it. */
static void end_with_parent(pid_t parent)
{
#ifdef __linux__
	require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
	require(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
#endif
	require(getppid() == parent);
}

void sandbox_enter(int keep, pid_t parent)
{
	leave_signals_to_parent();
	keep_only(keep);
	become_nobody();
	drop_capabilities();
	end_with_parent(parent);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_NOFILE, MOST_FILES);
	require(sandbox_filter());
}

void sandbox_helper(int keep, pid_t parent)
{
	leave_signals_to_parent();
	keep_only(keep);
	drop_capabilities();
	end_with_parent(parent);
}
