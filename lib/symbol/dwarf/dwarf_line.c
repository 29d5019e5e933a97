/*
 * A sequence is a list of rows for contiguous code. Sequences may come in any order and
 * overlap, so they are flattened into spans, and rows are searched within one sequence.
 * Sequences of code that the linker discarded are left out.
 */
#include "symbol/dwarf/dwarf_line.h"

#include "io/cursor.h"
#include "symbol/dwarf/dwarf_value.h"

/* No compiler writes more into the table of one unit; the rest is left out. */
enum { MOST_ROWS = 4 << 20, MOST_NAMES = 1 << 20 };

/* Steps of the budget for a byte of the header, which may become a name; for an opcode. */
enum { HEADER_STEPS = 16, OPCODE_STEPS = 4 };

struct machine {
	struct dwarf_lines *to;
	const struct dwarf_unit *u;
	uint16_t version;
	uint8_t offset_size;
	struct cursor program;
	uint8_t min_length, line_range, opcode_base;
	int8_t line_base;
	struct str operands; /* by standard opcode less 1: how many it has */
	struct dwarf_row row;
	size_t first;         /* of the rows of the sequence at hand */
	struct buf intervals; /* struct interval: sequences */
};

/* The header */

static void add_dir(struct dwarf_lines *l, struct str name)
{
	buf_put(&l->dirs, &name, sizeof(name));
}

static void add_file(struct dwarf_lines *l, struct dwarf_source f)
{
	if (BUF_COUNT(&l->files, f) < MOST_NAMES)
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

	add_dir(m->to, S("")); /* number 0 is the directory of the compilation */
	for (int i = 0; i < MOST_NAMES && (name = cursor_text(c)).n; i++)
		add_dir(m->to, name);
	add_file(m->to, (struct dwarf_source){ 0 }); /* files are numbered from 1 */
	for (int i = 0; i < MOST_NAMES && (name = cursor_text(c)).n; i++)
		read_file(m->to, name, c);
}

/*
 * Read a value in the header of version 5. Fails the cursor for a form that is not
 * allowed there: each allowed form takes bytes, so a table has no more entries than bytes.
 */
static uint64_t read_value(const struct machine *m, uint64_t form, struct cursor *c,
			   struct str *text)
{
	const struct dwarf_file *f = m->u->file;
	uint64_t v = 0;

	switch (form) {
	case DW_FORM_string: *text = cursor_text(c); break;
	case DW_FORM_line_strp:
		*text = dwarf_text_at(f->section[DWARF_LINE_STR], cursor_int(c, m->offset_size));
		break;
	case DW_FORM_strp:
		*text = dwarf_text_at(f->section[DWARF_STR], cursor_int(c, m->offset_size));
		break;
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_strp_alt:
		v = cursor_int(c, m->offset_size);
		*text = f->alt ? dwarf_text_at(f->alt->section[DWARF_STR], v) : S("");
		break;
	case DW_FORM_udata: v = cursor_uleb(c); break;
	case DW_FORM_data1: v = cursor_u8(c); break;
	case DW_FORM_data2: v = cursor_int(c, 2); break;
	case DW_FORM_data4: v = cursor_int(c, 4); break;
	case DW_FORM_data8: v = cursor_int(c, 8); break;
	case DW_FORM_data16: cursor_skip(c, 16); break;
	case DW_FORM_block: cursor_skip(c, cursor_uleb(c)); break;
	default: cursor_fail(c); break;
	}
	return v;
}

/* Read one entry of a table that describes the values of its entries. */
static struct dwarf_source read_described(const struct machine *m, struct cursor format,
					  struct cursor *c)
{
	struct dwarf_source f = { .name = S("") };

