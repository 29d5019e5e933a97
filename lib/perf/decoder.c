#include "perf/decoder.h"

#include "perf/sample_regs.h"

static const uint64_t LINGER_NS = 2000000000; /* a process is kept this long after its end */

struct ended {
	uint64_t time;
	int pid;
};

void decoder_init(struct decoder *d, const struct arch *arch, const struct perf_host *host)
{
	*d = (struct decoder){ .arch = arch, .host = *host, .most_chain = DECODER_MOST_CHAIN };
	binaries_init(&d->binaries, arch, &d->host);
	processes_init(&d->processes, &d->binaries, &d->host);
	unwinder_init(&d->unwinder, arch);
	cgroups_init(&d->cgroups, &d->host);
	kernel_codes_init(&d->kernel_codes);
}

void decoder_release(struct decoder *d)
{
	unwinder_release(&d->unwinder);
	processes_release(&d->processes);
	binaries_release(&d->binaries);
	record_queue_release(&d->queue);
	deferred_release(&d->deferred);
	cgroups_release(&d->cgroups);
	kernel_codes_release(&d->kernel_codes);
	buf_release(&d->ended);
	buf_release(&d->chain);
}

bool decoder_add(struct decoder *d, const struct perf_event_header *h,
		 const struct perf_event_attr *attr, size_t event)
{
	struct record r;

	record_parse(h, attr, &r);
	switch (r.kind) {
	case RECORD_MALFORMED: return false;
	case RECORD_OTHER: break;
	case RECORD_LOST:
		d->counts.lost += r.lost;
		d->counts.lost_samples += r.lost_samples ? r.lost : 0;
		break;
	case RECORD_THROTTLE: d->counts.throttled++; break;
	case RECORD_SWITCH:
		if (d->on_task)
			record_queue_add(&d->queue, h, &r, event);
		break;
	default: record_queue_add(&d->queue, h, &r, event);
	}
	return true;
}

/* Processes */

/* A process without a name in records gets perf's name for it: ":17". */
static void name_unknown(struct process *p)
{
	struct buf name = { 0 };

	if (p->pid)
		buf_printf(&name, ":%d", p->pid);
	else
		buf_add(&name, S("swapper"));
	process_set_comm(p, buf_str(&name));
	buf_release(&name);
}

/* The process with that pid. If it is older than the records, the host scans it. */
static struct process *known_process(struct decoder *d, uint32_t pid)
{
	struct process *p = processes_find(&d->processes, (int)pid);

	if (p)
		return p;
	p = processes_get(&d->processes, (int)pid);
	if (d->host.scan)
		d->host.scan(d->host.context, &d->processes, p);
	else
		name_unknown(p);
	return p;
}

static void on_map(struct decoder *d, const struct record *r)
{
	struct process *p = processes_find(&d->processes, (int)r->pid);
	struct record_map m = r->map;

	if (!m.build_id.n && d->host.build_id)
		m.build_id = d->host.build_id(d->host.context, m.path);
	if (m.in_kernel) {
		process_map(&d->processes, &d->processes.kernel, &m);
		return;
	}
	/* A scan finds earlier mappings, and this one, too. */
	if (!p) {
		p = known_process(d, r->pid);
		if (p->nmap)
			return;
	}
	process_map(&d->processes, p, &m);
}

static void on_comm(struct decoder *d, const struct record *r)
{
	struct process *p = processes_find(&d->processes, (int)r->pid);

	if (!p && r->comm.exec)
		p = processes_get(&d->processes, (int)r->pid);
	if (!p && !d->host.scan)
		p = known_process(d, r->pid);
	if (!p)
		return;
	if (r->comm.exec) {
		process_exec(&d->processes, p);
		process_enter(&d->processes, p, p->mount_ns);
	}
	process_name_thread(&d->processes, r->tid, r->comm.name);
	if (r->pid != r->tid)
		return;
	p->wanted = NOT_ASKED;
	process_set_comm(p, r->comm.name);
}

