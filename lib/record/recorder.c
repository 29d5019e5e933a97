#include "record/recorder.h"

#include <unistd.h>

#include "base/when.h"
#include "record/kernel_text.h"
#include "record/sampler/sampler_program.h"

enum { COMMIT_NS = 1000000 }; /* a record's time may be this much before its writing */

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
	struct perf_sample merged = *s;

	if (r->interpreters)
		interpreters_merge(r->interpreters, &merged);
	r->on_sample(r->context, &merged);
}

static void hand_on_task(void *context, const struct record *record)
{
	struct recorder *r = context;

	r->on_task(r->context, record);
}

void recorder_follow_tasks(struct recorder *r, size_t switch_event,
			   void (*on_task)(void *context, const struct record *))
{
	r->on_task = on_task;
	r->switch_event = switch_event;
	r->decoder.on_task = hand_on_task;
}

static bool is_python_wanted(void *context, int pid)
{
	const struct recorder *r = context;

	return !r->sampler->by_cpu || process_tree_had(&r->tree, (uint32_t)pid);
}

void recorder_use_interpreters(struct recorder *r, struct interpreters *p)
{
	r->interpreters = p;
	r->host.interpreters = p;
	p->samples.arch = r->decoder.arch;
	p->targets.wants = is_python_wanted;
	p->targets.wants_context = r;
}

/* The most frames that the kernel's call chains have. */
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
	process_tree_init(&r->tree, false);
	twice_init(&r->twice);
	r->decoder.wants = is_wanted;
	r->decoder.on_sample = hand_on;
	r->decoder.context = r;
}

void recorder_release(struct recorder *r)
{
	decoder_release(&r->decoder);
	live_host_release(&r->host);
	process_tree_release(&r->tree);
	twice_release(&r->twice);
	buf_release(&r->heads);
}

/* Is a record of a whole CPU one of a recorded process? */
static bool is_of_tree(struct recorder *r, const struct record *record)
{
	switch (record->kind) {
	case RECORD_LOST:
	case RECORD_THROTTLE:
	case RECORD_KERNEL_CODE:
	case RECORD_OTHER:
	case RECORD_MALFORMED: return true;
	case RECORD_SWITCH:
	case RECORD_SAMPLE: return process_tree_has(&r->tree, record->pid, record->time);
	case RECORD_MAP:
		if (record->map.in_kernel)
			return true;
		break;
	default: break;
	}
	return process_tree_had(&r->tree, record->pid);
}

static bool is_switch_out(const struct perf_event_header *h)
{
	return (h->type == PERF_RECORD_SWITCH || h->type == PERF_RECORD_SWITCH_CPU_WIDE) &&
	       h->misc & PERF_RECORD_MISC_SWITCH_OUT;
}

/* Is it a switch of a CPU's idle thread, or of a thread that has ended? Counts switches. */
static bool is_of_nobody(struct recorder *r, const struct perf_event_header *h, size_t event)
{
	const struct perf_event_attr *attr = &r->sampler->events.attr[event];
	struct record record;

	if (event != r->switch_event)
		return false;
	record_parse(h, attr, &record);
	if (record.kind != RECORD_SAMPLE && record.kind != RECORD_SWITCH)
		return false;
	if (!record.pid || record.pid == UINT32_MAX || record.tid == UINT32_MAX)
		return true;
	r->nswitch += is_switch_out(h);
	return false;
}

static bool is_of_other_thread(const struct recorder *r, const struct record *record)
{
	return r->threads && (record->kind == RECORD_SAMPLE || record->kind == RECORD_SWITCH) &&
	       !targets_have_thread(r->threads, record->tid);
}

static void take_of_program(struct recorder *r, const struct perf_event_header *h)
{
	if (r->interpreters)
		interpreters_take(r->interpreters, sampler_program_record(h));
}

/* Joins the BPF program's record to the sample that follows it. */
static void join_program(struct recorder *r, const struct perf_event_header *h,
			 const struct perf_event_attr *attr)
{
	struct record record;

	if (!r->interpreters || h->type != PERF_RECORD_SAMPLE ||
	    !interpreters_have_records(r->interpreters))
		return;
	record_parse(h, attr, &record);
	interpreters_join(r->interpreters, record.tid, record.time);
}

