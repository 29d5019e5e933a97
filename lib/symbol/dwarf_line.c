/*
 * Sequences, the runs of rows for code that lies together, may come in any order
 * and overlap. They are made flat like everything that overlaps, and each is searched
 * by itself. Those of code that a linker has thrown away are left out.
 */
#include "symbol/dwarf_line.h"

enum { LNCT_PATH = 1, LNCT_DIRECTORY_INDEX = 2 };
enum {
	LNS_EXTENDED,
	LNS_COPY,
	LNS_ADVANCE_PC,
	LNS_ADVANCE_LINE,
	LNS_SET_FILE,
	LNS_CONST_ADD_PC = 8,
	LNS_FIXED_ADVANCE_PC = 9,
};
enum { LNE_END_SEQUENCE = 1, LNE_SET_ADDRESS = 2, LNE_DEFINE_FILE = 3 };

struct machine {
	struct dwarf_lines *to;
	const struct dwarf_unit *u;
	struct dwarf_encoding encoding;
	struct cursor program;
	uint8_t min_length, line_range, opcode_base;
	int8_t line_base;
	struct str operands; /* by standard opcode less 1: how many it has */
	struct dwarf_row row;
	size_t first;      /* of the rows of the sequence at hand */
	struct buf pieces; /* struct piece: sequences */
};

/* The header */

static void add_dir(struct dwarf_lines *l, struct str name)
{
	buf_put(&l->dirs, &name, sizeof(name));
}

static void add_file(struct dwarf_lines *l, struct dwarf_source f)
{
	buf_put(&l->files, &f, sizeof(f));
}

/* Name, directory, time and size, up to version 4. */
static void read_file(struct dwarf_lines *l, struct str name, struct cursor *c)
{
	struct dwarf_source f = { name, cursor_uleb(c) };

	cursor_uleb(c);
	cursor_uleb(c);
	add_file(l, f);
}

static void read_old_names(struct machine *m, struct cursor *c)
{
	struct str name;

	add_dir(m->to, S("")); /* number 0 is where the compiler was run */
	while ((name = cursor_text(c)).n)
		add_dir(m->to, name);
	add_file(m->to, (struct dwarf_source){ 0 }); /* files are numbered from 1 */
	while ((name = cursor_text(c)).n)
		read_file(m->to, name, c);
}

/* One entry of a table that says itself which values its entries have. */
static struct dwarf_source read_described(const struct machine *m, struct cursor format,
					  struct cursor *c)
{
	struct dwarf_source f = { 0 };

	while (cursor_left(&format)) {
		uint64_t content = cursor_uleb(&format);
		struct dwarf_value v = { 0 };

		dwarf_read_value(c, m->encoding, (uint16_t)cursor_uleb(&format), &v);
		if (content == LNCT_PATH)
			f.name = dwarf_value_text(m->u, &v);
		else if (content == LNCT_DIRECTORY_INDEX)
			f.dir = v.v;
	}
	return f;
}

static void read_table(struct machine *m, struct cursor *c, bool dirs)
{
	uint8_t n = cursor_u8(c);
	struct cursor format = *c;
	uint64_t count;

	for (unsigned i = 0; i < 2 * (unsigned)n; i++)
		cursor_uleb(c);
	format.end = c->at;
	count = cursor_uleb(c);
	for (; n && count && cursor_left(c); count--) {
		struct dwarf_source f = read_described(m, format, c);

		if (dirs)
			add_dir(m->to, f.name);
		else
			add_file(m->to, f);
	}
}

static bool read_header(struct machine *m, struct cursor *c)
{
	struct cursor rest;
	uint64_t length;

	if (!dwarf_unit_length(c, &rest, &m->encoding.offset_size))
		return false;
	m->encoding.version = m->to->version = (uint8_t)cursor_int(c, 2);
	m->encoding.address_size = m->u->encoding.address_size;
	if (m->encoding.version >= 5)
		cursor_skip(c, 2); /* sizes of addresses and segment selectors */
	length = cursor_int(c, m->encoding.offset_size);
	m->program = *c;
	cursor_skip(&m->program, length);
	m->min_length = cursor_u8(c);
	if (m->encoding.version >= 4)
		cursor_skip(c, 1); /* operations in an instruction: more than 1 for VLIW only */
	cursor_skip(c, 1);         /* are rows statements at first? */
	m->line_base = (int8_t)cursor_u8(c);
	m->line_range = cursor_u8(c);
	m->opcode_base = cursor_u8(c);
	m->operands = cursor_bytes(c, m->opcode_base ? m->opcode_base - 1u : 0);
	return !c->failed && m->encoding.version >= 2 && m->encoding.version <= 5;
}

/* The program */

static size_t nrow(const struct machine *m)
{
	return BUF_COUNT(&m->to->rows, struct dwarf_row);
}

/* The row of the machine goes out, unless it says nothing new. */
static void add_row(struct machine *m)
{
	size_t n = nrow(m);
	struct dwarf_row *last = n > m->first ? (struct dwarf_row *)m->to->rows.p + n - 1 : NULL;

	if (last && last->addr == m->row.addr)
		*last = m->row;
	else if (!last || last->file != m->row.file || last->line != m->row.line)
		buf_put(&m->to->rows, &m->row, sizeof(m->row));
}

static void start_sequence(struct machine *m)
{
	m->first = nrow(m);
	m->row = (struct dwarf_row){ .file = 1, .line = 1 };
}

