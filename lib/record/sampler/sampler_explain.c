/* Explains the kernel's refusals, and how to get the missing rights. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/kernel_text.h"
#include "record/sampler/sampler.h"

static void explain_permission(struct buf *why)
{
	struct buf text = { 0 };

	if (!kernel_text("/proc/sys/kernel/perf_event_paranoid", &text))
		buf_ch(&text, '?');
	buf_printf(why,
		   "not permitted: kernel.perf_event_paranoid is %.*s and CAP_PERFMON is missing "
		   "(or seccomp forbids perf_event_open)\n"
		   "  for one's own programs:  sysctl kernel.perf_event_paranoid=2\n"
		   "  for everything:          setcap cap_perfmon,cap_sys_ptrace,cap_syslog=ep "
		   "prof-record, or run it as root\n"
		   "  in a container:          --cap-add PERFMON and a seccomp profile that allows "
		   "perf_event_open",
		   STR_ARG(buf_str(&text)));
	buf_release(&text);
}

void sampler_explain(int error, struct buf *why)
{
	switch (error) {
	case EACCES:
	case EPERM: explain_permission(why); break;
	case ENOSYS: buf_add(why, S("this kernel has no perf_event_open")); break;
	case ESRCH: buf_add(why, S("there is no such process")); break;
	case EBADF:
		buf_add(why,
			S("that is not the directory of a control group, or one that perf_event "
			  "knows nothing of (of version 1, only those below perf_event are)"));
		break;
	case EMFILE:
		buf_add(why, S("too many open files: one is needed for each thread, event and CPU; "
			       "raise the limit with ulimit -n"));
		break;
	default: buf_printf(why, "perf_event_open: %s", strerror(error));
	}
}

static bool is_of_other_user(int tid)
{
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", tid);
	return geteuid() && stat(path, &st) == 0 && st.st_uid != geteuid();
}

void sampler_explain_task(int error, int tid, struct buf *why)
{
	if ((error == EACCES || error == EPERM) && is_of_other_user(tid))
		buf_printf(why, "%d belongs to another user, or has more rights than we have; ",
			   tid);
	sampler_explain(error, why);
}
