#include "record/interp/goroutine_labels.h"

#include <stddef.h>

#include "record/process/resource_text.h"

static const size_t HEAD = offsetof(struct interp_labels, bytes);

void goroutine_labels_release(struct goroutine_labels *g)
{
	sample_join_release(&g->records);
	buf_release(&g->lines);
}

void goroutine_labels_take(struct goroutine_labels *g, struct str record)
{
	struct interp_labels l;

	if (record.n < HEAD)
		return;
	memcpy(&l, record.p, HEAD);
	if (l.record != INTERP_GO_LABELS || l.copied > record.n - HEAD || l.n > LABELS_MOST ||
	    l.n > l.count || l.state >= CONTEXT_STATES)
		return;
	sample_join_take(&g->records, l.tid, l.time, str(record.p, HEAD + l.copied));
}

static bool is_key(struct str key)
{
	return resource_is_plain(key) && str_chr(key, '=') < 0;
}

static struct str cut(struct str *bytes, size_t n)
{
	struct str s = str(bytes->p, min_size(n, bytes->n));

	*bytes = str_skip(*bytes, s.n);
	return s;
}

static void add_labels(struct goroutine_labels *g, const struct interp_labels *l)
{
	struct str bytes = str((const char *)l->bytes, l->copied);

	g->counts.left_out += l->count - l->n;
	for (uint32_t i = 0; i < l->n; i++) {
		struct str key = cut(&bytes, l->size[i].key);
		struct str value = cut(&bytes, l->size[i].value);

		if (is_key(key) && resource_is_plain(value))
			buf_printf(&g->lines, "%.*s=%.*s\n", STR_ARG(key), STR_ARG(value));
		else
			g->counts.left_out++;
	}
}

struct str goroutine_labels_of(struct goroutine_labels *g, const struct perf_sample *s)
{
	struct str record = sample_join_find(&g->records, s->tid, s->time);
	const struct interp_labels *l = (const void *)record.p;
	int pid = (int)s->pid;
	char byte;

	g->lines.n = 0;
	if (!record.n || l->pid != s->pid)
		return S("");
	g->counts.state[l->state]++;
	if (l->missing && g->touch)
		g->touch(&pid, l->missing, &byte, 1);
	if (l->state == CONTEXT_READ || l->state == CONTEXT_UNREADABLE)
		add_labels(g, l);
	return buf_str(&g->lines);
}
