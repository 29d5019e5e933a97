#include "cmd/record/record_allocs.h"

#include <math.h>

#include "cmd/common.h"
#include "profile/unit.h"
#include "record/facts.h"

static void add_lost(struct alloc_lost *to, const struct alloc_lost *l)
{
	to->samples += l->samples;
	to->no_slot += l->no_slot;
	to->unseen += l->unseen;
	to->objects += l->objects;
	to->bytes += l->bytes;
}

void record_allocs_add(struct record_allocs *r, const struct allocs *a,
		       const struct alloc_counts *c, struct profile *p)
{
	r->used = true;
	r->period = a->period;
	r->most_period = a->most_period;
	r->counts.processes = c->processes;
	r->counts.without_file = c->without_file;
	r->counts.objects += c->objects;
	r->counts.bytes += c->bytes;
	r->counts.inuse_objects = c->inuse_objects;
	r->counts.inuse_bytes = c->inuse_bytes;
	add_lost(&r->counts.lost, &c->lost);
	if (c->lost.no_slot)
		fact_number(p, "untracked", c->lost.no_slot);
	if (c->lost.unseen)
		fact_number(p, "unseen_frees", c->lost.unseen);
}

static void add_amount(struct buf *b, double objects, double bytes)
{
	unit_print(b, bytes, S("bytes"));
	buf_printf(b, " in %.0f allocation%s", objects, llround(objects) == 1 ? "" : "s");
}

static void note_lost(const struct alloc_lost *l, double bytes)
{
	if (l->samples)
		note("%.2g%% of the bytes were allocated while there was no room for samples: they "
		     "count in the frame [lost], and in nothing that is in use",
		     100 * l->bytes / bytes);
	if (l->no_slot)
		note("%llu of the samples are in nothing that is in use: too many are",
		     (unsigned long long)l->no_slot);
	if (l->unseen)
		note("%llu of the sampled allocations were freed by functions that are not known",
		     (unsigned long long)l->unseen);
}

void record_allocs_summarise(const struct record_allocs *r)
{
	const struct alloc_counts *c = &r->counts;
	struct buf b = { 0 };

	if (c->without_file)
		note("%llu %s out: the limit of file sizes (ulimit -f) or of memory (ulimit -v) is "
		     "too small for the file that libprof-alloc.so shares",
		     (unsigned long long)c->without_file,
		     c->without_file == 1 ? "process is left" : "processes are left");
	if (!c->processes && c->without_file)
		return;
	if (!c->processes) {
		note("no process has loaded libprof-alloc.so: a program that is statically linked, "
		     "or runs as another user (setuid), does not");
		return;
	}
	add_amount(&b, c->objects, c->bytes);
	buf_add(&b, S(" allocated; at the end, "));
	add_amount(&b, c->inuse_objects, c->inuse_bytes);
	note("about %.*s in use", STR_ARG(buf_str(&b)));
	buf_release(&b);
	note_lost(&c->lost, c->bytes);
	if (r->most_period <= r->period)
		return;
	buf_add(&b, S("much was allocated: at times a sample stands for "));
	unit_print(&b, (double)r->most_period, S("bytes"));
	note("%.*s (--alloc-period keeps to another number)", STR_ARG(buf_str(&b)));
	buf_release(&b);
}
