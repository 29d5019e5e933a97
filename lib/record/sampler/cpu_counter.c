#include "record/sampler/cpu_counter.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

int cpu_counter_open(int pid)
{
	struct perf_event_attr a = {
		.size = sizeof(a),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = 1,
		.exclude_kernel = 1, /* without effect: the task clock counts all modes */
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &a, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

uint64_t cpu_counter_read(int fd)
{
	uint64_t ns;

	return fd >= 0 && read(fd, &ns, sizeof(ns)) == sizeof(ns) ? ns : 0;
}