/* A thread begins with the name of its creator. The host knows later names. */
static void name_new_thread(struct decoder *d, const struct record *r)
{
	const struct process *parent = processes_find(&d->processes, (int)r->parent);
	struct buf name = { 0 };

	if (!d->host.thread_name && parent && d->processes.thread_names)
		buf_add(&name, str_of(process_thread_name(&d->processes, parent, r->parent_tid)));
	process_name_thread(&d->processes, r->tid, buf_str(&name));
	buf_release(&name);
}

static void on_fork(struct decoder *d, const struct record *r)
{
	struct process *parent, *child;

	name_new_thread(d, r);
	if (r->pid == r->parent)
		return; /* a thread */
	parent = d->host.scan ? known_process(d, r->parent) :
				processes_find(&d->processes, (int)r->parent);
	child = processes_find(&d->processes, (int)r->pid);
	if (child)
		process_exec(&d->processes, child); /* the pid was used before */
	if (parent)
		process_fork(processes_get(&d->processes, (int)r->pid), parent);
}

static void on_exit_record(struct decoder *d, const struct record *r)
{
	struct ended e = { r->time, (int)r->pid };

	if (r->pid == r->tid && processes_find(&d->processes, (int)r->pid))
		buf_put(&d->ended, &e, sizeof(e));
}

static bool runs_on(const struct decoder *d, int pid)
{
	return d->host.is_running && d->host.is_running(d->host.context, pid);
}

/*
 * Drops processes that ended a while ago. A process whose other threads go on, or that is a
 * zombie, is checked again later.
 */
static void forget_ended(struct decoder *d, uint64_t now)
{
	struct ended *e = (struct ended *)d->ended.p;
	size_t n = BUF_COUNT(&d->ended, *e), kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct process *p;

		if (now - e[i].time < LINGER_NS || n - i <= d->keep_ended) {
			e[kept++] = e[i];
			continue;
		}
		p = processes_find(&d->processes, e[i].pid);
		if (p && runs_on(d, e[i].pid)) {
			e[kept] = e[i];
			e[kept++].time = now;
		} else if (p) {
			process_forget(&d->processes, p);
		}
	}
	d->ended.n = kept * sizeof(*e);
}

/* Samples */

static bool is_wanted(struct decoder *d, struct process *p)
{
	if (!d->wants)
		return true;
	if (p->wanted == NOT_ASKED)
		p->wanted = d->wants(d->context, p) ? WANTED : NOT_WANTED;
	return p->wanted == WANTED;
}

/*
 * Code runs at an address without a mapping if no record described the mapping: mremap() causes no
 * record, and some records are lost. The longer the search finds nothing, the less often it is made.
 */
static void find_unrecorded(struct decoder *d, const struct record *r, struct process *p)
{
	static const uint64_t least_pause = 1u << 26, most_pause = 1ull << 36; /* ns */

	if (!d->host.scan_again || r->sample.mode != RECORD_IN_USER || r->time < p->scan_again_at ||
	    process_find(&d->processes, p, r->sample.ip))
		return;
	if (d->host.scan_again(d->host.context, &d->processes, p) || !p->scan_pause)
		p->scan_pause = least_pause;
	else if (p->scan_pause < most_pause)
		p->scan_pause *= 2;
	p->scan_again_at = r->time + p->scan_pause;
}

static void add_kernel_frame(struct decoder *d, struct perf_sample *s, uint64_t address)
{
	if (s->nkernel < DECODER_MOST_KERNEL)
		d->kernel[s->nkernel++] = address;
}

static void add_user_frame(struct decoder *d, struct perf_sample *s, uint64_t address)
{
	const struct map *m;

	if (s->nuser == UNWIND_MOST)
		return;
	m = process_find(&d->processes, s->process, address);
	if (!m) /* a word that is no address may have the bit of scripts */
		address &= ~SCRIPT_FRAME;
	d->user[s->nuser++] = (struct user_frame){ m ? &m->region : NULL, address };
}

