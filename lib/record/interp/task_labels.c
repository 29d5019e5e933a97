#include "record/interp/task_labels.h"

#include <stddef.h>

#include "interp/python/python_name.h"
#include "record/process/resource_text.h"

static const size_t HEAD = offsetof(struct interp_task, bytes);

void task_labels_release(struct task_labels *t)
{
	sample_join_release(&t->records);
	buf_release(&t->line);
}

void task_labels_take(struct task_labels *t, struct str record)
{
	struct interp_task head;

	if (record.n < HEAD)
		return;
	memcpy(&head, record.p, HEAD);
	if (head.record != INTERP_TASK || head.name.copied > record.n - HEAD ||
	    head.state >= CONTEXT_STATES)
		return;
	sample_join_take(&t->records, head.tid, head.time, str(record.p, HEAD + head.name.copied));
}

static void set_line(struct task_labels *t, const struct interp_task *r)
{
	struct str bytes = str((const char *)r->bytes, r->name.copied), name;
	size_t start;

	buf_add(&t->line, S("task="));
	start = t->line.n;
	if (!r->name.length)
		buf_printf(&t->line, "Task-%llu", (unsigned long long)r->number);
	else if (bytes.n)
		python_string_decode(&t->line, &r->name, r->kind_shift, bytes);
	name = str_skip(buf_str(&t->line), start);
	if (resource_is_plain(name)) {
		buf_ch(&t->line, '\n');
		return;
	}
	t->line.n = 0;
	t->counts.left_out++;
}

struct str task_labels_of(struct task_labels *t, const struct perf_sample *s)
{
	struct str record = sample_join_find(&t->records, s->tid, s->time);
	const struct interp_task *r = (const void *)record.p;

	t->line.n = 0;
	if (!record.n || r->pid != s->pid)
		return S("");
	t->counts.state[r->state]++;
	if (r->state == CONTEXT_READ)
		set_line(t, r);
	return buf_str(&t->line);
}
