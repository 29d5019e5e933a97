/*
 * Each thread is either running, or waiting since its last switch; `from` is the end of what
 * of that is in profiles already. The sample of a switch comes just before the record of it.
 *
 * A record can be lost. Two records of one thread that do not fit each other show that; what
 * lies between them is left out, and counted.
 */
#include "record/off_cpu.h"

#include <stddef.h>

#include "record/recorder.h"

enum {
	LONG_WAIT_NS = 50000000, /* so long a wait deserves a look at its stack */
	LINGER_NS = 2000000000,  /* so long after its end a thread's last switch may come */
	MOST_DEAD = 1 << 16,     /* shares of threads that have ended */
	RAN = 2,
	LOST = 3, /* what was done: else waits that were_runnable, or were not */
};

/* The stack of a wait. Addresses only: where they are mapped is looked up when it is used. */
struct wait_stack {
	bool known;
	bool was_looked;        /* it was not sampled: `names` in place of kernel addresses */
	uint64_t before, after; /* looked at then */
	uint64_t time;
	enum unwind_end end;
	uint32_t cpu;
	size_t nkernel;
	struct buf addresses; /* uint64_t: nkernel of the kernel, then the program's, leaf first */
	struct buf names;
};

/* What a thread did without a stack of its own. */
struct unsampled {
	uint64_t time, n;
};

struct off_thread {
	uint32_t pid, tid;
	uint32_t number; /* tids are used again */
	enum { NOT_KNOWN, RUNS, WAITS } state;
	bool runnable; /* of a wait */
	bool counted;
	bool from_before; /* it waits since before the recording */
	bool is_new;      /* it has not run yet */
	uint64_t since, from;
	struct wait_stack sampled, looked;
	struct unsampled unsampled[3]; /* of this profile: by what was done */
	uint32_t shares;               /* the first one of it */
};

struct known_thread {
	uint64_t tid;              /* from 1 */
	struct off_thread *thread; /* payload; NULL: there is none with that number */
	uint64_t ended;            /* when the last one of that number did */
};

/* What one sample of the profile has of a thread. */
struct share {
	uint32_t thread, what, sample, one;
	uint64_t time, n; /* payload */
	uint32_t next, zero;
};

static void init_shares(struct off_cpu *o)
{
	table_init(&o->shares, sizeof(struct share), offsetof(struct share, time));
}

void off_cpu_init(struct off_cpu *o, struct decoder *d, struct gather *g, size_t event)
{
	*o = (struct off_cpu){ .decoder = d, .gather = g, .event = event };
	table_init(&o->threads, sizeof(struct known_thread), offsetof(struct known_thread, thread));
	init_shares(o);
}

static void release_stack(struct wait_stack *s)
{
	buf_release(&s->addresses);
	buf_release(&s->names);
}

static void forget_thread(struct known_thread *row)
{
	if (!row->thread)
		return;
	row->ended = row->thread->from;
	release_stack(&row->thread->sampled);
	release_stack(&row->thread->looked);
	mem_free(row->thread, sizeof(*row->thread));
	row->thread = NULL;
}

static struct known_thread *thread_at(const struct off_cpu *o, uint32_t i)
{
	return table_row(&o->threads, i);
}

void off_cpu_release(struct off_cpu *o)
{
	for (uint32_t i = 1; i < o->threads.n; i++)
		forget_thread(thread_at(o, i));
	table_release(&o->threads);
	table_release(&o->shares);
	waiting_release(&o->look);
}

static struct known_thread *known_thread(struct off_cpu *o, uint32_t tid)
{
	struct known_thread key = { .tid = (uint64_t)tid + 1 };

	return table_row(&o->threads, table_intern(&o->threads, &key));
}

/*
 * The thread of that number, of which nothing is known before that time if it is new. NULL: it
 * has ended just now; what comes is the rest of it.
 */
static struct off_thread *thread_of(struct off_cpu *o, uint32_t pid, uint32_t tid, uint64_t time)
{
	struct known_thread *row = known_thread(o, tid);

	if (!row->thread && row->ended && time - row->ended < LINGER_NS)
		return NULL;
	if (!row->thread) {
		row->thread = mem_zeroed(1, sizeof(*row->thread));
		*row->thread = (struct off_thread){
			.tid = tid, .number = o->nthread++, .since = time, .from = time
		};
	}
	row->thread->pid = pid;
	return row->thread;
}

