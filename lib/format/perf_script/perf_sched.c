#include "format/perf_script/perf_sched.h"

_Static_assert(sizeof(struct perf_switch) == 16, "no padding");

void perf_sched_init(struct perf_sched *s)
{
	*s = (struct perf_sched){ .added = 0 };
	table_init(&s->switches, sizeof(struct perf_switch), offsetof(struct perf_switch, stack));
}

void perf_sched_release(struct perf_sched *s)
{
	table_release(&s->switches);
}

/* The number after " key=" in the payload. */
static bool payload_number(struct str payload, struct str key, int64_t *n)
{
	ptrdiff_t at = str_find(payload, key);
	struct str rest;

	if (at < 0 || (at > 0 && payload.p[at - 1] != ' '))
		return false;
	rest = str_skip(payload, (size_t)at + key.n);
	return str_i64(str_cut(&rest, ' '), n) && *n >= 0;
}

/* The thread that leaves the CPU is the current one. */
int64_t perf_sched_switch(const struct perf_event *e)
{
	int64_t tid;

	if (!str_eq(e->name, S("sched:sched_switch")))
		return -1;
	if (e->has_tid)
		return e->tid;
	return payload_number(e->rest, S("prev_pid="), &tid) ? tid : -1;
}

void perf_sched_remember(struct perf_sched *s, int64_t tid, stack_id stack, label_set_id labels)
{
	struct perf_switch row = { .tid = tid }, *kept;

	if (tid <= 0) /* the idle thread, of which each CPU has one */
		return;
	kept = table_row(&s->switches, table_intern(&s->switches, &row));
	kept->stack = stack;
	kept->labels = labels;
}

void perf_sched_time(struct perf_sched *s, struct profile *p, const struct perf_event *e)
{
	struct perf_switch row = { .tid = 0 }, *kept;
	int64_t delay, scale;
	uint32_t found, col;

	if (!str_eq(e->name, S("sched:sched_stat_sleep")) &&
	    !str_eq(e->name, S("sched:sched_stat_blocked")))
		return;
	if (!payload_number(e->rest, S("pid="), &row.tid) ||
	    !payload_number(e->rest, S("delay="), &delay))
		return;
	found = table_find(&s->switches, &row);
	kept = table_row(&s->switches, found);
	if (!found || !kept->stack.i) {
		s->unmatched++;
		return;
	}
	col = profile_column(p, dict_intern(p->dict, S("off_cpu")),
			     dict_intern(p->dict, S("nanoseconds")), &scale);
	profile_add_value(p, col, profile_add_sample(p, kept->stack, kept->labels), delay);
	kept->stack.i = 0;
	s->added++;
}

void perf_sched_finish(struct perf_sched *s, struct in *in, struct profile *p)
{
	if (!s->added)
		return;
	p->head.default_type = dict_intern(p->dict, S("off_cpu"));
	if (s->unmatched)
		in_note(in, 0,
			"%llu times off the CPU are left out: no stack of a switch is before them",
			(unsigned long long)s->unmatched);
}
