/* The stacks of waits, from samples or read from waiting threads. */
#include "record/off_cpu/off_cpu_parts.h"

#include "base/when.h"
#include "record/off_cpu/futex.h"

void off_cpu_release_stack(struct wait_stack *s)
{
	buf_release(&s->addresses);
	buf_release(&s->names);
}

const struct wait_stack *off_cpu_stack(const struct off_thread *t, uint64_t to)
{
	const struct wait_stack *l = &t->looked;

	if (t->sampled.known)
		return &t->sampled;
	return l->known && t->since <= l->before && l->after <= to ? l : NULL;
}

/* To the profile */

static const char *label_of(unsigned what)
{
	static const char *const labels[] = { [BLOCKED] = WAIT_BLOCKED,
					      [RUNNABLE] = WAIT_RUNNABLE,
					      [RAN] = WAIT_RUNNING,
					      [LOST] = NULL };

	return labels[what];
}

static struct perf_sample sample_of(struct off_cpu *o, const struct off_thread *t, unsigned what)
{
	struct processes *all = &o->decoder->processes;
	struct process *p = processes_get(all, (int)t->pid);

	return (struct perf_sample){
		.process = p,
		.pid = t->pid,
		.tid = t->tid,
		.cpu = UINT32_MAX,
		.event = o->event,
		.end = UNWIND_COMPLETE,
		.wait = label_of(what),
		.thread = all->thread_names ? process_thread_name(all, p, t->tid) : NULL,
	};
}

sample_id off_cpu_row(struct off_cpu *o, const struct off_thread *t, unsigned what,
		      const struct wait_stack *stack, uint64_t to)
{
	struct perf_sample s = sample_of(o, t, what);
	const uint64_t *address = (const uint64_t *)stack->addresses.p;
	size_t n = BUF_COUNT(&stack->addresses, *address);
	struct user_frame *user = o->decoder->user;

	s.time = stack->time;
	s.cpu = stack->cpu;
	s.end = stack->end;
	s.kernel = address;
	s.nkernel = stack->nkernel;
	s.kernel_names = buf_str(&stack->names);
	s.user = user;
	for (size_t i = stack->nkernel; i < n && s.nuser < UNWIND_MOST; i++) {
		const struct map *m = process_find(&o->decoder->processes, s.process, address[i]);

		user[s.nuser++] = (struct user_frame){ m ? &m->region : NULL, address[i] };
	}
	if (what == BLOCKED) {
		s.lock = stack->lock;
		s.holder = stack->held <= to ? stack->holder : 0;
	}
	return gather_row(o->gather, &s);
}

sample_id off_cpu_frame_row(struct off_cpu *o, const struct off_thread *t, unsigned what,
			    const char *frame)
{
	struct perf_sample s = sample_of(o, t, what);

	s.instead = frame;
	return gather_row(o->gather, &s);
}

void off_cpu_add(struct off_cpu *o, sample_id sample, unsigned what, uint64_t time, uint64_t n)
{
	struct gather *g = o->gather;

	if (what < RAN) {
		profile_add_value(g->p, gather_count_column(g, o->event), sample, (int64_t)n);
		profile_add_value(g->p, gather_column(g, o->event), sample, (int64_t)time);
	}
	if (o->wall)
		profile_add_value(g->p, o->wall_column, sample, (int64_t)time);
}

/* Locks */

/* Finds a lock's holder. The thread's next switch tells whether it still waited then. */
static void find_holder(struct off_cpu *o, const struct off_thread *t, struct wait_stack *s)
{
	const struct perf_host *host = &o->decoder->host;
	uint32_t word[FUTEX_WORDS], owner[FUTEX_MOST_OWNERS];
	size_t n = 0;

	if (host->read &&
	    host->read(host->context, (int)t->tid, s->lock, word, sizeof(word)) == sizeof(word))
		n = futex_owners(word, owner);
	s->held = o->asked = (uint64_t)monotonic_ns();
	for (size_t i = 0; i < n && !s->holder; i++) {
		const struct off_thread *other = off_cpu_find(o, owner[i]);

		if (other && other->pid == t->pid && other != t)
			s->holder = owner[i];
	}
}

static void keep_lock(struct off_cpu *o, const struct off_thread *t, struct wait_stack *to,
		      uint64_t lock)
{
	to->lock = o->locks ? lock : 0;
	to->holder = 0;
	to->held = 0;
	if (to->lock)
		find_holder(o, t, to);
}

/* From samples */

static void keep_addresses(struct wait_stack *to, const struct perf_sample *s)
{
	uint64_t *at;

	to->addresses.n = to->names.n = 0;
	to->nkernel = s->nkernel;
	at = (uint64_t *)buf_room(&to->addresses, (s->nkernel + s->nuser) * sizeof(*at));
	for (size_t i = 0; i < s->nkernel; i++)
		*at++ = s->kernel[i];
	for (size_t i = 0; i < s->nuser; i++)
		*at++ = s->user[i].address;
	to->addresses.n = (s->nkernel + s->nuser) * sizeof(*at);
	to->end = s->end;
	to->time = s->time;
	to->cpu = s->cpu;
	to->known = true;
}

void off_cpu_keep(struct off_cpu *o, struct off_thread *t, const struct perf_sample *s)
{
	bool is_64bit = s->state && !(s->record && s->record->is_32bit);

	keep_addresses(&t->sampled, s);
	keep_lock(o, t, &t->sampled, is_64bit ? futex_of_registers(o->decoder->arch, s->state) : 0);
}

/* From threads that wait */

/* Does a process execute 32-bit code at an address? */
static bool is_32bit_code(struct decoder *d, struct process *p, uint64_t address)
{
	const struct map *m = p ? process_find(&d->processes, p, address) : NULL;

	return m && m->region.module && m->region.module->arch == &arch_i386;
}

static void unwind_looked(struct off_cpu *o, struct off_thread *t)
{
	struct decoder *d = o->decoder;
	struct perf_sample s = sample_of(o, t, t->runnable);
	bool is_32bit = is_32bit_code(d, s.process, o->look.pc);
	const struct arch *a = is_32bit ? &arch_i386 : d->arch;
	uint64_t regs[ARCH_REGS] = { 0 };
	struct user_state state = {
		.regs = regs,
		.stack = (const uint8_t *)o->look.stack.p,
		.nstack = o->look.stack.n,
		.pid = (int)t->pid,
		.tid = (int)t->tid,
		.missing = ~((uint64_t)1 << a->pc | (uint64_t)1 << a->sp),
		.is_32bit = is_32bit,
	};

	regs[a->pc] = o->look.pc;
	regs[a->sp] = o->look.sp;
	regs[a->fp] = 1; /* not known: an address where nothing is mapped */
	if (o->look.pc && o->look.stack.n)
		decoder_unwind_waiting(d, &state, &s);
	s.time = o->look.before;
	keep_addresses(&t->looked, &s);
	keep_lock(o, t, &t->looked, o->look.lock);
}

void off_cpu_look_at(struct off_cpu *o, struct off_thread *t)
{
	struct wait_stack *to = &t->looked;

	to->known = false;
	if (!waiting_look((int)t->pid, (int)t->tid, o->stack_bytes, &o->look))
		return;
	unwind_looked(o, t);
	buf_add(&to->names, buf_str(&o->look.functions));
	to->before = o->look.before;
	to->after = o->look.after;
	to->known = to->addresses.n || to->names.n;
	o->decoder->counts.samples += to->known;
	if (to->known)
		gather_count_end(o->gather, to->end);
}
