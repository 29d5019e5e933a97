/*
 * Code is kept in the order of the file, with the times at which it began and ended to exist. An
 * index orders it by address. Where code overlaps, the latest before the wanted time counts.
 */
#include "object/jitdump.h"

#include <stdlib.h>
#include <unistd.h>

#include "io/cursor.h"

enum { MAGIC = 0x4a695444, HEADER = 40, PREFIX = 16, ARCH_TIMESTAMPS = 1 };
enum { CODE_LOAD = 0, CODE_MOVE = 1, CODE_DEBUG_INFO = 2, CODE_CLOSE = 3 };
enum {
	WINDOW = 64 << 10,     /* bytes read at a time */
	LONGEST = 4096,        /* name; the rest of a longer one is cut off */
	MOST_CODE = 1 << 18,   /* loads and moves of code */
	MOST_LINES = 1 << 20,  /* lines of code */
	MOST_NAMES = 16 << 20, /* bytes */
};

struct jit_line {
	uint32_t offset; /* from the start of the code */
	uint32_t line, file;
};

struct jit_code {
	uint64_t start, end;
	uint64_t from, until; /* times */
	uint32_t name;
	uint32_t first_line, nline;
	uint32_t zero;
};

struct jit_order {
	uint64_t start, limit;
	uint64_t code;
};

struct newest {
	uint64_t start;
	uint64_t code; /* payload: number + 1 */
};

/* The part of the file that is in memory. */
struct window {
	int fd;
	uint64_t size; /* of the file */
	uint64_t from;
	struct buf bytes;
};

bool jitdump_is_name(struct str path)
{
	struct str base = str_basename(path);

	return str_starts(base, S("jit-")) && str_ends(base, S(".dump"));
}

void jitdump_release(struct jitdump *j)
{
	buf_release(&j->names);
	buf_release(&j->lines);
	buf_release(&j->code);
	buf_release(&j->order);
	if (j->newest.n)
		table_release(&j->newest);
	*j = (struct jitdump){ 0 };
}

/* Reading */

/* Up to n bytes of the file, and at most WINDOW; fewer at its end. */
static struct str bytes_at(struct window *w, uint64_t offset, size_t n)
{
	uint64_t in = offset - w->from;
	ssize_t got;

	if (offset < w->from || in > w->bytes.n || w->bytes.n - in < n) {
		w->bytes.n = 0;
		got = pread(w->fd, buf_room(&w->bytes, WINDOW), WINDOW, (off_t)offset);
		w->bytes.n = got > 0 ? (size_t)got : 0;
		w->from = offset;
		in = 0;
	}
	return str(w->bytes.p + in, min_size(n, w->bytes.n - (size_t)in));
}

static uint32_t add_name(struct jitdump *j, struct str name)
{
	uint32_t at = (uint32_t)j->names.n;

	buf_add(&j->names, str(name.p, min_size(name.n, LONGEST)));
	buf_ch(&j->names, '\0');
	return at;
}

static void add_code(struct jitdump *j, struct jit_code c)
{
	struct newest row = { .start = c.start };
	uint64_t number = BUF_COUNT(&j->code, c);
	uint32_t at;

	if (c.start >= c.end || !c.start)
		return;
	buf_put(&j->code, &c, sizeof(c));
	at = table_intern(&j->newest, &row);
	((struct newest *)table_row(&j->newest, at))->code = number + 1;
}

/* A text up to its NUL; if it is longer than the part in memory, only its beginning. */
static struct str long_text(const struct cursor *c)
{
	const char *p = (const char *)c->at;

	return str(p, strnlen(p, cursor_left(c)));
}

/* Fields: pid, tid, address when linked, address, size, number; name; the code itself. */
static void read_load(struct jitdump *j, struct cursor c, uint64_t time)
{
	struct jit_code code = { .from = time, .until = UINT64_MAX };
	uint64_t size;

	cursor_skip(&c, 16);
	code.start = cursor_int(&c, 8);
	size = cursor_int(&c, 8);
	cursor_skip(&c, 8);
	if (c.failed || __builtin_add_overflow(code.start, size, &code.end))
		return;
	code.name = add_name(j, long_text(&c));
	if (j->lines_of == code.start) {
		code.first_line = j->first_line;
		code.nline = (uint32_t)BUF_COUNT(&j->lines, struct jit_line) - j->first_line;
	}
	j->lines_of = 0;
	add_code(j, code);
}

