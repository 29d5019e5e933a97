#include "record_names.h"

#include <fcntl.h>

#include "common.h"
#include "symbol/symbol.h"

enum { MOST_UNPACKED = 16 << 20 };

struct record_names {
	struct symbols *symbols;
	struct session *session; /* during a call */
};

static int open_jit(const struct session *s, map_id map)
{
	const struct gathered_jit *jit = (const struct gathered_jit *)s->gather.jits.p;
	size_t n = BUF_COUNT(&s->gather.jits, *jit);

	for (size_t i = 0; i < n; i++)
		if (jit[i].map.i == map.i)
			return jit_open_map(&jit[i].place);
	return -1;
}

/* The symbols close what they get, so it is a copy. */
static int open_binary(const struct session *s, const struct profile *p, const struct mapping *m)
{
	const struct binaries *all = &s->recorder.binaries;
	struct str path = dict_text(p->dict, m->file), build_id = dict_text(p->dict, m->build_id);

	for (size_t i = 0; i < all->n; i++) {
		const struct binary *b = all->all[i];

		if (b->fd >= 0 && str_eq(b->path, path) && str_eq(buf_str(&b->build_id), build_id))
			return fcntl(b->fd, F_DUPFD_CLOEXEC, 0);
	}
	return -1;
}

static int open_mapping(void *context, const struct profile *p, map_id map)
{
	const struct record_names *n = context;
	int fd = open_jit(n->session, map);

	return fd >= 0 ? fd : open_binary(n->session, p, dict_mapping(p->dict, map));
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
