#include "cmd/record/record_children.h"

#include <unistd.h>

#include "record/process/tasks.h"

static bool is_other(const struct sampler_options *o, int pid)
{
	if (pid == (int)getpid())
		return false;
	for (size_t i = 0; i < o->npid; i++)
		if (o->pids[i] == pid)
			return false;
	return true;
}

void record_children_begin(struct record_children *c, const struct sampler_options *o)
{
	struct buf all = { 0 }, children = { 0 }, missing = { 0 };

	*c = (struct record_children){ 0 };
	if (o->target != TARGET_TASKS || o->children || o->ntid)
		return;
	tasks_processes(o->pids, o->npid, true, &all);
	for (size_t i = 0; i < BUF_COUNT(&all, int); i++)
		if (is_other(o, ((const int *)all.p)[i]))
			buf_put(&children, &((const int *)all.p)[i], sizeof(int));
	c->n = BUF_COUNT(&children, int);
	if (c->n) {
		targets_open(&c->targets, (const int *)children.p, c->n, &missing);
		c->used = targets_cpu_time(&c->targets);
	}
	buf_release(&all);
	buf_release(&children);
	buf_release(&missing);
}

void record_children_end(struct record_children *c)
{
	uint64_t before = c->used, now;

	if (!c->n)
		return;
	now = targets_cpu_time(&c->targets);
	c->used = now > before ? now - before : 0;
	targets_close(&c->targets);
}
