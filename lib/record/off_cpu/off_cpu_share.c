/* Divides a thread's time without a stack among its samples of the same kind. */
#include "record/off_cpu/off_cpu_parts.h"

#include <stddef.h>

enum { MOST_DEAD = 1 << 16 }; /* shares of threads that have ended */

/* A thread's part in one sample of the profile. */
struct share {
	uint32_t thread, what, sample, one;
	uint64_t time, n; /* payload */
	uint32_t next, zero;
};

void off_cpu_init_shares(struct off_cpu *o)
{
	table_init(&o->shares, sizeof(struct share), offsetof(struct share, time));
}

void off_cpu_add_share(struct off_cpu *o, struct off_thread *t, unsigned what, sample_id sample,
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

/* Keeps only the shares of threads that exist. */
static void sweep_shares(struct off_cpu *o)
{
	struct table was = o->shares;

	off_cpu_init_shares(o);
	for (uint32_t i = 1; i < o->threads.n; i++) {
		struct off_thread *t = off_cpu_thread(o, i)->thread;
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

void off_cpu_drop_shares(struct off_cpu *o, struct off_thread *t)
{
	for (uint32_t i = t->shares; i; o->ndead++)
		i = ((struct share *)table_row(&o->shares, i))->next;
	t->shares = 0;
	if (o->ndead > MOST_DEAD && o->ndead > o->shares.n / 2)
		sweep_shares(o);
}

/* Sharing out */

/* n * part / whole, for a large n. */
static uint64_t part_of(uint64_t n, uint64_t part, uint64_t whole)
{
	return (uint64_t)((unsigned __int128)n * part / whole);
}

/*
 * Divides the time of one kind. Each sample gets its share of what is left, so that the parts
 * add up.
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
		off_cpu_add(o, off_cpu_frame_row(o, t, what, "[not sampled]"), what, left.time,
			    left.n);
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
			off_cpu_add(o, (sample_id){ s->sample }, what, time, n);
		}
	}
}

void off_cpu_share_out(struct off_cpu *o, struct off_thread *t)
{
	share_out(o, t, BLOCKED);
	share_out(o, t, RUNNABLE);
	if (o->wall)
		share_out(o, t, RAN);
	t->unsampled[RAN] = (struct unsampled){ 0 };
}
