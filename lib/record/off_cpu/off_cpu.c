/*
 * Since its last switch, each thread either runs or waits. Its time up to `from` is in profiles
 * already. The sample of a switch comes just before its record.
 *
 * A record can be lost, so that two records of a thread do not fit together. The time between
 * them is left out, and counted.
 */
#include "record/off_cpu/off_cpu_parts.h"

#include <stddef.h>

#include "record/recorder.h"

enum {
	LONG_WAIT_NS = 50000000, /* the stack of a longer wait is read from the process */
	LINGER_NS = 2000000000,  /* a thread's last switch may come this long after its end */
};

void off_cpu_init(struct off_cpu *o, struct decoder *d, struct gather *g, size_t event)
{
	*o = (struct off_cpu){ .decoder = d, .gather = g, .event = event };
	table_init(&o->threads, sizeof(struct known_thread), offsetof(struct known_thread, thread));
	off_cpu_init_shares(o);
}

static void forget_thread(struct known_thread *row)
{
	if (!row->thread)
		return;
	row->ended = row->thread->from;
	off_cpu_release_stack(&row->thread->sampled);
	off_cpu_release_stack(&row->thread->looked);
	mem_free(row->thread, sizeof(*row->thread));
	row->thread = NULL;
}

void off_cpu_release(struct off_cpu *o)
{
	for (uint32_t i = 1; i < o->threads.n; i++)
		forget_thread(off_cpu_thread(o, i));
	table_release(&o->threads);
	table_release(&o->shares);
	waiting_release(&o->look);
}

static struct known_thread *known_thread(struct off_cpu *o, uint32_t tid)
{
	struct known_thread key = { .tid = (uint64_t)tid + 1 };

	return table_row(&o->threads, table_intern(&o->threads, &key));
}

struct off_thread *off_cpu_find(struct off_cpu *o, uint32_t tid)
{
	struct known_thread key = { .tid = (uint64_t)tid + 1 };
	uint32_t i = table_find(&o->threads, &key);

	return i ? off_cpu_thread(o, i)->thread : NULL;
}

/* The row's thread; nothing is known of a new one before that time. */
static struct off_thread *living_thread(struct off_cpu *o, struct known_thread *row, uint32_t pid,
					uint32_t tid, uint64_t time)
{
	if (!row->thread) {
		row->thread = mem_zeroed(1, sizeof(*row->thread));
		*row->thread = (struct off_thread){
			.tid = tid, .number = o->nthread++, .since = time, .from = time
		};
	}
	row->thread->pid = pid;
	return row->thread;
}

/* The thread of that number; NULL if it has just ended, and this is its last record. */
static struct off_thread *thread_of(struct off_cpu *o, uint32_t pid, uint32_t tid, uint64_t time)
{
	struct known_thread *row = known_thread(o, tid);

	if (!row->thread && row->ended && time - row->ended < LINGER_NS)
		return NULL;
	return living_thread(o, row, pid, tid, time);
}

void off_cpu_begin(struct off_cpu *o)
{
	struct profile *p = o->gather->p;
	int64_t scale;

	table_release(&o->shares);
	off_cpu_init_shares(o);
	o->counts = (struct off_cpu_counts){ 0 };
	o->ndead = 0;
	p->head.default_type = dict_intern(p->dict, S("off_cpu"));
	if (!o->wall)
		return;
	p->head.default_type = dict_intern(p->dict, S("wall"));
	o->wall_column = profile_column(p, p->head.default_type,
					dict_intern(p->dict, S("nanoseconds")), &scale);
}

/* Waits and runs */

/* Adds the time of a wait from t->from until `to` to the profile. */
static void put_wait(struct off_cpu *o, struct off_thread *t, uint64_t to)
{
	const struct wait_stack *stack = off_cpu_stack(t, to);
	uint64_t time = to - t->from, n = !t->counted;
	unsigned what = t->runnable;

	t->from = to;
	t->counted = true;
	o->counts.waits += n;
	o->counts.time += time;
	if (stack) {
		sample_id row = off_cpu_row(o, t, what, stack, to);

		off_cpu_add(o, row, what, time, n);
		off_cpu_add_share(o, t, what, row, time, n);
	} else if (t->from_before || t->is_new) {
		off_cpu_add(o,
			    off_cpu_frame_row(o, t, what,
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

/* Counts time as unknown, when the record was lost that the thread got a CPU. */
static void lose_time(struct off_cpu *o, struct off_thread *t, uint64_t to)
{
	uint64_t time = to - t->from;

	o->counts.unknown++;
	o->counts.unknown_time += time;
	if (o->wall)
		off_cpu_add(o, off_cpu_frame_row(o, t, LOST, "[lost]"), LOST, time, 0);
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
		o->counts.unknown++; /* the record that it left its CPU was lost */
		return;
	}
	if (t->state == NOT_KNOWN)
		t->from_before = t->runnable = true;
	if (r->time > t->from)
		end_wait(o, t, r->time);
	begin_run(t, r->time);
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
	off_cpu_share_out(o, t);
	off_cpu_drop_shares(o, t);
	forget_thread(row);
}

static void begin_thread(struct off_cpu *o, const struct record *r)
{
	struct known_thread *row = known_thread(o, r->tid);
	struct off_thread *t = living_thread(o, row, r->pid, r->tid, r->time);

	row->ended = 0;
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
	off_cpu_keep(o, t, s);
	gather_count_end(o->gather, s->end);
}

void off_cpu_ran(struct off_cpu *o, const struct perf_sample *s, sample_id sample, uint64_t worth)
{
	struct off_thread *t = s->time < o->begun ? NULL : thread_of(o, s->pid, s->tid, s->time);

	if (t)
		off_cpu_add_share(o, t, RAN, sample, worth, 0);
}

void off_cpu_look(struct off_cpu *o, uint64_t now, uint32_t most)
{
	for (uint32_t i = 1; most && i < o->threads.n; i++) {
		struct off_thread *t = off_cpu_thread(o, i)->thread;

		if (t && t->state == WAITS && !t->sampled.known && now > t->since &&
		    now - t->since >= LONG_WAIT_NS && !off_cpu_stack(t, now)) {
			off_cpu_look_at(o, t);
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
	if (!t)
		return;
	t->since = t->from = o->begun;
	off_cpu_look_at(o, t);
	if (!o->look.waits)
		return;
	t->state = WAITS;
	t->from_before = true;
}

static void cut_thread(struct off_cpu *o, struct off_thread *t, uint64_t time)
{
	if (time > t->from && t->state != WAITS)
		end_run(o, t, time);
	else if (time > t->from && time - t->since >= o->min_wait)
		put_wait(o, t, time);
	off_cpu_share_out(o, t);
	t->shares = 0;
}

void off_cpu_cut(struct off_cpu *o, uint64_t time)
{
	for (uint32_t i = 1; i < o->threads.n; i++)
		if (off_cpu_thread(o, i)->thread)
			cut_thread(o, off_cpu_thread(o, i)->thread, time);
}
