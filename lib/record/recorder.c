#include "record/recorder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "record/jit.h"

enum {
	COMMIT_NS = 1000000,    /* a record's time may be this much before its writing */
	LINGER_NS = 2000000000, /* a process is kept that long after it ended */
	MOST_CHAIN = 512,       /* frames of the kernel */
	MOST_SPARE = 2 << 20,   /* bytes */
};

/* A record in recorder.bytes. */
struct waiting {
	uint64_t time;
	size_t at;
};

struct ended {
	uint64_t time;
	int pid;
};

uint64_t recorder_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool is_trampoline(void *context, struct process *p, uint64_t address)
{
	struct recorder *r = context;

	return jit_is_trampoline(&r->processes, p, address);
}

void recorder_init(struct recorder *r, struct sampler *sampler, const struct arch *arch)
{
	*r = (struct recorder){ .sampler = sampler };
	binaries_init(&r->binaries, arch);
	processes_init(&r->processes, &r->binaries);
	unwinder_init(&r->unwinder, arch, &r->processes);
	r->unwinder.is_trampoline = is_trampoline;
	r->unwinder.context = r;
}

void recorder_release(struct recorder *r)
{
	unwinder_release(&r->unwinder);
	processes_release(&r->processes);
	binaries_release(&r->binaries);
	buf_release(&r->waiting);
	buf_release(&r->bytes);
	buf_release(&r->spare);
	buf_release(&r->spare_bytes);
	buf_release(&r->ended);
}

static unsigned nregs(const struct recorder *r)
{
	return r->sampler->o->stack_bytes ? r->unwinder.arch->nregs : 0;
}

/* Taking in */

/*
 * The kernel writes the whole piece of stack that was asked for, however little
 * is valid: only that is kept, with the words before it. The size that stands
 * before it is set right.
 */
static void keep_sample(struct recorder *r, const struct perf_event_header *h,
			const struct record *record)
{
	const uint8_t *from = (const uint8_t *)h;
	size_t head = (size_t)(record->sample.stack - from);
	uint64_t n = (record->sample.nstack + 7) & ~(uint64_t)7, valid = record->sample.nstack;
	struct perf_event_header *kept;
	size_t at = r->bytes.n;

	buf_put(&r->bytes, from, head - sizeof(n));
	buf_put(&r->bytes, &n, sizeof(n));
	if (n) {
		buf_put(&r->bytes, from + head, (size_t)n);
		buf_put(&r->bytes, &valid, sizeof(valid));
	}
	kept = (struct perf_event_header *)(r->bytes.p + at);
	kept->size = (uint16_t)(r->bytes.n - at);
}

static void take(void *context, const struct perf_event_header *h)
{
	struct recorder *r = context;
	struct record record;
	struct waiting w = { .at = r->bytes.n };

	record_parse(h, nregs(r), &record);
	if (record.kind == RECORD_LOST)
		r->lost += record.lost;
	if (record.kind == RECORD_THROTTLE)
		r->throttled++;
	if (record.kind == RECORD_OTHER || record.kind >= RECORD_LOST)
		return;
	w.time = record.time;
	if (record.kind == RECORD_SAMPLE && record.sample.stack)
		keep_sample(r, h, &record);
	else
		buf_put(&r->bytes, h, h->size);
	buf_put(&r->waiting, &w, sizeof(w));
}

/* Processes */

/* A process that was there before us: it is looked at when it is first sampled. */
static struct process *known_process(struct recorder *r, uint32_t pid)
{
	struct process *p = processes_find(&r->processes, (int)pid);

	if (!p) {
		p = processes_get(&r->processes, (int)pid);
		process_scan(&r->processes, p);
	}
	return p;
}

