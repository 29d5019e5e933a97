#include "record/sampler/sampler_program.h"

#include <linux/bpf.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void sampler_program_attach(const struct sampler *s, int event)
{
	ioctl(event, PERF_EVENT_IOC_SET_BPF, s->o->program->run);
}

struct perf_event_attr sampler_program_attr(const struct sampler *s)
{
	(void)s;
	return (struct perf_event_attr){
		.size = sizeof(struct perf_event_attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_RAW,
		.sample_period = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};
}

/* Directs the program's output on a CPU to an event. */
static bool set_output(const struct sampler *s, int cpu, int event)
{
	uint32_t key = (uint32_t)cpu, value = (uint32_t)event;
	union bpf_attr a = { .map_fd = (uint32_t)s->o->program->output,
			     .key = (uint64_t)(uintptr_t)&key,
			     .value = (uint64_t)(uintptr_t)&value };

	return syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &a, sizeof(a)) == 0;
}

static bool open_output(struct sampler *s, struct ring *r, int cpu)
{
	struct perf_event_attr a = sampler_program_attr(s);
	int fd = (int)syscall(SYS_perf_event_open, &a, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	uint64_t id;

	if (fd < 0)
		return false;
	s->fds = mem_grow(s->fds, &s->fd_cap, s->nfd + 1, sizeof(*s->fds));
	s->fds[s->nfd++] = fd;
	if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, r->fd) < 0 ||
	    ioctl(fd, PERF_EVENT_IOC_ID, &id) < 0)
		return false;
	perf_events_add_id(&s->events, id, s->o->nevent + 1);
	return set_output(s, cpu, fd);
}

bool sampler_program_open_output(struct sampler *s)
{
	for (size_t k = 0; k < s->nring; k++)
		if (!open_output(s, &s->rings[k], s->cpus[k]))
			return false;
	return true;
}

void sampler_program_begin(struct sampler *s)
{
	const int *fd = (const int *)s->event_fds.p;

	s->has_output = sampler_program_open_output(s);
	for (size_t i = 0; i < BUF_COUNT(&s->event_fds, int); i++)
		sampler_program_attach(s, fd[i]);
}

struct str sampler_program_record(const struct perf_event_header *h)
{
	/* Header, identifier, size of the data. */
	enum { AT = sizeof(*h) + 8, DATA = AT + 4 };
	uint32_t n;

	if (h->type != PERF_RECORD_SAMPLE || h->size < DATA)
		return (struct str){ 0 };
	memcpy(&n, (const char *)h + AT, sizeof(n));
	return str((const char *)h + DATA, min_size(n, (size_t)(h->size - DATA)));
}