/* The context of the first addresses in a chain that does not begin with a mark. */
static uint64_t first_context(const struct record_sample *r)
{
	switch (r->mode) {
	case RECORD_IN_KERNEL: return (uint64_t)PERF_CONTEXT_KERNEL;
	case RECORD_IN_USER: return (uint64_t)PERF_CONTEXT_USER;
	default: return 0;
	}
}

/*
 * Adds the kernel's call chain: the kernel's part, then the program's. Callers are return
 * addresses, which follow the call. The program's part comes from its memory, where a word may
 * look like a mark, so neither a mark nor a frame is accepted after that part.
 */
static void add_chain(struct decoder *d, const struct record_sample *r, struct perf_sample *s)
{
	uint64_t mode = first_context(r);

	d->chain.n = 0;
	for (size_t i = 0; i < r->nchain; i++) {
		uint64_t ip = r->chain[i];

		if (ip == RECORD_CONTEXT_DEFERRED ||
		    (ip >= (uint64_t)PERF_CONTEXT_MAX && mode == (uint64_t)PERF_CONTEXT_USER &&
		     i > 0)) {
			s->end = UNWIND_LOST;
			break;
		}
		if (ip >= (uint64_t)PERF_CONTEXT_MAX)
			mode = ip;
		else if (mode == (uint64_t)PERF_CONTEXT_KERNEL)
			add_kernel_frame(d, s, ip - (s->nkernel > 0));
		else if (mode == (uint64_t)PERF_CONTEXT_USER && r->regs)
			buf_put(&d->chain, &ip, sizeof(ip));
		else if (mode == (uint64_t)PERF_CONTEXT_USER)
			add_user_frame(d, s, ip - (s->nuser > 0));
		if (r->calls && s->nuser)
			break; /* the others come from the processor */
	}
	for (size_t i = 0; i < r->ncall && !r->regs; i++)
		add_user_frame(d, s, r->calls[i].from);
	/* The kernel cuts the chain there, without a mark. */
	if (s->nuser && !r->calls && s->nkernel + s->nuser >= d->most_chain)
		s->end = UNWIND_DEEP;
}

static void add_frames(struct decoder *d, const struct record_sample *r, struct perf_sample *s)
{
	if (r->chain)
		add_chain(d, r, s);
	else if (r->mode == RECORD_IN_KERNEL)
		add_kernel_frame(d, s, r->ip);
	else if (r->mode == RECORD_IN_USER)
		add_user_frame(d, s, r->ip);
}

/*
 * Do the registers have no stack? During exec() and exit() a process has its old registers, but
 * not the stack for them.
 */
static bool has_no_stack(struct decoder *d, const struct perf_sample *s,
			 const struct record_sample *r, uint64_t pc)
{
	return s->nkernel && (!r->nstack || !process_find(&d->processes, s->process, pc));
}

/*
 * Unwinds the program's frames from the registers and the stack of the sample. Of 32-bit programs
 * on aarch64 only the innermost frame is known.
 */
static void unwind_sample(struct decoder *d, const struct record_sample *r, struct perf_sample *s,
			  struct user_state *state)
{
	struct process_view view = { &d->processes, s->process, (int)s->tid };
	struct address_space space = process_address_space(&view);
	bool is_i386 = r->is_32bit && d->arch == &arch_x86_64, no_stack;
	const struct arch *arch = is_i386 ? &arch_i386 : d->arch;

	*state = (struct user_state){ .regs = d->regs,
				      .stack = r->stack,
				      .nstack = r->nstack,
				      .chain = (const uint64_t *)d->chain.p,
				      .nchain = BUF_COUNT(&d->chain, uint64_t),
				      .pid = s->process->pid,
				      .tid = (int)s->tid,
				      .is_32bit = is_i386 };
	if (!sample_regs_decode(arch, r->regs_mask, r->regs, d->regs, &state->missing))
		return;
	no_stack = has_no_stack(d, s, r, d->regs[arch->pc]);
	if (r->is_32bit && no_stack)
		return;
	if (r->is_32bit && !state->is_32bit) {
		add_user_frame(d, s, d->regs[arch->pc]);
		s->end = UNWIND_NO_TABLES;
		return;
	}
	s->nuser = unwind(&d->unwinder, &space, state, d->user, &s->end);
	if (!s->nuser && no_stack)
		s->end = UNWIND_COMPLETE;
	else
		s->state = state;
}

