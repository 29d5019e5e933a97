#include "record_names.h"

#include <fcntl.h>

#include "common.h"
#include "symbol/symbol.h"

enum { MOST_UNPACKED = 16 << 20 };

struct record_names {
	struct symbols *symbols;
	struct session *session; /* during a call */
};

/* The symbols close what they get, so it is a copy. */
static int open_mapping(void *context, const struct profile *p, map_id map)
{
	const struct record_names *n = context;
	const struct session_mapping *m = session_mapping(n->session, map);

	(void)p;
	if (m && m->is_jit)
		return jit_open_map(&m->jit);
	return m && m->binary && m->binary->fd >= 0 ? fcntl(m->binary->fd, F_DUPFD_CLOEXEC, 0) : -1;
}

struct record_names *record_names_open(bool inlines, bool endless)
{
	struct record_names *n = mem_zeroed(1, sizeof(*n));
	struct symbol_options how = {
		.source = { .open = open_mapping, .context = n },
		.inlines = inlines,
		.most_unpacked = endless ? MOST_UNPACKED : 0,
		.lines = true,
	};

	n->symbols = symbols_open(&how);
	return n;
}

void record_names_find(struct record_names *n, struct session *s)
{
	struct buf notes = { 0 };

	n->session = s;
	symbolize(n->symbols, &s->profile, &notes);
	note_lines(buf_str(&notes));
	buf_release(&notes);
}

void record_names_close(struct record_names *n)
{
	symbols_close(n->symbols);
	mem_free(n, sizeof(*n));
}