	while (cursor_left(&format)) {
		uint64_t content = cursor_uleb(&format), form = cursor_uleb(&format), v;
		struct str text = S("");

		v = read_value(m, form, c, &text);
		if (content == DW_LNCT_path)
			f.name = text;
		else if (content == DW_LNCT_directory_index)
			f.dir = v;
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
	for (count = n ? min_size(count, MOST_NAMES) : 0; count && cursor_left(c); count--) {
		struct dwarf_source f = read_described(m, format, c);

		if (dirs)
			add_dir(m->to, f.name);
		else
			add_file(m->to, f);
	}
}

/* Read the length at the start of a table, and cut *c to it. */
static bool read_length(struct machine *m, struct cursor *c)
{
	uint64_t length = cursor_int(c, 4);

	m->offset_size = 4;
	if (length == UINT32_MAX) {
		length = cursor_int(c, 8);
		m->offset_size = 8;
	}
	if (!cursor_has(c, length))
		return false;
	c->end = c->at + length;
	return true;
}

static bool read_header(struct machine *m, struct cursor *c)
{
	uint64_t length;

	if (!read_length(m, c))
		return false;
	m->version = m->to->version = (uint8_t)cursor_int(c, 2);
	if (m->version >= 5)
		cursor_skip(c, 2); /* sizes of addresses and segment selectors */
	length = cursor_int(c, m->offset_size);
	if (!cursor_has(c, length) || !dwarf_work(m->u->file, length * HEADER_STEPS))
		return false;
	m->program = *c;
	cursor_skip(&m->program, length);
	c->end = m->program.at;
	m->min_length = cursor_u8(c);
	if (m->version >= 4)
		cursor_skip(c, 1); /* operations in an instruction: more than 1 for VLIW only */
	cursor_skip(c, 1);         /* are rows statements at first? */
	m->line_base = (int8_t)cursor_u8(c);
	m->line_range = cursor_u8(c);
	m->opcode_base = cursor_u8(c);
	m->operands = cursor_bytes(c, m->opcode_base ? m->opcode_base - 1u : 0);
	return !c->failed && m->version >= 2 && m->version <= 5;
}

/* The program */

static size_t nrow(const struct machine *m)
{
	return BUF_COUNT(&m->to->rows, struct dwarf_row);
}

/* Append a row with the state of the machine, unless it repeats the last row. */
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
	struct interval i = { .end = m->row.addr };

	if (nrow(m) > m->first)
		i.start = ((struct dwarf_row *)m->to->rows.p)[m->first].addr;
	if (i.start < i.end && i.start >= m->u->file->least) {
		i.id = (uint32_t)BUF_COUNT(&m->to->sequence, uint32_t);
		buf_put(&m->intervals, &i, sizeof(i));
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
	case DW_LNE_end_sequence: end_sequence(m); break;
	case DW_LNE_set_address:
		m->row.addr = cursor_int(&c, (unsigned)min_size(cursor_left(&c), 8));
		break;
	case DW_LNE_define_file:
		name = cursor_text(&c);
		read_file(m->to, name, &c);
		break;
	default: break;
	}
}

static void run_standard(struct machine *m, uint8_t opcode)
{
	switch (opcode) {
	case 0: run_extended(m); break; /* the start of an extended one */
	case DW_LNS_copy: add_row(m); break;
	case DW_LNS_advance_pc: advance(m, cursor_uleb(&m->program)); break;
	case DW_LNS_advance_line: m->row.line += (uint32_t)cursor_sleb(&m->program); break;
	case DW_LNS_set_file: m->row.file = (uint32_t)cursor_uleb(&m->program); break;
	case DW_LNS_const_add_pc:
		if (m->line_range)
			advance(m, (255u - m->opcode_base) / m->line_range);
		break;
	case DW_LNS_fixed_advance_pc: m->row.addr += cursor_int(&m->program, 2); break;
	default: /* not needed here, or of a later version */
		for (uint8_t i = 0; i < (uint8_t)m->operands.p[opcode - 1]; i++)
			cursor_uleb(&m->program);
		break;
	}
}

static void run_program(struct machine *m)
{
	struct dwarf_lines *l = m->to;
	uint32_t end;

	start_sequence(m);
	while (cursor_left(&m->program) && nrow(m) < MOST_ROWS &&
	       dwarf_work(m->u->file, OPCODE_STEPS)) {
		uint8_t opcode = cursor_u8(&m->program);

		if (opcode >= m->opcode_base)
			run_special(m, opcode);
		else
			run_standard(m, opcode);
	}
	l->rows.n = m->first * sizeof(struct dwarf_row); /* drop a sequence without an end */
	l->rows.p = mem_resize(l->rows.p, l->rows.cap, l->rows.n);
	l->rows.cap = l->rows.n;
	end = (uint32_t)m->first;
	buf_put(&l->sequence, &end, sizeof(end));
	spans_init(&l->sequences, (struct interval *)m->intervals.p,
		   BUF_COUNT(&m->intervals, struct interval));
	buf_release(&m->intervals);
}

void dwarf_lines_read(struct dwarf_lines *l, const struct dwarf_unit *u, bool rows)
{
	struct machine m = { .to = l, .u = u };
	struct cursor c = cursor_from(u->file->section[DWARF_LINE], u->lines);

	*l = (struct dwarf_lines){ .comp_dir = u->comp_dir };
	if (!u->has_lines || !read_header(&m, &c))
		return;
	if (m.version < 5) {
		read_old_names(&m, &c);
	} else {
		read_table(&m, &c, true);
		read_table(&m, &c, false);
	}
	if (rows)
		run_program(&m);
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
