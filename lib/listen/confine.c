#include "listen/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

/* Sanitizers read /proc, and start a process to look for leaks. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Rights of Landlock's first version, except REFER, plus TRUNCATE of the third. */
#define ALL_RIGHTS  ((UINT64_C(1) << 13) - 1)
#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static void allow_below(int rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr below = {
		.allowed_access = rights,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};

	if (below.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	close(below.parent_fd);
}

/* The directory of all of a pattern's names: the part before its first '%', up to a '/'. */
static void pattern_directory(const char *pattern, char dir[PATH_MAX])
{
	struct str s = str_of(pattern), before = str_cut(&s, '%');
	ptrdiff_t slash = str_rchr(before, '/');

	if (slash < 0)
		snprintf(dir, PATH_MAX, ".");
	else
		snprintf(dir, PATH_MAX, "%.*s", (int)slash + 1, before.p);
}

static void restrict_files(const struct sink_options *output)
{
	struct landlock_ruleset_attr all = { .handled_access_fs = ALL_RIGHTS };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	char dir[PATH_MAX];

	if (rules < 0)
		return;
	allow_below(rules, "/usr/share/zoneinfo", READ_RIGHTS);
	allow_below(rules, "/etc/localtime", LANDLOCK_ACCESS_FS_READ_FILE);
	if (output->store) {
		allow_below(rules, output->store, ALL_RIGHTS);
	} else if (output->pattern) {
		pattern_directory(output->pattern, dir);
		allow_below(rules, dir, ALL_RIGHTS);
	}
	syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
}

#ifdef HAVE_SECCOMP
static void refuse_calls(void)
{
	static const int calls[] = {
		SCMP_SYS(execve),
		SCMP_SYS(execveat),
		SCMP_SYS(fork),
		SCMP_SYS(vfork),
		SCMP_SYS(socket),
		SCMP_SYS(socketpair),
		SCMP_SYS(connect),
		SCMP_SYS(bind),
		SCMP_SYS(listen),
		SCMP_SYS(accept),
		SCMP_SYS(accept4),
		SCMP_SYS(ptrace),
		SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev),
		SCMP_SYS(kill),
		SCMP_SYS(tkill),
		SCMP_SYS(pidfd_open),
		SCMP_SYS(pidfd_getfd),
		SCMP_SYS(perf_event_open),
		SCMP_SYS(bpf),
		SCMP_SYS(userfaultfd),
		SCMP_SYS(io_uring_setup),
		SCMP_SYS(keyctl),
		SCMP_SYS(add_key),
		SCMP_SYS(unshare),
		SCMP_SYS(setns),
		SCMP_SYS(mount),
		SCMP_SYS(ioctl),
		SCMP_SYS(open_by_handle_at),
		SCMP_SYS(name_to_handle_at),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	for (size_t i = 0; filter && i < LEN(calls); i++)
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
	if (filter)
		seccomp_load(filter);
	seccomp_release(filter);
}
#else
static void refuse_calls(void)
{
}
#endif

void confine_reader(const struct sink_options *output)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_NAME, "prof-listen:read");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (SANITIZED)
		return;
	restrict_files(output);
	refuse_calls();
}