static void on_map(struct recorder *r, const struct record *record)
{
	struct new_map m = {
		.start = record->map.start,
		.length = record->map.length,
		.offset = record->map.offset,
		.major = record->map.major,
		.minor = record->map.minor,
		.inode = record->map.inode,
		.executable = record->map.executable,
		.path = record->map.path,
	};
	struct process *p = processes_find(&r->processes, (int)record->pid);

	/* What was mapped before counts, too: the scan finds this one as well. */
	if (!p)
		known_process(r, record->pid);
	else
		process_map(&r->processes, p, &m);
}

static void on_comm(struct recorder *r, const struct record *record)
{
	struct process *p = record->comm.exec ? processes_get(&r->processes, (int)record->pid) :
						processes_find(&r->processes, (int)record->pid);
	size_t n = min_size(record->comm.name.n, sizeof(p->comm) - 1);

	if (!p)
		return;
	if (record->comm.exec)
		process_exec(p);
	process_name_thread(&r->processes, record->tid, record->comm.name);
	if (record->pid != record->tid)
		return;
	p->wanted = NOT_ASKED;
	memset(p->comm, 0, sizeof(p->comm));
	memcpy(p->comm, record->comm.name.p, n);
}

static void on_fork(struct recorder *r, const struct record *record)
{
	struct process *parent, *child;

	process_name_thread(&r->processes, record->tid, S(""));
	if (record->pid == record->parent)
		return; /* a thread */
	parent = processes_find(&r->processes, (int)record->parent);
	child = processes_find(&r->processes, (int)record->pid);
	if (child)
		process_exec(child); /* its number was used before */
	if (parent)
		process_fork(&r->processes, processes_get(&r->processes, (int)record->pid), parent);
}

static void on_exit_record(struct recorder *r, const struct record *record)
{
	struct process *p = processes_find(&r->processes, (int)record->pid);
	struct ended e = { record->time, (int)record->pid };

	if (!p || record->pid != record->tid)
		return;
	buf_put(&r->ended, &e, sizeof(e));
}

static bool is_running(int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	return access(path, R_OK) == 0;
}

/* Processes that ended a while ago; other threads of theirs may have gone on. */
static void forget_ended(struct recorder *r, uint64_t now)
{
	struct ended *e = (struct ended *)r->ended.p;
	size_t n = BUF_COUNT(&r->ended, *e), kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct process *p = processes_find(&r->processes, e[i].pid);

		if (now - e[i].time < LINGER_NS)
			e[kept++] = e[i];
		else if (p && !is_running(e[i].pid))
			process_forget(&r->processes, p);
	}
	r->ended.n = kept * sizeof(*e);
}

/* Samples */

static bool is_wanted(struct recorder *r, struct process *p)
{
	if (!r->wants)
		return true;
	if (p->wanted == NOT_ASKED)
		p->wanted = r->wants(r->context, p) ? WANTED : NOT_WANTED;
	return p->wanted == WANTED;
}

void recorder_ignore(struct recorder *r, int pid)
{
	r->helper[r->nhelper++ % LEN(r->helper)] = pid;
}

static bool is_ours(const struct recorder *r, uint32_t pid)
{
	if (!r->self)
		return false;
	for (size_t i = 0; i < LEN(r->helper); i++)
		if ((int)pid == r->helper[i] && pid)
			return true;
	return (int)pid == r->self;
}

/*
 * In the course of exec() and exit() a process has registers from before and no
 * stack that would go with them.
 */
static bool has_user_stack(struct recorder *r, const struct recorded *s,
			   const struct record *record)
{
	uint64_t ip = record->sample.regs[r->unwinder.arch->pc];

	return !s->nkernel ||
	       (record->sample.nstack && process_find(&r->processes, s->process, ip));
}

