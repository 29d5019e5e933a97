#include "format/legacy_pprof/memory_map.h"

#include <stdlib.h>

/* Lines */

/* Hexadecimal, with or without 0x. */
static bool hex_number(struct str s, uint64_t *v)
{
	return str_hex(str_starts(s, S("0x")) ? str_skip(s, 2) : s, v);
}

/* "00400000-00fcb000", "0x400000-0x80000:", or two words. */
static bool parse_range(struct str *line, uint64_t *start, uint64_t *limit)
{
	struct str first = str_cut_word(line), second = first;

	first = str_cut(&second, '-');
	if (!second.n)
		second = str_cut_word(line);
	if (str_ends(second, S(":")))
		second.n--;
	return hex_number(first, start) && hex_number(second, limit) && *limit >= *start;
}

static bool is_permissions(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!memchr("-rwxps", word.p[i], 6))
			return false;
	return word.n >= 3;
}

static bool is_device(struct str word)
{
	uint64_t n;
	struct str minor = word, major = str_cut(&minor, ':');

	return str_hex(major, &n) && str_hex(minor, &n);
}

/* The fields after the permissions in /proc/PID/maps: "OFFSET DEVICE INODE FILE". */
static bool parse_proc_rest(struct memory_map *m, struct str rest, struct mapped_range *r)
{
	struct str offset = str_cut_word(&rest), device = str_cut_word(&rest);
	uint64_t inode;

	if (!str_hex(offset, &r->offset) || !is_device(device) ||
	    !str_u64(str_cut_word(&rest), &inode))
		return false;
	r->file = dict_intern(m->dict, rest);
	return true;
}

/* "FILE (@OFFSET) BUILD-ID", of which any may be missing. */
static void parse_brief_rest(struct memory_map *m, struct str rest, struct mapped_range *r)
{
	struct str word;
	uint64_t n;

	r->file = dict_intern(m->dict, str_cut_word(&rest));
	word = str_cut_word(&rest);
	if (str_starts(word, S("(@")) && str_ends(word, S(")")) &&
	    str_hex(str(word.p + 2, word.n - 3), &r->offset))
		word = str_cut_word(&rest);
	if (str_hex(str(word.p, min_size(word.n, 1)), &n))
		r->build_id = dict_intern(m->dict, word);
}

/* "main.cc:123] message": cut off the prefix of a logger. */
static struct str skip_log_prefix(struct str line)
{
	ptrdiff_t end = str_find(line, S("] "));
	size_t digit;

	if (end <= 0 || str_chr(str(line.p, (size_t)end), '[') >= 0)
		return line;
	digit = (size_t)end;
	while (digit && is_digit(line.p[digit - 1]))
		digit--;
	if (digit == (size_t)end || !digit || line.p[digit - 1] != ':')
		return line;
	return str_skip(line, (size_t)end + 2);
}

/* The line with each "$name" replaced by the value of the first name that fits. */
static struct str replace_variables(const struct memory_map *m, struct str line, struct buf *b)
{
	while (line.n) {
		ptrdiff_t at = str_chr(line, '$');
		bool found = false;

		if (at < 0)
			break;
		buf_add(b, str(line.p, (size_t)at));
		line = str_skip(line, (size_t)at + 1);
		for (size_t i = 0; i < m->variables.n && !found; i++) {
			struct str name = dict_text(m->dict, m->variables.v[i].name);

			found = str_starts(line, name);
			if (!found)
				continue;
			buf_add(b, dict_text(m->dict, m->variables.v[i].value));
			line = str_skip(line, name.n);
		}
		if (!found)
			buf_ch(b, '$');
	}
	buf_add(b, line);
	return buf_str(b);
}

enum { VARIABLES = 64, LONGEST_VALUE = 4096 };

static void add_variable(struct memory_map *m, struct str line)
{
	struct str value = line, name = str_trim(str_cut(&value, '='));

	value = str_trim(value);
	if (!name.n || !value.p || m->variables.n == VARIABLES || value.n > LONGEST_VALUE)
		return;
	vec_push(&m->variables,
		 { .name = dict_intern(m->dict, name), .value = dict_intern(m->dict, value) });
}

static void parse_map_line(struct memory_map *m, struct str line)
{
	struct mapped_range r = { .offset = 0 };
	struct str rest = line, after, permissions;

	if (!parse_range(&rest, &r.start, &r.limit)) {
		add_variable(m, line);
		return;
	}
	after = rest;
	permissions = str_cut_word(&after);
	if (is_permissions(permissions)) {
		if (str_chr(permissions, 'x') < 0)
			return; /* not code */
		rest = after;
	}
	if (!parse_proc_rest(m, rest, &r)) {
		r.offset = 0;
		parse_brief_rest(m, rest, &r);
	}
	vec_push(&m->ranges, r);
}

void memory_map_add_line(struct memory_map *m, struct str line)
{
	struct buf replaced = { 0 };

	line = skip_log_prefix(line);
	/* Each '$' may become a long value: no program writes a line with many. */
	if (m->variables.n && line.n < LONGEST_VALUE && str_chr(line, '$') >= 0)
		line = replace_variables(m, line, &replaced);
	parse_map_line(m, line);
	buf_release(&replaced);
}

