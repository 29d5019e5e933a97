#include "cmd/record/record_names.h"

#include <fcntl.h>
#include <time.h>

#include "cmd/common.h"
#include "symbol/symbol.h"

struct record_names {
	struct symbols *symbols;
	struct session *session; /* during a call */
	uint64_t child_cpu;      /* ns */
};

/* Return a copy of the descriptor: the symbols close it. */
static struct symbol_binary open_mapping(void *context, const struct profile *p, map_id map)
{
	const struct record_names *n = context;
	const struct session_mapping *m = session_mapping(n->session, map);
	struct symbol_binary b = { .fd = -1, .root = m ? m->root : -1 };

	(void)p;
	if (m && m->jit)
		b.fd = jit_maps_open(m->jit);
	else if (m && m->binary && m->binary->fd >= 0)
		b.fd = fcntl(m->binary->fd, F_DUPFD_CLOEXEC, 0);
	return b;
}

/* Exclude samples of the naming child, like those of this process. */
static void on_naming_child(void *context, int pid)
{
	struct record_names *n = context;

	recorder_ignore(&n->session->recorder, pid);
}

struct record_names *record_names_open(const struct record_names_options *o)
{
	struct record_names *n = mem_zeroed(1, sizeof(*n));
	struct symbol_options how = {
		.source = { .open = open_mapping, .context = n },
		.inlines = o->inlines,
		.lines = true,
		.again = o->again,
		.debuginfod = o->debuginfod,
		.vmlinux = o->vmlinux,
		.on_child = on_naming_child,
		.context = n,
	};

	n->symbols = symbols_open(&how);
	return n;
}

static uint64_t own_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void record_names_find(struct record_names *n, struct session *s)
{
	struct buf notes = { 0 };
	struct symbol_counts c;
	uint64_t begun = own_cpu();

	n->session = s;
	c = symbolize(n->symbols, &s->profile, &notes);
	n->child_cpu += c.child_cpu;
	if (common.verbose)
		note("names of %u addresses, of which %u are new: %.1f ms of CPU time",
		     c.named + c.unnamed, c.asked,
		     1e-6 * (double)(c.child_cpu + own_cpu() - begun));
	note_lines(buf_str(&notes));
	buf_release(&notes);
}

uint64_t record_names_cpu(const struct record_names *n)
{
	return n ? n->child_cpu : 0;
}

void record_names_close(struct record_names *n)
{
	symbols_close(n->symbols);
	mem_free(n, sizeof(*n));
}