/* The call chain that the kernel walked: its own part, and that of the program. */
static void take_chain(struct recorder *r, const struct record *record, struct recorded *s,
		       uint64_t *kernel, struct user_frame *user)
{
	bool in_kernel = false, in_user = false;

	for (size_t i = 0; i < record->sample.nchain; i++) {
		uint64_t ip = record->sample.chain[i];

		if (ip >= PERF_CONTEXT_MAX) {
			in_kernel = ip == PERF_CONTEXT_KERNEL;
			in_user = ip == PERF_CONTEXT_USER;
		} else if (in_kernel && s->nkernel < MOST_CHAIN) {
			kernel[s->nkernel] = ip - (s->nkernel > 0);
			s->nkernel++;
		} else if (in_user && s->nuser < UNWIND_MOST) {
			uint64_t address = ip - (s->nuser > 0);

			user[s->nuser++] = (struct user_frame){
				process_find(&r->processes, s->process, address), address
			};
		}
	}
}

static void on_sample_record(struct recorder *r, const struct record *record)
{
	static struct user_frame user[UNWIND_MOST];
	static uint64_t kernel[MOST_CHAIN];
	struct recorded s = {
		.pid = record->pid,
		.tid = record->tid,
		.cpu = record->sample.cpu,
		.time = record->time,
		.period = record->sample.period,
		.event = sampler_event(r->sampler, record->sample.id),
		.kernel = kernel,
		.user = user,
		.end = UNWIND_COMPLETE,
	};
	struct user_state state = { record->sample.regs, record->sample.stack,
				    record->sample.nstack, (int)record->tid };

	s.process = known_process(r, record->pid);
	if (is_ours(r, record->pid) || !is_wanted(r, s.process))
		return;
	r->nsample++;
	if (r->processes.thread_names)
		s.thread = process_thread_name(&r->processes, s.process, record->tid);
	take_chain(r, record, &s, kernel, user);
	if (record->sample.regs && has_user_stack(r, &s, record)) {
		s.state = &state;
		s.nuser = unwind(&r->unwinder, s.process, &state, user, &s.end);
	}
	r->on_sample(r->context, &s);
}

/* Dealing with */

static void deal_with(struct recorder *r, const struct perf_event_header *h)
{
	struct record record;

	record_parse(h, nregs(r), &record);
	switch (record.kind) {
	case RECORD_SAMPLE: on_sample_record(r, &record); break;
	case RECORD_MAP: on_map(r, &record); break;
	case RECORD_COMM: on_comm(r, &record); break;
	case RECORD_FORK: on_fork(r, &record); break;
	case RECORD_EXIT: on_exit_record(r, &record); break;
	case RECORD_NAMESPACES:
		process_enter(&r->processes, processes_get(&r->processes, (int)record.pid),
			      record.mount_ns);
		break;
	default: break;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Carry records over to the next time. */
static void carry_over(struct recorder *r, const struct waiting *w, size_t n)
{
	struct buf swap;

	r->spare.n = r->spare_bytes.n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct perf_event_header *h = (const void *)(r->bytes.p + w[i].at);
		struct waiting moved = { w[i].time, r->spare_bytes.n };

		buf_put(&r->spare_bytes, h, h->size);
		buf_put(&r->spare, &moved, sizeof(moved));
	}
	swap = r->bytes;
	r->bytes = r->spare_bytes;
	r->spare_bytes = swap;
	swap = r->waiting;
	r->waiting = r->spare;
	r->spare = swap;
}

void recorder_take(struct recorder *r)
{
	for (size_t k = 0; k < r->sampler->nring; k++)
		ring_drain(&r->sampler->rings[k], take, r);
}

void recorder_drain(struct recorder *r, bool all)
{
	uint64_t now = recorder_now(), until = all ? UINT64_MAX : now - COMMIT_NS;
	struct waiting *w;
	size_t n, i = 0;

	recorder_take(r);
	w = (struct waiting *)r->waiting.p;
	n = BUF_COUNT(&r->waiting, *w);
	if (n)
		qsort(w, n, sizeof(*w), by_time);
	for (; i < n && w[i].time < until; i++)
		deal_with(r, (const void *)(r->bytes.p + w[i].at));
	carry_over(r, w ? w + i : w, n - i);
	if (r->spare_bytes.cap > MOST_SPARE)
		buf_release(&r->spare_bytes); /* there was a storm */
	forget_ended(r, now);
}
