/*
 * Spans of time: events that begin and end become a stack for each thread, and the time
 * between two events is that of the innermost open span.
 *
 * - Events are sorted by time. At the same time, B and E keep their order in the file, and
 *   come before X; a longer X comes before a shorter one.
 * - An E ends the innermost open B of its name. An E without such a B is left out.
 * - An X that would end after the enclosing X ends with that.
 * - Events that are open at the end of a thread end with its last event.
 */
#include <stdlib.h>

#include "format/trace_event/trace_event.h"

struct open_span {
	int64_t end; /* of an X; INT64_MAX for a B */
	uint32_t frame, node;
};

/* The state of one thread. */
struct spans {
	struct trace_reader *r;
	struct tree_samples *to;
	uint32_t group;
	VEC(struct open_span) open;
	VEC(uint32_t) begun; /* by the number of a name: its open Bs; at 0: all */
	int64_t now;
	uint64_t unopened, unclosed, overlapping;
};

static int by_time(const void *a, const void *b)
{
	const struct trace_span *x = a, *y = b;
	bool whole = x->phase == TRACE_WHOLE;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	if (whole != (y->phase == TRACE_WHOLE))
		return whole ? 1 : -1;
	if (x->order != y->order)
		return (x->order < y->order) != whole ? -1 : 1;
	return (x->frame > y->frame) - (x->frame < y->frame);
}

static void pass_time(struct spans *s, int64_t until)
{
	uint64_t time = s->now > 0 ? (uint64_t)s->now : 0;

	if (until <= s->now)
		return;
	if (s->open.n)
		tree_add(s->to, s->group, vec_last(&s->open).node, time, 0,
			 (struct json_decimal){ until - s->now });
	s->now = until;
}

/* End all X that end by then. */
static void end_spans(struct spans *s, int64_t by)
{
	while (s->open.n && vec_last(&s->open).end <= by) {
		pass_time(s, vec_last(&s->open).end);
		vec_pop(&s->open);
	}
}

static str_id frame_name(const struct spans *s, uint32_t frame)
{
	const struct dictionary *d = s->r->p->dict;

	return dict_func(d, dict_loc(d, (loc_id){ frame })->func)->name;
}

/* The number of open Bs of that name, or of all for no name. */
static uint32_t *open_begins(struct spans *s, str_id name)
{
	while (s->begun.n <= name.i)
		vec_push(&s->begun, 0);
	return &s->begun.v[name.i];
}

/* A B of that name begins, or one ends. */
static void count_begin(struct spans *s, uint32_t frame, bool begins)
{
	str_id name = frame_name(s, frame);

	*open_begins(s, (str_id){ 0 }) += begins ? 1 : -1u;
	if (name.i)
		*open_begins(s, name) += begins ? 1 : -1u;
}

static void begin_span(struct spans *s, const struct trace_span *span)
{
	struct tree_node node = { s->open.n ? vec_last(&s->open).node : 0, span->frame };
	int64_t end = INT64_MAX;

	if (span->phase == TRACE_BEGIN)
		count_begin(s, span->frame, true);
	if (span->phase == TRACE_WHOLE && __builtin_add_overflow(span->ts, span->order, &end))
		end = INT64_MAX - 1;
	if (span->phase == TRACE_WHOLE && s->open.n && end > vec_last(&s->open).end) {
		end = vec_last(&s->open).end;
		s->overlapping++;
	}
	vec_push(&s->open, { end, span->frame, table_intern(&s->r->nodes, &node) });
}

/* End the innermost B of that name (of any, if there is none), and the open spans in it. */
static void end_span(struct spans *s, const struct trace_span *span)
{
	str_id name = frame_name(s, span->frame);
	bool found = false;

	if (!*open_begins(s, name)) {
		s->unopened++;
		return;
	}
	while (!found) {
		const struct open_span *o = &vec_last(&s->open);
		bool is_begin = o->end == INT64_MAX;

		found = is_begin && (!name.i || frame_name(s, o->frame).i == name.i);
		s->unclosed += is_begin && !found;
		if (is_begin)
			count_begin(s, o->frame, false);
		vec_pop(&s->open);
	}
}

static void add_span(struct spans *s, const struct trace_span *span)
{
	end_spans(s, span->ts);
	pass_time(s, span->ts);
	if (span->phase == TRACE_END)
		end_span(s, span);
	else
		begin_span(s, span);
}

/* Packed spans: time since the previous one, frame and phase, and the length of an X. */

void trace_keep_span(struct trace_thread *t, struct trace_span span)
{
	bool first = !t->nspan;

	if (span.phase != TRACE_WHOLE)
		span.order = (int64_t)t->nspan;
	packed_add(&t->spans, (int64_t)((uint64_t)span.ts - (uint64_t)t->last.ts));
	packed_add(&t->spans, (int64_t)((uint64_t)span.frame << 2 | span.phase));
	if (span.phase == TRACE_WHOLE)
		packed_add(&t->spans, span.order);
	t->unordered |= !first && by_time(&t->last, &span) > 0;
	t->last = span;
	t->nspan++;
}

