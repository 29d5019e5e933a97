/*
 * probes LIBRARY ALLOC SEMAPHORE FREE SEMAPHORE COMMAND...: run a command of one thread, and
 * listen to the probes otel_memory:alloc and :free of a library as other tools do, by uprobes.
 * The numbers are offsets in the file. Prints "ALLOCS SIZE WEIGHT FREES UNKNOWN": how many
 * allocations, the sums of their sizes and weights, how many were freed, and how many that
 * were not allocated before. x86-64: the arguments are those of a call.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 256, MOST = 1 << 16, REGS = 1 << 3 | 1 << 4 | 1 << 5 }; /* dx, si, di */

static uint64_t known[MOST];
static size_t nknown;

static int uprobe(const char *library, const char *offset, const char *semaphore, pid_t pid,
		  int output)
{
	struct perf_event_attr a = { .size = sizeof(a) };
	FILE *f = fopen("/sys/bus/event_source/devices/uprobe/type", "r");
	int fd;

	if (!f || fscanf(f, "%" SCNu32, &a.type) != 1)
		exit(77);
	fclose(f);
	a.config = strtoull(semaphore, NULL, 0) << 32;
	a.uprobe_path = (uintptr_t)library;
	a.probe_offset = strtoull(offset, NULL, 0);
	a.sample_period = 1;
	a.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_REGS_USER;
	a.sample_regs_user = REGS;
	fd = (int)syscall(SYS_perf_event_open, &a, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		perror("uprobe");
		exit(77);
	}
	if (output >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, output) < 0)
		exit(1);
	return fd;
}

int main(int argc, char **argv)
{
	struct perf_event_mmap_page *page;
	uint64_t id, size = 0, weight = 0, allocs = 0, frees = 0, unknown = 0;
	int go[2], alloc, freed, status;
	const char *bytes;
	pid_t child;

	if (argc < 7 || pipe(go))
		return 1;
	child = fork();
	if (!child) {
		char c;

		close(go[1]);
		if (read(go[0], &c, 1) < 0)
			_exit(1);
		execvp(argv[6], argv + 6);
		_exit(127);
	}
	alloc = uprobe(argv[1], argv[2], argv[3], child, -1);
	page = mmap(NULL, (PAGES + 1) * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, alloc, 0);
	if (page == MAP_FAILED || ioctl(alloc, PERF_EVENT_IOC_ID, &id) < 0)
		return 1;
	freed = uprobe(argv[1], argv[4], argv[5], child, alloc);
	bytes = (const char *)page + 4096;
	close(go[1]);
	waitpid(child, &status, 0);
	for (uint64_t at = 0; at < page->data_head;) {
		struct {
			struct perf_event_header h;
			uint64_t id, abi, dx, si, di;
		} r;

		memcpy(&r, bytes + at, sizeof(r));
		at += r.h.size;
		if (r.h.type != PERF_RECORD_SAMPLE)
			continue;
		if (r.id == id) {
			allocs++;
			size += r.si;
			weight += r.dx;
			if (nknown < MOST)
				known[nknown++] = r.di;
			continue;
		}
		frees++;
		unknown++;
		for (size_t i = nknown; i-- > 0;)
			if (known[i] == r.di) {
				unknown--;
				break;
			}
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", allocs, size,
	       weight, frees, unknown);
	return freed < 0;
}
