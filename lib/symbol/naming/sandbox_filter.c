#include "symbol/naming/sandbox_filter.h"

#if defined(__linux__) && defined(HAVE_SECCOMP) && !SANDBOX_SANITIZED

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>

#include "base/base.h"

static const int allowed[] = {
	/* the channel, and files that came through it */
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek),
	SCMP_SYS(fstat), SCMP_SYS(close),
	/* memory */
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	/* the handler for files that shrink; abort() */
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
	/* time, without a vDSO; the end */
	SCMP_SYS(clock_gettime), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall)
};

/* Libraries try these calls, and cope with their failure. */
static const int refused[] = { SCMP_SYS(open),      SCMP_SYS(openat),   SCMP_SYS(access),
			       SCMP_SYS(faccessat), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
			       SCMP_SYS(stat),      SCMP_SYS(lstat),    SCMP_SYS(getcwd),
			       SCMP_SYS(ioctl),     SCMP_SYS(write),    SCMP_SYS(writev),
			       SCMP_SYS(sysinfo) };

/*
 * Adds calls that are allowed only with some arguments: fstat() of newer C libraries; libelf's
 * check whether a descriptor is open; memory that is not executable; the process's own limits.
 */
static int add_partly_allowed(scmp_filter_ctx f)
{
	static const int asks[] = { F_GETFD, F_GETFL };
	int failed;

	failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				  SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
	failed |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1,
				   SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH));
	failed |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
				   SCMP_A0(SCMP_CMP_EQ, 0));
	for (size_t i = 0; i < LEN(asks); i++)
		failed |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
					   SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)asks[i]));
	return failed;
}

/* Loads the filter. On a kernel without seccomp, the other protections have to suffice. */
static bool load_filter(scmp_filter_ctx f)
{
	int error = seccomp_load(f);

	return error == 0 || error == -EINVAL || error == -ENOSYS;
}

bool sandbox_filter(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed;
	bool loaded;

	if (!f)
		return false;
	failed = add_partly_allowed(f);
	for (size_t i = 0; i < LEN(allowed); i++)
		failed |= seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < LEN(refused); i++)
		failed |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	loaded = !failed && load_filter(f);
	seccomp_release(f);
	return loaded;
}

bool sandbox_filters(void)
{
	return true;
}

#else

bool sandbox_filter(void)
{
	return true;
}

bool sandbox_filters(void)
{
	return false;
}

#endif
