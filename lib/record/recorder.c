#include "record/recorder.h"

#include <time.h>

#include "record/kernel_text.h"

enum { COMMIT_NS = 1000000 }; /* a record's time may be this much before its writing */

uint64_t recorder_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void recorder_ignore(struct recorder *r, int pid)
{
	r->helper[r->nhelper++ % LEN(r->helper)] = pid;
}

static bool is_ours(const struct recorder *r, int pid)
{
	if (!r->self || !pid)
		return false;
	for (size_t i = 0; i < LEN(r->helper); i++)
		if (pid == r->helper[i])
			return true;
	return pid == r->self;
}

static bool is_wanted(void *context, struct process *p)
{
	struct recorder *r = context;

	if (is_ours(r, p->pid))
		return false;
	return !r->wants || r->wants(r->context, p);
}

static void hand_on(void *context, const struct perf_sample *s)
{
	struct recorder *r = context;

	r->on_sample(r->context, s);
}

/* How many frames the kernel follows. */
static size_t most_chain(void)
{
	struct buf b = { 0 };
	uint64_t most;
	bool known = kernel_text("/proc/sys/kernel/perf_event_max_stack", &b) &&
		     str_u64(str_trim(buf_str(&b)), &most);

	buf_release(&b);
	return known ? (size_t)most : DECODER_MOST_CHAIN;
}

void recorder_init(struct recorder *r, struct sampler *sampler, const struct arch *arch)
{
	struct perf_host host;

	*r = (struct recorder){ .sampler = sampler };
	live_host_init(&r->host);
	host = live_host_functions(&r->host);
	decoder_init(&r->decoder, arch, &host);
	r->decoder.most_chain = most_chain();
	r->decoder.wants = is_wanted;
	r->decoder.on_sample = hand_on;
	r->decoder.context = r;
}

void recorder_release(struct recorder *r)
{
	decoder_release(&r->decoder);
	live_host_release(&r->host);
}

static void add_record(void *context, const struct perf_event_header *h)
{
	struct recorder *r = context;
	const struct perf_events *events = &r->sampler->events;
	size_t event = perf_events_find(events, h);

	decoder_add(&r->decoder, h, &events->attr[event], event);
}

void recorder_take(struct recorder *r)
{
	for (size_t k = 0; k < r->sampler->nring; k++)
		ring_drain(&r->sampler->rings[k], add_record, r);
}

void recorder_drain(struct recorder *r, bool all)
{
	uint64_t until = all ? UINT64_MAX : recorder_now() - COMMIT_NS;

	recorder_take(r);
	decoder_run(&r->decoder, until);
}

void recorder_sweep(struct recorder *r)
{
	processes_sweep(&r->decoder.processes);
	mount_roots_sweep(&r->host.roots, &r->decoder.processes);
}
