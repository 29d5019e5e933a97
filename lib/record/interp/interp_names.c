#include "record/interp/interp_names.h"

#include <stddef.h>

#include "interp/code_names.h"
#include "interp/php/php_name.h"
#include "interp/python/python_lines.h"
#include "interp/python/python_name.h"
#include "interp/ruby/ruby_layouts.h"
#include "interp/ruby/ruby_lines.h"
#include "profile/dictionary.h"

enum { MOST_ROWS = 1 << 16 }; /* of each table: some 5 MB together */

struct known_code {
	uint64_t code, id;
	uint32_t pid, zero;
	/* Payload: numbers of strings */
	uint32_t name, file, lines, table;
	uint32_t first, version; /* first: the function's first line */
	uint32_t kind, padding;
};

struct known_line {
	uint32_t name, file;
	uint32_t line, first;
	uint32_t kind;
};

struct known_place {
	uint32_t code; /* row of codes */
	uint32_t instruction;
	uint64_t line; /* payload: a row of lines */
};

static void init_tables(struct interp_names *n)
{
	strings_init(&n->strings);
	table_init(&n->codes, sizeof(struct known_code), offsetof(struct known_code, name));
	table_init(&n->lines, sizeof(struct known_line), sizeof(struct known_line));
	table_init(&n->places, sizeof(struct known_place), offsetof(struct known_place, line));
}

void interp_names_init(struct interp_names *n)
{
	*n = (struct interp_names){ 0 };
	init_tables(n);
}

void interp_names_release(struct interp_names *n)
{
	strings_release(&n->strings);
	table_release(&n->codes);
	table_release(&n->lines);
	table_release(&n->places);
}

static void decode(struct buf *to, const struct code_names *head, const struct interp_string *s,
		   struct str bytes)
{
	if (head->kind == INTERP_PYTHON) {
		python_string_decode(to, s, head->kind_shift, bytes);
		return;
	}
	while (bytes.n) {
		uint32_t c;
		size_t size = str_utf8(bytes, &c);

		buf_add(to, size ? str(bytes.p, size) : S("\xef\xbf\xbd"));
		bytes = str_skip(bytes, size ? size : 1);
	}
	if (s->copied < s->length)
		buf_add(to, S("..."));
}

static uint32_t intern_text(struct interp_names *n, const struct code_names *head,
			    const struct interp_string *s, struct str bytes)
{
	struct buf text = { 0 };
	uint32_t i;

	decode(&text, head, s, bytes);
	i = strings_intern(&n->strings, buf_str(&text));
	buf_release(&text);
	return i;
}

static uint32_t intern_php_name(struct interp_names *n, const struct code_names_parts *p)
{
	struct interp_string whole = { 0 };
	struct buf name = { 0 };
	uint32_t i;

	php_name(&name, p);
	i = intern_text(n, &p->head, &whole, buf_str(&name));
	buf_release(&name);
	return i;
}

void interp_names_add(struct interp_names *n, struct str record)
{
	struct code_names_parts p;
	struct known_code row = { 0 }, *known;

	if (!code_names_parse(&p, record))
		return;
	row.code = p.head.code;
	row.id = p.head.id;
	row.pid = p.head.pid;
	known = table_row(&n->codes, table_intern(&n->codes, &row));
	known->name = p.head.kind == INTERP_PHP ? intern_php_name(n, &p) :
						  intern_text(n, &p.head, &p.head.name, p.name);
	known->file = intern_text(n, &p.head, &p.head.file, p.file);
	known->lines = strings_intern(&n->strings, p.lines);
	known->table = strings_intern(&n->strings, p.table);
	known->kind = p.head.kind;
	known->first = p.head.line;
	known->version = p.head.version;
}

static uint32_t code_of(const struct interp_names *n, uint32_t pid, const struct interp_frame *f)
{
	struct known_code key = { .code = f->code, .id = f->id, .pid = pid };

	return table_find(&n->codes, &key);
}

bool interp_names_has(const struct interp_names *n, uint32_t pid, const struct interp_frame *f)
{
	return code_of(n, pid, f);
}

static unsigned line_of(const struct interp_names *n, const struct known_code *c,
			uint32_t instruction)
{
	struct str lines = strings_get(&n->strings, c->lines);
	const struct ruby_layout *l;

	if (c->kind == INTERP_PYTHON)
		return python_line(c->version, lines, c->first, instruction);
	if (c->kind == INTERP_PHP)
		return instruction;
	l = ruby_layout_of(c->version);
	return l ? ruby_line(lines, l->entry_size, strings_get(&n->strings, c->table),
			     instruction) :
		   0;
}

static uint32_t find_line(struct interp_names *n, uint32_t code, uint32_t instruction)
{
	const struct known_code *c = table_row(&n->codes, code);
	struct known_line row = {
		.name = c->name, .file = c->file, .first = c->first, .kind = c->kind
	};

	row.line = line_of(n, c, instruction);
	return table_intern(&n->lines, &row);
}

uint64_t interp_names_line(struct interp_names *n, uint32_t pid, const struct interp_frame *f)
{
	struct known_place key = { .code = code_of(n, pid, f), .instruction = f->instruction };
	uint32_t place;
	uint64_t line;

	if (!key.code)
		return 0;
	place = table_find(&n->places, &key);
	if (!place) {
		key.line = find_line(n, key.code, f->instruction);
		place = table_intern(&n->places, &key);
	}
	line = ((struct known_place *)table_row(&n->places, place))->line;
	return n->base + line;
}

static uint32_t frame_type(uint32_t kind)
{
	static const uint32_t types[INTERP_KINDS] = {
		[INTERP_PYTHON] = LOC_CPYTHON,
		[INTERP_RUBY] = LOC_RUBY,
		[INTERP_PHP] = LOC_PHP,
	};

	return kind < INTERP_KINDS ? types[kind] : 0;
}

bool interp_names_get(const struct interp_names *n, uint64_t line, struct script_frame *f)
{
	const struct known_line *l;

	if (line <= n->base || line - n->base >= n->lines.n)
		return false;
	l = table_row(&n->lines, (uint32_t)(line - n->base));
	*f = (struct script_frame){
		.function = strings_get(&n->strings, l->name),
		.file = strings_get(&n->strings, l->file),
		.first = l->first,
		.line = l->line,
		.type = frame_type(l->kind),
	};
	return true;
}

bool interp_names_trim(struct interp_names *n)
{
	if (n->codes.n < MOST_ROWS && n->lines.n < MOST_ROWS && n->places.n < MOST_ROWS)
		return false;
	n->base += n->lines.n;
	strings_release(&n->strings);
	table_release(&n->codes);
	table_release(&n->lines);
	table_release(&n->places);
	init_tables(n);
	return true;
}