/* Fields: pid, tid, address when linked, old address, new address, size, number. */
static void read_move(struct jitdump *j, struct cursor c, uint64_t time)
{
	struct newest row = { 0 };
	struct jit_code *old, moved;
	uint64_t start, size;
	uint32_t at;

	cursor_skip(&c, 16);
	row.start = cursor_int(&c, 8);
	start = cursor_int(&c, 8);
	size = cursor_int(&c, 8);
	at = c.failed ? 0 : table_find(&j->newest, &row);
	if (!at)
		return;
	old = (struct jit_code *)j->code.p + ((struct newest *)table_row(&j->newest, at))->code - 1;
	old->until = time;
	moved = *old;
	moved.start = start;
	moved.from = time;
	moved.until = UINT64_MAX;
	if (!__builtin_add_overflow(start, size, &moved.end))
		add_code(j, moved);
}

/* Fields: address of the following code, number of lines; for each address, line, column, file. */
static void read_lines(struct jitdump *j, struct cursor c)
{
	static const char same[] = "\xff"; /* file as before */
	uint64_t n;
	struct jit_line l = { 0 };

	j->lines_of = cursor_int(&c, 8);
	j->first_line = (uint32_t)BUF_COUNT(&j->lines, l);
	for (n = cursor_int(&c, 8); n && cursor_left(&c); n--) {
		uint64_t address = cursor_int(&c, 8);
		struct str file;

		l.line = (uint32_t)cursor_int(&c, 4);
		cursor_skip(&c, 4);
		file = cursor_text(&c);
		if (c.failed || address < j->lines_of || address - j->lines_of > UINT32_MAX)
			continue;
		l.offset = (uint32_t)(address - j->lines_of);
		if (!str_eq(file, str_of(same)))
			l.file = add_name(j, file);
		buf_put(&j->lines, &l, sizeof(l));
	}
}

static void read_body(struct jitdump *j, struct window *w, uint32_t id, uint32_t size,
		      uint64_t time)
{
	/* Of a load, only the fields and the name are needed, not the code after them. */
	size_t most = id == CODE_LOAD ? 40 + LONGEST : WINDOW;
	struct str body = bytes_at(w, j->file.offset + PREFIX, min_size(size - PREFIX, most));
	uint64_t at = j->timeless ? 0 : time;

	switch (id) {
	case CODE_LOAD: read_load(j, cursor_over(body), at); break;
	case CODE_MOVE: read_move(j, cursor_over(body), at); break;
	case CODE_DEBUG_INFO: read_lines(j, cursor_over(body)); break;
	case CODE_CLOSE: j->ended = true; break;
	default: break;
	}
}

static bool is_full(const struct jitdump *j)
{
	return j->names.n > MOST_NAMES || BUF_COUNT(&j->code, struct jit_code) >= MOST_CODE ||
	       BUF_COUNT(&j->lines, struct jit_line) >= MOST_LINES;
}

/* Read the next record. False if it is not complete yet, or reading has ended. */
static bool read_record(struct jitdump *j, struct window *w)
{
	struct cursor c = cursor_over(bytes_at(w, j->file.offset, PREFIX));
	uint32_t id = (uint32_t)cursor_int(&c, 4), size = (uint32_t)cursor_int(&c, 4);
	uint64_t time = cursor_int(&c, 8);

	if (c.failed)
		return false;
	if (size < PREFIX || is_full(j)) {
		j->full = size >= PREFIX;
		j->ended = true;
		return false;
	}
	if (size > w->size - j->file.offset)
		return false;
	read_body(j, w, id, size, time);
	j->file.offset += size;
	return !j->ended;
}

/* Fields: magic, version, size of the header, machine, padding, pid, time, flags. */
static void read_header(struct jitdump *j, struct window *w)
{
	struct cursor c = cursor_over(bytes_at(w, 0, HEADER));
	uint64_t magic = cursor_int(&c, 4), version = cursor_int(&c, 4);
	uint64_t size = cursor_int(&c, 4);

	cursor_skip(&c, 20);
	j->timeless = cursor_int(&c, 8) & ARCH_TIMESTAMPS;
	if (c.failed)
		return;
	j->ended = magic != MAGIC || version != 1 || size < HEADER;
	j->file.offset = size;
	if (!j->newest.n)
		table_init(&j->newest, sizeof(struct newest), sizeof(uint64_t));
	if (!j->names.n)
		buf_ch(&j->names, '\0'); /* the number of a file without a name */
}