void off_cpu_begin(struct off_cpu *o)
{
	struct profile *p = o->gather->p;
	int64_t scale;

	table_release(&o->shares);
	init_shares(o);
	o->counts = (struct off_cpu_counts){ 0 };
	o->ndead = 0;
	p->head.default_type = dict_intern(p->dict, S("off_cpu"));
	if (!o->wall)
		return;
	p->head.default_type = dict_intern(p->dict, S("wall"));
	o->wall_column = profile_column(p, p->head.default_type,
					dict_intern(p->dict, S("nanoseconds")), &scale);
}

/* Values */

static void add_values(struct off_cpu *o, sample_id sample, unsigned what, uint64_t time,
		       uint64_t n)
{
	struct gather *g = o->gather;

	if (what < RAN) {
		profile_add_value(g->p, gather_count_column(g, o->event), sample, (int64_t)n);
		profile_add_value(g->p, gather_column(g, o->event), sample, (int64_t)time);
	}
	if (o->wall)
		profile_add_value(g->p, o->wall_column, sample, (int64_t)time);
}

/* Remember what a sample has of a thread, for what is to be shared out. */
static void add_share(struct off_cpu *o, struct off_thread *t, unsigned what, sample_id sample,
		      uint64_t time, uint64_t n)
{
	struct share key = { .thread = t->number, .what = what, .sample = sample.i, .one = 1 }, *s;
	uint32_t known = o->shares.n, i = table_intern(&o->shares, &key);

	s = table_row(&o->shares, i);
	if (i == known) {
		s->next = t->shares;
		t->shares = i;
	}
	s->time += time;
	s->n += n;
}

/* Stacks */

static const char *label_of(unsigned what)
{
	static const char *const labels[] = { WAIT_BLOCKED, WAIT_RUNNABLE, WAIT_RUNNING, NULL };

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

/* The row of a stack in the profile. */
static sample_id row_of_stack(struct off_cpu *o, const struct off_thread *t, unsigned what,
			      const struct wait_stack *stack)
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
	return gather_row(o->gather, &s);
}

static sample_id row_of_frame(struct off_cpu *o, const struct off_thread *t, unsigned what,
			      const char *frame)
{
	struct perf_sample s = sample_of(o, t, what);

	s.instead = frame;
	return gather_row(o->gather, &s);
}

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

/* The stack of a wait that lasts until `to` at least; NULL: none is known. */
static const struct wait_stack *stack_of_wait(const struct off_thread *t, uint64_t to)
{
	const struct wait_stack *l = &t->looked;

	if (t->sampled.known)
		return &t->sampled;
	return l->known && t->since <= l->before && l->after <= to ? l : NULL;
}

/* Waits and runs */

/* What a wait has from `from` until `to` goes to the profile. */
static void put_wait(struct off_cpu *o, struct off_thread *t, uint64_t to)
{
	const struct wait_stack *stack = stack_of_wait(t, to);
	uint64_t time = to - t->from, n = !t->counted;
	unsigned what = t->runnable;

	t->from = to;
	t->counted = true;
	o->counts.waits += n;
	o->counts.time += time;
	if (stack) {
		sample_id row = row_of_stack(o, t, what, stack);

		add_values(o, row, what, time, n);
		add_share(o, t, what, row, time, n);
	} else if (t->from_before || t->is_new) {
		add_values(o,
			   row_of_frame(o, t, what,
					t->is_new ? "[new thread]" :
						    "[waiting since before the recording]"),
			   what, time, n);
	} else {
		t->unsampled[what].time += time;
		t->unsampled[what].n += n;
		o->counts.no_stack += n;
		o->counts.no_stack_time += time;
	}
}

static void end_wait(struct off_cpu *o, struct off_thread *t, uint64_t time)
{
	if (time - t->since >= o->min_wait) {
		put_wait(o, t, time);
		return;
	}
	o->counts.short_ones++;
	o->counts.short_time += time - t->from;
}

static void end_run(struct off_cpu *o, struct off_thread *t, uint64_t time)
{
	o->ran += time - t->from;
	t->unsampled[RAN].time += time - t->from;
	t->from = time;
}

static void begin_run(struct off_thread *t, uint64_t time)
{
	t->state = RUNS;
	t->since = t->from = time;
	t->from_before = t->is_new = false;
	t->sampled.known = false;
	if (t->looked.after < time)
		t->looked.known = false;
}

