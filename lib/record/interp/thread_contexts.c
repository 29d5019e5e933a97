#include "record/interp/thread_contexts.h"

#include <stddef.h>

#include "record/process/process_context.h"
#include "record/process/resource_text.h"

enum { TRACE_ID = 16, SPAN_ID = 8, KEYS = 256 };

void thread_contexts_release(struct thread_contexts *t)
{
	sample_join_release(&t->records);
	buf_release(&t->lines);
}

void thread_contexts_take(struct thread_contexts *t, struct str record)
{
	struct interp_context c;
	size_t head = offsetof(struct interp_context, bytes);

	if (record.n < head)
		return;
	memcpy(&c, record.p, head);
	if (c.record != INTERP_CONTEXT || c.copied > record.n - head || c.state >= CONTEXT_STATES)
		return;
	sample_join_take(&t->records, c.tid, c.time, str(record.p, head + c.copied));
}

static bool is_zero(struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i])
			return false;
	return true;
}

static void add_ids(struct buf *lines, const uint8_t *head)
{
	struct str trace = str((const char *)head, TRACE_ID);
	struct str span = str((const char *)head + TRACE_ID, SPAN_ID);

	if (is_zero(trace) || is_zero(span))
		return;
	buf_add(lines, S("trace_id="));
	buf_hex(lines, trace);
	buf_add(lines, S("\nspan_id="));
	buf_hex(lines, span);
	buf_ch(lines, '\n');
}

/* Finds the last value of each key. Returns false if the last entry is not complete. */
static bool find_values(struct str bytes, struct str value[KEYS])
{
	while (bytes.n >= 2) {
		uint8_t key = (uint8_t)bytes.p[0], n = (uint8_t)bytes.p[1];

		if (n > bytes.n - 2)
			return false;
		value[key] = str(bytes.p + 2, n);
		bytes = str_skip(bytes, 2 + (size_t)n);
	}
	return !bytes.n;
}

static void add_attributes(struct thread_contexts *t, const struct perf_sample *s, struct str bytes)
{
	struct str value[KEYS] = { { 0 } };

	t->counts.left_out += !find_values(bytes, value);
	for (unsigned i = 0; i < KEYS; i++) {
		struct str key;

		if (!value[i].n)
			continue;
		key = process_context_key(s->process, i, s->time);
		if (key.n && resource_is_plain(value[i]))
			buf_printf(&t->lines, "%.*s=%.*s\n", STR_ARG(key), STR_ARG(value[i]));
		else
			t->counts.left_out++;
	}
}

struct str thread_contexts_labels(struct thread_contexts *t, const struct perf_sample *s)
{
	struct str record = sample_join_find(&t->records, s->tid, s->time);
	const struct interp_context *c = (const void *)record.p;

	t->lines.n = 0;
	if (!record.n || c->pid != s->pid)
		return S("");
	t->counts.state[c->state]++;
	if (c->state != CONTEXT_READ)
		return S("");
	add_ids(&t->lines, c->head);
	add_attributes(t, s, str((const char *)c->bytes, c->copied));
	return buf_str(&t->lines);
}

struct thread_context_counts thread_context_counts_since(const struct thread_context_counts *now,
							 const struct thread_context_counts *then)
{
	struct thread_context_counts c = *now;

	for (int i = 0; i < CONTEXT_STATES; i++)
		c.state[i] -= then->state[i];
	c.left_out -= then->left_out;
	c.early -= then->early;
	return c;
}

void thread_context_counts_add(struct thread_context_counts *to,
			       const struct thread_context_counts *c)
{
	for (int i = 0; i < CONTEXT_STATES; i++)
		to->state[i] += c->state[i];
	to->left_out += c->left_out;
	to->early += c->early;
}