static void end_sequence(struct machine *m)
{
	uint32_t first = (uint32_t)m->first;
	struct piece p = { .end = m->row.addr };

	if (nrow(m) > m->first)
		p.start = ((struct dwarf_row *)m->to->rows.p)[m->first].addr;
	if (p.start < p.end && p.start >= m->u->file->least) {
		p.id = (uint32_t)BUF_COUNT(&m->to->sequence, uint32_t);
		buf_put(&m->pieces, &p, sizeof(p));
		buf_put(&m->to->sequence, &first, sizeof(first));
	} else {
		m->to->rows.n = m->first * sizeof(struct dwarf_row);
	}
	start_sequence(m);
}

static void advance(struct machine *m, uint64_t operations)
{
	m->row.addr += operations * m->min_length;
}

static void run_special(struct machine *m, uint8_t opcode)
{
	uint8_t adjusted = opcode - m->opcode_base;

	if (!m->line_range)
		return;
	advance(m, adjusted / m->line_range);
	m->row.line += (uint32_t)(m->line_base + adjusted % m->line_range);
	add_row(m);
}

static void run_extended(struct machine *m)
{
	struct cursor c = cursor_over(cursor_bytes(&m->program, cursor_uleb(&m->program)));
	struct str name;

	switch (cursor_u8(&c)) {
	case LNE_END_SEQUENCE: end_sequence(m); break;
	case LNE_SET_ADDRESS:
		m->row.addr = cursor_int(&c, (unsigned)min_size(cursor_left(&c), 8));
		break;
	case LNE_DEFINE_FILE:
		name = cursor_text(&c);
		read_file(m->to, name, &c);
		break;
	default: break;
	}
}

static void run_standard(struct machine *m, uint8_t opcode)
{
	switch (opcode) {
	case LNS_EXTENDED: run_extended(m); break;
	case LNS_COPY: add_row(m); break;
	case LNS_ADVANCE_PC: advance(m, cursor_uleb(&m->program)); break;
	case LNS_ADVANCE_LINE: m->row.line += (uint32_t)cursor_sleb(&m->program); break;
	case LNS_SET_FILE: m->row.file = (uint32_t)cursor_uleb(&m->program); break;
	case LNS_CONST_ADD_PC:
		if (m->line_range)
			advance(m, (255u - m->opcode_base) / m->line_range);
		break;
	case LNS_FIXED_ADVANCE_PC: m->row.addr += cursor_int(&m->program, 2); break;
	default: /* of no use here, or of a later version */
		for (uint8_t i = 0; i < (uint8_t)m->operands.p[opcode - 1]; i++)
			cursor_uleb(&m->program);
		break;
	}
}

static void run(struct machine *m)
{
	struct dwarf_lines *l = m->to;
	uint32_t end;

	start_sequence(m);
	while (cursor_left(&m->program) && dwarf_work(m->u->file, 4)) {
		uint8_t opcode = cursor_u8(&m->program);

		if (opcode >= m->opcode_base)
			run_special(m, opcode);
		else
			run_standard(m, opcode);
	}
	l->rows.n = m->first * sizeof(struct dwarf_row); /* of a sequence that has no end */
	end = (uint32_t)m->first;
	buf_put(&l->sequence, &end, sizeof(end));
	spans_init(&l->sequences, (struct piece *)m->pieces.p, BUF_COUNT(&m->pieces, struct piece));
	buf_release(&m->pieces);
}

void dwarf_lines_read(struct dwarf_lines *l, const struct dwarf_unit *u, bool rows)
{
	struct machine m = { .to = l, .u = u };
	struct cursor c = cursor_from(u->file->section[DWARF_LINE], u->lines);

	*l = (struct dwarf_lines){ .comp_dir = u->comp_dir };
	if (!u->has_lines || !read_header(&m, &c))
		return;
	if (m.encoding.version < 5) {
		read_old_names(&m, &c);
	} else {
		read_table(&m, &c, true);
		read_table(&m, &c, false);
	}
	if (rows && dwarf_work(u->file, cursor_left(&c)))
		run(&m);
}

void dwarf_lines_release(struct dwarf_lines *l)
{
	buf_release(&l->dirs);
	buf_release(&l->files);
	buf_release(&l->rows);
	buf_release(&l->sequence);
	spans_release(&l->sequences);
}

size_t dwarf_lines_size(const struct dwarf_lines *l)
{
	return l->dirs.cap + l->files.cap + l->rows.cap + l->sequence.cap +
	       l->sequences.cap * sizeof(struct span);
}

/* Looking up */

const struct dwarf_row *dwarf_lines_find(const struct dwarf_lines *l, uint64_t addr)
{
	const struct span *span = spans_find(&l->sequences, addr);
	const struct dwarf_row *row = (const struct dwarf_row *)l->rows.p;
	const uint32_t *first = (const uint32_t *)l->sequence.p;
	size_t from, to;

	if (!span)
		return NULL;
	from = first[span->id];
	to = first[span->id + 1];
	while (to - from > 1) {
		size_t mid = from + (to - from) / 2;

		if (row[mid].addr <= addr)
			from = mid;
		else
			to = mid;
	}
	return &row[from];
}

struct source_path dwarf_lines_path(const struct dwarf_lines *l, uint64_t file)
{
	const struct dwarf_source *f = (const struct dwarf_source *)l->files.p;
	const struct str *dir = (const struct str *)l->dirs.p;
	struct source_path path = { 0 };

	if (file >= BUF_COUNT(&l->files, *f) || !f[file].name.n)
		return path;
	path.part[2] = f[file].name;
	if (path.part[2].p[0] == '/' || f[file].dir >= BUF_COUNT(&l->dirs, *dir))
		return path;
	path.part[1] = dir[f[file].dir];
	if (!str_starts(path.part[1], S("/")) && !str_eq(path.part[1], l->comp_dir))
		path.part[0] = l->comp_dir;
	return path;
}