static void begin_wait(struct off_thread *t, uint64_t time, bool runnable)
{
	t->state = WAITS;
	t->since = t->from = time;
	t->runnable = runnable;
	t->counted = t->from_before = t->is_new = false;
}

/* When it got a CPU was lost: nobody knows how much of the time since then it waited. */
static void lose_time(struct off_cpu *o, struct off_thread *t, uint64_t to)
{
	uint64_t time = to - t->from;

	o->counts.unknown++;
	o->counts.unknown_time += time;
	if (o->wall)
		add_values(o, row_of_frame(o, t, LOST, "[lost]"), LOST, time, 0);
}

static void on_switch_out(struct off_cpu *o, struct off_thread *t, const struct record *r)
{
	if (t->state == WAITS && !t->from_before)
		lose_time(o, t, r->time);
	else
		end_run(o, t, r->time);
	begin_wait(t, r->time, r->task_switch.preempt);
}

static void on_switch_in(struct off_cpu *o, struct off_thread *t, const struct record *r)
{
	if (t->state == RUNS) {
		o->counts.unknown++; /* when it left its CPU was lost */
		return;
	}
	if (t->state == NOT_KNOWN)
		t->from_before = t->runnable = true;
	if (r->time > t->from)
		end_wait(o, t, r->time);
	begin_run(t, r->time);
}

static void share_out_all(struct off_cpu *o, struct off_thread *t);

/* Keep only shares of threads that there are. */
static void sweep_shares(struct off_cpu *o)
{
	struct table was = o->shares;

	init_shares(o);
	for (uint32_t i = 1; i < o->threads.n; i++) {
		struct off_thread *t = thread_at(o, i)->thread;
		uint32_t old = t ? t->shares : 0;

		if (t)
			t->shares = 0;
		while (old) {
			struct share row = *(struct share *)table_row(&was, old);

			old = row.next;
			row.next = t->shares;
			t->shares = table_intern(&o->shares, &row);
		}
	}
	table_release(&was);
	o->ndead = 0;
}

static void end_thread(struct off_cpu *o, uint32_t tid, uint64_t time)
{
	struct known_thread *row = known_thread(o, tid);
	struct off_thread *t = row->thread;

	if (!t)
		return;
	if (t->state != WAITS)
		end_run(o, t, time);
	t->from = time;
	share_out_all(o, t);
	for (uint32_t i = t->shares; i; o->ndead++)
		i = ((struct share *)table_row(&o->shares, i))->next;
	forget_thread(row);
	if (o->ndead > MOST_DEAD && o->ndead > o->shares.n / 2)
		sweep_shares(o);
}

static void begin_thread(struct off_cpu *o, const struct record *r)
{
	struct known_thread *row = known_thread(o, r->tid);
	struct off_thread *t;

	row->ended = 0;
	t = thread_of(o, r->pid, r->tid, r->time);
	if (r->kind == RECORD_COMM) {
		if (t->state == NOT_KNOWN)
			begin_run(t, r->time);
		return;
	}
	t->sampled.known = false;
	begin_wait(t, r->time, true);
	t->is_new = true;
}

static void switch_thread(struct off_cpu *o, const struct record *r)
{
	struct off_thread *t = thread_of(o, r->pid, r->tid, r->time);

	if (!t)
		return;
	if (r->task_switch.out)
		on_switch_out(o, t, r);
	else
		on_switch_in(o, t, r);
}

void off_cpu_task(struct off_cpu *o, const struct record *r)
{
	if (r->time < o->begun)
		return;
	switch (r->kind) {
	case RECORD_SWITCH: switch_thread(o, r); break;
	case RECORD_EXIT: end_thread(o, r->tid, r->time); break;
	case RECORD_FORK:
	case RECORD_COMM: begin_thread(o, r); break;
	default: break;
	}
}

void off_cpu_sample(struct off_cpu *o, const struct perf_sample *s)
{
	struct off_thread *t;

	if (s->time < o->begun)
		return;
	t = thread_of(o, s->pid, s->tid, s->time);
	if (!t)
		return;
	keep_addresses(&t->sampled, s);
	gather_count_end(o->gather, s->end);
}

void off_cpu_ran(struct off_cpu *o, const struct perf_sample *s, sample_id sample, uint64_t worth)
{
	struct off_thread *t = s->time < o->begun ? NULL : thread_of(o, s->pid, s->tid, s->time);

	if (t)
		add_share(o, t, RAN, sample, worth, 0);
}