/* Notes an interpreter that a recorded process maps. */
static void note_map(struct recorder *r, const struct perf_event_header *h,
		     const struct perf_event_attr *attr)
{
	struct record record;

	if (!r->interpreters || h->type != PERF_RECORD_MMAP2 ||
	    (r->interpreters->tried && !r->interpreters->works))
		return;
	record_parse(h, attr, &record);
	if (record.kind == RECORD_MAP && record.map.executable)
		interpreters_note_map(r->interpreters, record.pid, record.map.path);
}

static bool is_news(const struct perf_event_header *h)
{
	return h->type == PERF_RECORD_FORK || h->type == PERF_RECORD_COMM ||
	       h->type == PERF_RECORD_MMAP2 || h->type == PERF_RECORD_NAMESPACES;
}

static void add_record(void *context, const struct perf_event_header *h)
{
	struct recorder *r = context;
	const struct perf_events *events = &r->sampler->events;
	size_t event = perf_events_find(events, h);
	const struct perf_event_attr *attr = &events->attr[event];

	if (event > r->sampler->o->nevent) {
		take_of_program(r, h);
		return;
	}
	join_program(r, h, attr);
	if (r->on_task && is_of_nobody(r, h, event))
		return;
	if (r->sampler->by_cpu || r->sampler->twice || r->threads) {
		struct record record;

		record_parse(h, attr, &record);
		if (is_of_other_thread(r, &record))
			return;
		if (r->sampler->by_cpu && !is_of_tree(r, &record))
			return;
		if (r->sampler->twice && record.kind == RECORD_SAMPLE &&
		    twice_counted(&r->twice, &record, event))
			return;
	}
	note_map(r, h, attr);
	r->forks += h->type == PERF_RECORD_FORK;
	r->news += is_news(h);
	r->nown += r->on_task && is_switch_out(h);
	decoder_add(&r->decoder, h, attr, event);
}

static void note_member(void *context, const struct perf_event_header *h)
{
	struct recorder *r = context;
	const struct perf_events *events = &r->sampler->events;
	struct record record;

	if (h->type != PERF_RECORD_FORK && h->type != PERF_RECORD_COMM &&
	    h->type != PERF_RECORD_EXIT)
		return;
	record_parse(h, &events->attr[perf_events_find(events, h)], &record);
	process_tree_note(&r->tree, &record);
}

/*
 * A process's first sample may be in another ring than its fork. So the ends up to which the
 * rings are read are fixed first. Then all forks written by now are noted, which includes those
 * of all processes with records before these ends.
 */
static void update_tree(struct recorder *r)
{
	struct sampler *s = r->sampler;

	for (size_t k = 0; k < s->nring; k++)
		ring_look(&s->rings[k], ring_head(&s->rings[k]), note_member, r);
	process_tree_update(&r->tree);
}

void recorder_take(struct recorder *r)
{
	struct sampler *s = r->sampler;
	uint64_t *head, now = (uint64_t)monotonic_ns();

	if (r->taken && now - r->taken > r->longest)
		r->longest = now - r->taken;
	r->taken = now;
	if (r->interpreters)
		interpreters_answer(r->interpreters);
	r->heads.n = 0;
	head = (uint64_t *)buf_room(&r->heads, s->nring * sizeof(*head));
	for (size_t k = 0; k < s->nring; k++)
		head[k] = ring_head(&s->rings[k]);
	if (s->by_cpu)
		update_tree(r);
	for (size_t k = 0; k < s->nring; k++)
		ring_drain(&s->rings[k], head[k], add_record, r);
	if (r->take_more)
		r->take_more(r->context);
}

void recorder_drain(struct recorder *r, bool all)
{
	uint64_t until = all ? UINT64_MAX : (uint64_t)monotonic_ns() - COMMIT_NS;

	recorder_take(r);
	decoder_run(&r->decoder, until);
	if (r->interpreters)
		interpreters_sweep(r->interpreters, until);
}

void recorder_drain_until(struct recorder *r, uint64_t time)
{
	while ((uint64_t)monotonic_ns() < time + COMMIT_NS)
		usleep(COMMIT_NS / 1000);
	recorder_take(r);
	decoder_run(&r->decoder, time);
}

void recorder_sweep(struct recorder *r)
{
	processes_sweep(&r->decoder.processes);
	mount_roots_sweep(&r->host.roots, &r->decoder.processes);
}