static void on_sample_record(struct decoder *d, const struct record *r, size_t event)
{
	struct perf_sample s = {
		.process = known_process(d, r->pid),
		.pid = r->pid,
		.tid = r->tid,
		.cpu = r->cpu,
		.time = r->time,
		.period = r->sample.period,
		.record = &r->sample,
		.event = event,
		.kernel = d->kernel,
		.user = d->user,
		.end = UNWIND_COMPLETE,
	};
	struct user_state state;

	if (!is_wanted(d, s.process))
		return;
	if (r->sample.cgroup)
		s.process->cgroup = r->sample.cgroup;
	d->counts.samples++;
	if (d->processes.thread_names)
		s.thread = process_thread_name(&d->processes, s.process, r->tid);
	find_unrecorded(d, r, s.process);
	add_frames(d, &r->sample, &s);
	if (r->sample.regs)
		unwind_sample(d, &r->sample, &s, &state);
	d->on_sample(d->context, &s);
}

/* Threads that wait */

struct process *decoder_process(struct decoder *d, uint32_t pid)
{
	struct process *p = known_process(d, pid);

	return is_wanted(d, p) ? p : NULL;
}

void decoder_unwind_waiting(struct decoder *d, const struct user_state *state,
			    struct perf_sample *s)
{
	struct process_view view = { &d->processes, s->process, (int)s->tid };
	struct address_space space = process_address_space(&view);

	s->user = d->user;
	s->nuser = unwind(&d->unwinder, &space, state, d->user, &s->end);
}

/* Is it a record for on_task()? */
static bool is_of_task(const struct record *r)
{
	return r->kind == RECORD_SWITCH || r->kind == RECORD_FORK || r->kind == RECORD_EXIT ||
	       (r->kind == RECORD_COMM && r->comm.exec);
}

static void on_kernel_code(struct decoder *d, const struct record *r)
{
	if (r->kernel_code.removed)
		kernel_codes_remove(&d->kernel_codes, r->kernel_code.start, r->kernel_code.length);
	else
		kernel_codes_add(&d->kernel_codes, r->kernel_code.start, r->kernel_code.length,
				 r->kernel_code.name);
}

static void on_complete(void *decoder, const struct record *r, size_t event)
{
	on_sample_record(decoder, r, event);
}

/* Running */

static void handle_record(void *context, const struct record *r, size_t event)
{
	struct decoder *d = context;

	switch (r->kind) {
	case RECORD_SAMPLE:
		if (!deferred_wait(&d->deferred, r, event))
			on_sample_record(d, r, event);
		break;
	case RECORD_DEFERRED: deferred_complete(&d->deferred, r, on_complete, d); break;
	case RECORD_CGROUP: cgroups_add(&d->cgroups, r->cgroup.id, r->cgroup.path); break;
	case RECORD_KERNEL_CODE: on_kernel_code(d, r); break;
	case RECORD_MAP: on_map(d, r); break;
	case RECORD_COMM: on_comm(d, r); break;
	case RECORD_FORK: on_fork(d, r); break;
	case RECORD_EXIT: on_exit_record(d, r); break;
	case RECORD_NAMESPACES:
		/* The kernel writes it for each new thread, too, even of an unknown process. */
		process_enter(&d->processes, known_process(d, r->pid), r->mount_ns);
		break;
	default: break;
	}
	if (d->on_task && is_of_task(r) && decoder_process(d, r->pid))
		d->on_task(d->context, r);
}

void decoder_run(struct decoder *d, uint64_t until)
{
	record_queue_until(&d->queue, until, handle_record, d);
	if (until == UINT64_MAX)
		deferred_flush(&d->deferred, on_complete, d);
	forget_ended(d, d->queue.newest);
}

void decoder_end_round(struct decoder *d)
{
	decoder_run(d, record_queue_end_round(&d->queue));
}