/* The index */

static int by_start(const void *a, const void *b)
{
	const struct jit_order *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

/* Merges the few new entries into the sorted ones, from the end. */
static void merge(struct jit_order *all, size_t nold, const struct jit_order *new, size_t nnew)
{
	for (size_t at = nold + nnew; nnew; at--) {
		if (nold && by_start(&all[nold - 1], &new[nnew - 1]) > 0)
			all[at - 1] = all[--nold];
		else
			all[at - 1] = new[--nnew];
	}
}

static void index_code(struct jitdump *j)
{
	const struct jit_code *code = (const struct jit_code *)j->code.p;
	size_t nold = BUF_COUNT(&j->order, struct jit_order), n = BUF_COUNT(&j->code, *code);
	struct jit_order *new = mem_zeroed(n - nold, sizeof(*new)), *all;
	uint64_t limit = 0;

	for (size_t i = nold; i < n; i++)
		new[i - nold] = (struct jit_order){ code[i].start, 0, i };
	if (n > nold)
		qsort(new, n - nold, sizeof(*new), by_start);
	all = (struct jit_order *)(buf_room(&j->order, (n - nold) * sizeof(*all)) - j->order.n);
	merge(all, nold, new, n - nold);
	j->order.n = n * sizeof(*all);
	for (size_t i = 0; i < n; i++) {
		limit = code[all[i].code].end > limit ? code[all[i].code].end : limit;
		all[i].limit = limit;
	}
	mem_free(new, (n - nold) * sizeof(*new));
}

bool jitdump_feed(struct jitdump *j, int fd)
{
	struct window w = { .fd = fd };
	uint64_t from;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (!growing_file_continues(&j->file, fd, &st))
		jitdump_release(j);
	w.size = (uint64_t)st.st_size;
	from = j->file.offset;
	if (j->ended || w.size <= from)
		return false;
	if (!j->file.offset)
		read_header(j, &w);
	while (j->file.offset && !j->ended && j->file.offset < w.size && read_record(j, &w))
		;
	buf_release(&w.bytes);
	if (BUF_COUNT(&j->code, struct jit_code) > BUF_COUNT(&j->order, struct jit_order))
		index_code(j);
	if (j->file.offset == from)
		return false;
	growing_file_note(&j->file, fd, &st);
	return true;
}

/* Looking up */

static struct str text_at(const struct jitdump *j, uint32_t at)
{
	return str_of(j->names.p + at);
}

static void find_line(const struct jitdump *j, const struct jit_code *c, uint64_t address,
		      struct jit_symbol *s)
{
	const struct jit_line *l = (const struct jit_line *)j->lines.p, *best = NULL;

	for (uint32_t i = c->first_line; i < c->first_line + c->nline; i++)
		if (l[i].offset <= address - c->start && (!best || l[i].offset >= best->offset))
			best = &l[i];
	if (best) {
		s->file = text_at(j, best->file);
		s->line = best->line;
	}
}

bool jitdump_find(const struct jitdump *j, uint64_t address, uint64_t time, struct jit_symbol *s)
{
	enum { FAR = 10000 }; /* overlaps of a hostile file are not followed for ever */
	const struct jit_order *o = (const struct jit_order *)j->order.p;
	const struct jit_code *code = (const struct jit_code *)j->code.p, *best = NULL;
	size_t from = 0, to = BUF_COUNT(&j->order, *o);

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (o[mid].start <= address)
			from = mid + 1;
		else
			to = mid;
	}
	for (size_t i = from; i > 0 && o[i - 1].limit > address && from - i < FAR; i--) {
		const struct jit_code *c = &code[o[i - 1].code];

		if (address < c->end && c->from <= time &&
		    (time < c->until || c->until == UINT64_MAX) &&
		    (!best || c->from > best->from || (c->from == best->from && c > best)))
			best = c;
	}
	if (!best)
		return false;
	*s = (struct jit_symbol){ .name = text_at(j, best->name) };
	find_line(j, best, address, s);
	return true;
}