/* Looking */

static void unwind_looked(struct off_cpu *o, struct off_thread *t)
{
	struct decoder *d = o->decoder;
	const struct arch *a = d->arch;
	struct perf_sample s = sample_of(o, t, t->runnable);
	uint64_t regs[ARCH_REGS] = { 0 };
	struct user_state state = {
		.regs = regs,
		.stack = (const uint8_t *)o->look.stack.p,
		.nstack = o->look.stack.n,
		.pid = (int)t->pid,
		.tid = (int)t->tid,
		.missing = ~((uint64_t)1 << a->pc | (uint64_t)1 << a->sp),
	};

	regs[a->pc] = o->look.pc;
	regs[a->sp] = o->look.sp;
	regs[a->fp] = 1; /* not known: nothing can be there */
	if (o->look.pc && o->look.stack.n)
		decoder_unwind_waiting(d, &state, &s);
	s.time = o->look.before;
	keep_addresses(&t->looked, &s);
}

/* Read the stack of a thread that waits, if it does. */
static void look_at(struct off_cpu *o, struct off_thread *t)
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

void off_cpu_look(struct off_cpu *o, uint64_t now, uint32_t most)
{
	for (uint32_t i = 1; most && i < o->threads.n; i++) {
		struct off_thread *t = thread_at(o, i)->thread;

		if (t && t->state == WAITS && !t->sampled.known && now > t->since &&
		    now - t->since >= LONG_WAIT_NS && !stack_of_wait(t, now)) {
			look_at(o, t);
			most--;
		}
	}
}

void off_cpu_list(struct off_cpu *o, int pid, int tid)
{
	struct off_thread *t;

	if (!decoder_process(o->decoder, (uint32_t)pid))
		return;
	t = thread_of(o, (uint32_t)pid, (uint32_t)tid, o->begun);
	t->since = t->from = o->begun;
	look_at(o, t);
	if (!o->look.waits)
		return;
	t->state = WAITS;
	t->from_before = true;
}

/* Sharing out */

/* part / whole of n, where n may be large. */
static uint64_t part_of(uint64_t n, uint64_t part, uint64_t whole)
{
	return (uint64_t)((unsigned __int128)n * part / whole);
}

/*
 * What a thread did without a stack goes to its samples of that kind. Each has its part of what
 * is left, so that the parts add up.
 */
static void share_out(struct off_cpu *o, struct off_thread *t, unsigned what)
{
	struct unsampled left = t->unsampled[what], whole = { 0 };

	t->unsampled[what] = whole;
	if (!left.time && !left.n)
		return;
	for (uint32_t i = t->shares; i;) {
		const struct share *s = table_row(&o->shares, i);

		whole.time += s->what == what ? s->time : 0;
		whole.n += s->what == what ? s->n : 0;
		i = s->next;
	}
	if (!whole.time) {
		add_values(o, row_of_frame(o, t, what, "[not sampled]"), what, left.time, left.n);
		return;
	}
	for (uint32_t i = t->shares; i;) {
		const struct share *s = table_row(&o->shares, i);

		i = s->next;
		if (s->what == what && s->time) {
			uint64_t time = part_of(left.time, s->time, whole.time);
			uint64_t n = whole.n ? part_of(left.n, s->n, whole.n) : 0;

			whole.time -= s->time;
			whole.n -= s->n;
			if (!whole.time)
				n = left.n;
			left.time -= time;
			left.n -= n;
			add_values(o, (sample_id){ s->sample }, what, time, n);
		}
	}
}

static void share_out_all(struct off_cpu *o, struct off_thread *t)
{
	share_out(o, t, false);
	share_out(o, t, true);
	if (o->wall)
		share_out(o, t, RAN);
	t->unsampled[RAN] = (struct unsampled){ 0 };
}

static void cut_thread(struct off_cpu *o, struct off_thread *t, uint64_t time)
{
	if (time > t->from && t->state != WAITS)
		end_run(o, t, time);
	else if (time > t->from && time - t->since >= o->min_wait)
		put_wait(o, t, time);
	share_out_all(o, t);
	t->shares = 0;
}

void off_cpu_cut(struct off_cpu *o, uint64_t time)
{
	for (uint32_t i = 1; i < o->threads.n; i++)
		if (thread_at(o, i)->thread)
			cut_thread(o, thread_at(o, i)->thread, time);
}
