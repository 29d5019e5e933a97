/*
 * New lines go into a separate layer, which covers the other one and is flattened each time. When
 * it has grown to a certain part of the other layer, both are merged, and the names of replaced
 * code are dropped.
 */
#include "object/perfmap.h"

#include <stddef.h>
#include <unistd.h>

#include "base/table.h"

enum {
	PIECE = 64 << 10,      /* read at a time; also the longest line */
	LONGEST = 4096,        /* name; the rest of a longer one is cut off */
	MOST_NAMES = 24 << 20, /* bytes */
	MOST_SPANS = 1 << 20,
	LEAST_MERGED = 1024, /* intervals */
};

void perfmap_release(struct perfmap *m)
{
	buf_release(&m->names);
	buf_release(&m->recent_lines);
	spans_release(&m->settled);
	spans_release(&m->recent);
	*m = (struct perfmap){ 0 };
}

/* Lines */

/* Reads a number; some compilers write "0x" before it. */
static bool read_hex(struct str s, uint64_t *v)
{
	if (str_starts(s, S("0x")) || str_starts(s, S("0X")))
		s = str_skip(s, 2);
	return str_hex(s, v);
}

static void read_line(struct perfmap *m, struct str line)
{
	struct str start = str_cut(&line, ' '), size = str_cut(&line, ' ');
	struct interval p = { .rank = (uint32_t)BUF_COUNT(&m->recent_lines, struct interval) };
	uint64_t n;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (!read_hex(start, &p.start) || !read_hex(size, &n) || !n || !line.n)
		return;
	if (__builtin_add_overflow(p.start, n, &p.end))
		p.end = UINT64_MAX;
	p.id = (uint32_t)m->names.n;
	buf_add(&m->names, str(line.p, min_size(line.n, LONGEST)));
	buf_ch(&m->names, '\0');
	buf_put(&m->recent_lines, &p, sizeof(p));
}

/* Adds all complete lines of a text. Returns their size in bytes. */
static size_t read_lines(struct perfmap *m, struct str text)
{
	struct str rest = text;

	while (str_chr(rest, '\n') >= 0) {
		struct str line = str_cut(&rest, '\n');

		if (!m->tail)
			read_line(m, line);
		m->tail = false;
	}
	return text.n - rest.n;
}

/* Layers */

static void add_spans(struct buf *intervals, const struct spans *s, uint32_t rank)
{
	for (size_t i = 0; i < s->n; i++) {
		struct interval p = { s->v[i].start, s->v[i].start + s->v[i].size, rank,
				      s->v[i].id };

		buf_put(intervals, &p, sizeof(p));
	}
}

/* Where a name was, and where it is now, each plus 1. */
struct moved_name {
	uint64_t from;
	uint64_t to; /* payload */
};

/* Moves a name to the new ones, once. Returns its place there. */
static uint32_t move_name(struct table *moved, struct str name, uint32_t from, struct buf *names)
{
	struct moved_name key = { .from = (uint64_t)from + 1 }, *row;

	row = table_row(moved, table_intern(moved, &key));
	if (!row->to) {
		row->to = names->n + 1;
		buf_add(names, name);
		buf_ch(names, '\0');
	}
	return (uint32_t)(row->to - 1);
}

/* Drops the names that no span has any more. Later code may have cut one span into many. */
static void compact(struct perfmap *m)
{
	struct buf names = { 0 };
	struct table moved;

	table_init(&moved, sizeof(struct moved_name), offsetof(struct moved_name, to));
	for (size_t i = 0; i < m->settled.n; i++) {
		uint32_t from = m->settled.v[i].id;

		m->settled.v[i].id = move_name(&moved, str_of(m->names.p + from), from, &names);
	}
	table_release(&moved);
	buf_release(&m->names);
	m->names = names;
}

/* Ranks keep the order of lines, since the intervals are sorted. */
static void flatten(struct perfmap *m)
{
	spans_release(&m->recent);
	spans_init(&m->recent, (struct interval *)m->recent_lines.p,
		   BUF_COUNT(&m->recent_lines, struct interval));
}

/* Merge both layers. */
static void merge(struct perfmap *m)
{
	struct buf intervals = { 0 };

	flatten(m);
	add_spans(&intervals, &m->settled, 0);
	add_spans(&intervals, &m->recent, 1);
	spans_release(&m->settled);
	spans_release(&m->recent);
	spans_init(&m->settled, (struct interval *)intervals.p,
		   BUF_COUNT(&intervals, struct interval));
	m->recent_lines.n = 0;
	buf_release(&intervals);
	compact(m);
}

/* The file */

/* Is the memory for the file used up? */
static bool is_full(const struct perfmap *m)
{
	return m->names.n > MOST_NAMES ||
	       m->settled.n + BUF_COUNT(&m->recent_lines, struct interval) > MOST_SPANS;
}

static bool read_more(struct perfmap *m, int fd)
{
	char *text = mem_zeroed(PIECE, 1);
	uint64_t from = m->file.offset;
	ssize_t n;

	while (!m->full && (n = pread(fd, text, PIECE, (off_t)m->file.offset)) > 0) {
		size_t used = read_lines(m, str(text, (size_t)n));

		if (!used && n < PIECE)
			break; /* an incomplete line */
		if (!used)
			m->tail = true;
		m->file.offset += used ? used : (size_t)n;
		if (is_full(m)) {
			merge(m);
			m->full = is_full(m);
		}
	}
	mem_free(text, PIECE);
	return m->file.offset != from;
}

bool perfmap_refresh(struct perfmap *m, int fd)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (!growing_file_continues(&m->file, fd, &st))
		perfmap_release(m);
	if ((uint64_t)st.st_size == m->file.offset || !read_more(m, fd))
		return false;
	growing_file_note(&m->file, fd, &st);
	if (BUF_COUNT(&m->recent_lines, struct interval) >=
	    max_size(LEAST_MERGED, m->settled.n / 4))
		merge(m);
	else
		flatten(m);
	return true;
}

bool perfmap_find(const struct perfmap *m, uint64_t address, struct str *name)
{
	const struct span *s = spans_find(&m->recent, address);

	if (!s)
		s = spans_find(&m->settled, address);
	if (!s)
		return false;
	*name = str_of(m->names.p + s->id);
	return true;
}