/* Corrections, as in google/pprof */

static bool agree(str_id a, str_id b)
{
	return !a.i || !b.i || a.i == b.i;
}

/* Are these two parts of one mapping? */
static bool is_continued(const struct mapped_range *a, const struct mapped_range *b)
{
	return agree(a->file, b->file) && agree(a->build_id, b->build_id) && a->limit == b->start &&
	       (!a->offset || !b->offset || a->offset + (a->limit - a->start) == b->offset);
}

static void join_adjacent(struct memory_map *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->ranges.n; i++) {
		const struct mapped_range *r = &m->ranges.v[i];
		struct mapped_range *last = n ? &m->ranges.v[n - 1] : NULL;

		if (!last || !is_continued(last, r)) {
			m->ranges.v[n++] = *r;
			continue;
		}
		last->limit = r->limit;
		last->file = r->file.i ? r->file : last->file;
		last->build_id = r->build_id.i ? r->build_id : last->build_id;
	}
	m->ranges.n = n;
}

/* "/lib/libc.so.6", "/lib/ld-2.15.so": not the program itself. */
static bool is_library(struct str file)
{
	struct str base = str_basename(file);
	ptrdiff_t at = str_find(base, S(".so"));

	for (; at >= 0; at = str_find(base, S(".so"))) {
		base = str_skip(base, (size_t)at + 3);
		if (!base.n || base.p[0] == '.' || base.p[0] == '_')
			return true;
	}
	return false;
}

/* Put the program first; the first line is not always the program's. */
static void move_program_first(struct memory_map *m)
{
	for (size_t i = 0; i < m->ranges.n; i++) {
		struct mapped_range *r = m->ranges.v, swap = r[i];
		struct str file = str_trim(dict_text(m->dict, swap.file));

		if (!file.n || file.p[0] == '[' || is_library(file))
			continue;
		r[i] = r[0];
		r[0] = swap;
		break;
	}
}

static void correct_program(struct memory_map *m)
{
	enum { USUAL_START = 0x400000 };
	struct mapped_range *r = m->ranges.v;

	if (m->ranges.n > 1 && r[0].limit == r[1].start &&
	    str_starts(dict_text(m->dict, r[0].file), S("/anon_hugepage"))) {
		memmove(r, r + 1, (m->ranges.n - 1) * sizeof(*r));
		m->ranges.n--;
	}
	if (m->ranges.n && r[0].start - r[0].offset == USUAL_START) {
		r[0].start = USUAL_START;
		r[0].offset = 0;
	}
}

/* Looking up */

static int by_start(const void *a, const void *b)
{
	const struct mapped_range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The number of ranges that begin at or below the address. */
static size_t ranges_below(const struct memory_map *m, uint64_t address)
{
	size_t low = 0, high = m->ranges.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->ranges.v[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct mapped_range *range_of(const struct memory_map *m, uint64_t address)
{
	size_t n = ranges_below(m, address);

	return n && address < m->ranges.v[n - 1].limit ? &m->ranges.v[n - 1] : NULL;
}

/* The next mapping lacks its first part if the address would be in that part. */
static void extend_range(struct memory_map *m, uint64_t address)
{
	size_t n = ranges_below(m, address);
	struct mapped_range *r = m->ranges.v + n;

	if (n == m->ranges.n || !r->offset || r->offset > r->start ||
	    r->start - r->offset > address)
		return;
	r->start -= r->offset;
	r->offset = 0;
}

static void enter_range(struct memory_map *m, struct mapped_range *r)
{
	struct mapping row = { .file = r->file,
			       .build_id = r->build_id,
			       .offset = r->offset,
			       .start = r->start,
			       .size = r->limit - r->start };

	r->row = dict_add_mapping(m->dict, row);
	r->flags = mapping_flags(dict_text(m->dict, r->file));
}

void memory_map_end(struct memory_map *m, const uint64_t *addresses, size_t n)
{
	struct mapped_range program;

	if (!m->ranges.n)
		return;
	join_adjacent(m);
	move_program_first(m);
	correct_program(m);
	program = m->ranges.v[0];
	qsort(m->ranges.v, m->ranges.n, sizeof(*m->ranges.v), by_start);
	for (size_t i = 0; i < n; i++)
		if (addresses[i] && !range_of(m, addresses[i]))
			extend_range(m, addresses[i]);
	for (size_t i = 0; i < m->ranges.n; i++) {
		enter_range(m, &m->ranges.v[i]);
		if (m->ranges.v[i].limit == program.limit)
			m->main = i;
	}
}

map_id memory_map_main(const struct memory_map *m)
{
	return m->ranges.n ? m->ranges.v[m->main].row : (map_id){ 0 };
}

loc_id memory_map_frame(const struct memory_map *m, uint64_t address)
{
	const struct mapped_range *r = range_of(m, address);
	struct loc row = { .addr = address, .flags = LOC_ADDR };

	if (r) {
		row.addr = address - r->start;
		row.map = r->row;
		row.flags |= r->flags;
	}
	return dict_add_loc(m->dict, row);
}

void memory_map_release(struct memory_map *m)
{
	vec_release(&m->ranges);
	vec_release(&m->variables);
}