/* The next span; *last is the previous one, number n - 1 of the thread. */
static void next_span(struct cursor *c, struct trace_span *last, uint64_t n)
{
	uint64_t what;

	last->ts = (int64_t)((uint64_t)last->ts + (uint64_t)packed_next(c));
	what = (uint64_t)packed_next(c);
	last->frame = (uint32_t)(what >> 2);
	last->phase = what & 3;
	last->order = last->phase == TRACE_WHOLE ? packed_next(c) : (int64_t)n;
}

static void add_ordered(struct spans *s, struct cursor c)
{
	struct trace_span span = { 0 };

	for (uint64_t n = 0; cursor_left(&c); n++) {
		next_span(&c, &span, n);
		if (!n)
			s->now = span.ts;
		add_span(s, &span);
	}
}

/*
 * Unordered spans are sorted in blocks, which are then merged: sorting all at once would
 * double the memory.
 */
static void add_unordered(struct spans *s, struct trace_thread *t)
{
	enum { BLOCKS = 16 };
	struct cursor c = cursor_over(buf_str(&t->spans));
	VEC(struct trace_span) all = { 0 };
	struct trace_span span = { 0 };
	size_t next[BLOCKS], end[BLOCKS], size;

	vec_reserve(&all, t->nspan);
	while (cursor_left(&c)) {
		next_span(&c, &span, all.n);
		vec_push(&all, span);
	}
	buf_release(&t->spans);
	size = all.n / BLOCKS + 1;
	for (size_t i = 0; i < BLOCKS; i++) {
		next[i] = min_size(i * size, all.n);
		end[i] = min_size(next[i] + size, all.n);
		qsort(all.v + next[i], end[i] - next[i], sizeof(span), by_time);
	}
	for (size_t n = 0; n < all.n; n++) {
		size_t best = BLOCKS;

		for (size_t i = 0; i < BLOCKS; i++)
			if (next[i] < end[i] &&
			    (best == BLOCKS || by_time(&all.v[next[i]], &all.v[next[best]]) < 0))
				best = i;
		if (!n)
			s->now = all.v[next[best]].ts;
		add_span(s, &all.v[next[best]++]);
	}
	vec_release(&all);
}

static void add_thread(struct spans *s, struct trace_thread *t)
{
	if (t->unordered)
		add_unordered(s, t);
	else
		add_ordered(s, cursor_over(buf_str(&t->spans)));
	end_spans(s, INT64_MAX - 1);
	/* The open spans are Bs that never end, and Xs inside them. */
	for (; s->open.n; vec_pop(&s->open)) {
		if (vec_last(&s->open).end != INT64_MAX)
			continue;
		s->unclosed++;
		count_begin(s, vec_last(&s->open).frame, false);
	}
	buf_release(&t->spans);
}

static void note_faults(struct trace_reader *r, const struct spans *s)
{
	if (r->nendless)
		in_note(r->in, 0,
			"events without a duration, or with one below 0, are left out: %llu",
			(unsigned long long)r->nendless);
	if (s->unopened)
		in_note(r->in, 0, "events that end what has not begun: %llu",
			(unsigned long long)s->unopened);
	if (s->unclosed)
		in_note(r->in, 0, "events that begin and do not end by themselves: %llu",
			(unsigned long long)s->unclosed);
	if (s->overlapping)
		in_note(r->in, 0, "events that end after the one around them: %llu",
			(unsigned long long)s->overlapping);
}

static uint32_t wall_column(struct profile *p)
{
	int64_t scale;

	return profile_column(p, dict_intern(p->dict, S("wall")),
			      dict_intern(p->dict, S("nanoseconds")), &scale);
}

void trace_add_spans(struct trace_reader *r)
{
	struct tree_samples samples;
	struct spans s = { .r = r, .to = &samples };
	uint32_t col = 0;
	bool any = false;

	tree_samples_init(&samples, r->j, r->p);
	for (uint32_t i = 1; i < r->threads.n; i++) {
		if (!r->threads.v[i].nspan)
			continue;
		if (!any)
			col = wall_column(r->p);
		any = true;
		s.group = tree_group(&samples, trace_labels(r, i), TREE_NO_COLUMN, col);
		add_thread(&s, &r->threads.v[i]);
	}
	note_faults(r, &s);
	index_release(&r->nodes.index);
	if (any)
		tree_finish(&samples, (const struct tree_node *)r->nodes.rows, r->nodes.n, NULL, 0);
	tree_samples_release(&samples);
	vec_release(&s.open);
	vec_release(&s.begun);
}
