#include "record/process/process_tree.h"

#include <stddef.h>
#include <stdlib.h>

struct member {
	uint64_t pid;
	uint64_t since;       /* payload: ns: is_one holds from then on */
	bool is_one, was_one; /* a member since then; before, perhaps another process's */
	bool ended;
	char zero[5];
};

struct member_event {
	uint64_t time;
	uint32_t pid, parent;
	enum { EVENT_FORK, EVENT_EXEC, EVENT_END } kind;
};

void process_tree_init(struct process_tree *t, bool children)
{
	*t = (struct process_tree){ .children = children };
	table_init(&t->known, sizeof(struct member), offsetof(struct member, since));
}

void process_tree_release(struct process_tree *t)
{
	table_release(&t->known);
	buf_release(&t->forks);
}

static struct member *member_of(const struct process_tree *t, uint32_t pid)
{
	struct member key = { .pid = pid };
	uint32_t row = table_find(&t->known, &key);

	return row ? table_row(&t->known, row) : NULL;
}

void process_tree_add(struct process_tree *t, int pid, uint64_t from)
{
	struct member key = { .pid = (uint64_t)pid }, *row;

	row = table_row(&t->known, table_intern(&t->known, &key));
	row->was_one = row->since <= from && row->is_one;
	row->is_one = true;
	row->ended = false;
	row->since = from;
}

void process_tree_note(struct process_tree *t, const struct record *r)
{
	struct member_event e = { .time = r->time, .pid = r->pid };

	if (r->kind == RECORD_COMM && r->comm.exec)
		e.kind = EVENT_EXEC;
	else if (r->kind == RECORD_EXIT && r->pid == r->tid)
		e.kind = EVENT_END;
	else if (r->kind == RECORD_FORK && r->pid != r->parent)
		e.parent = r->parent;
	else
		return;
	buf_put(&t->forks, &e, sizeof(e));
}

static int by_time_of_event(const void *a, const void *b)
{
	const struct member_event *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

/* Handles a fork of a member. The new pid may have belonged to an earlier member. */
static void on_fork_of_member(struct process_tree *t, const struct member_event *e)
{
	struct member *row = member_of(t, e->pid);

	if (row && row->since >= e->time && row->since != TREE_AT_EXEC)
		return; /* known already */
	if (t->children && process_tree_has(t, e->parent, e->time)) {
		process_tree_add(t, (int)e->pid, e->time);
	} else if (row && row->since != TREE_AT_EXEC) {
		row->was_one = row->is_one;
		row->is_one = false;
		row->since = e->time;
	}
}

void process_tree_update(struct process_tree *t)
{
	struct member_event *e = (struct member_event *)t->forks.p;
	size_t n = BUF_COUNT(&t->forks, *e);

	if (n > 1)
		qsort(e, n, sizeof(*e), by_time_of_event);
	for (; n; n--, e++) {
		struct member *row = member_of(t, e->pid);

		if (e->kind == EVENT_FORK)
			on_fork_of_member(t, e);
		else if (row && e->kind == EVENT_END)
			row->ended = e->time >= row->since;
		else if (row && row->since == TREE_AT_EXEC)
			row->since = e->time;
	}
	t->forks.n = 0;
}

bool process_tree_has(const struct process_tree *t, uint32_t pid, uint64_t time)
{
	const struct member *row = member_of(t, pid);

	return row && (time >= row->since ? row->is_one : row->was_one);
}

bool process_tree_had(const struct process_tree *t, uint32_t pid)
{
	const struct member *row = member_of(t, pid);

	return row && (row->is_one || row->was_one);
}

void process_tree_visit(const struct process_tree *t, void (*visit)(void *context, int pid),
			void *context)
{
	for (uint32_t i = 1; i < t->known.n; i++) {
		const struct member *row = table_row(&t->known, i);

		if (row->is_one && !row->ended)
			visit(context, (int)row->pid);
	}
}
