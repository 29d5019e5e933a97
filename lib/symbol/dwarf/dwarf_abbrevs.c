#include "symbol/dwarf/dwarf_abbrevs.h"

#include "io/cursor.h"

/* For each abbreviation: about the bytes that libdw keeps, and the steps that are taken. */
enum { HELD_PER_BYTE = 8 };

struct measured {
	uint64_t bytes; /* of the table, or up to the code searched for */
	uint32_t free;  /* the most attributes of one entry that take no bytes */
};

/* A number as libdw reads it: of at most 10 bytes, and cut to 32 bits. */
static uint32_t abbrev_number(struct cursor *c)
{
	const uint8_t *from = c->at;
	uint32_t v = (uint32_t)cursor_uleb(c);

	if (c->at - from > 10)
		cursor_fail(c);
	return v;
}

/* Pass the attributes of one abbreviation. Returns how many take no bytes. */
static uint32_t pass_attributes(struct cursor *c)
{
	uint32_t n = 0;

	for (;;) {
		uint32_t name = abbrev_number(c), form = abbrev_number(c);

		if ((!name && !form) || c->failed)
			return n;
		if (form == DW_FORM_implicit_const)
			cursor_sleb(c);
		n += !form || form == DW_FORM_implicit_const || form == DW_FORM_flag_present;
	}
}

/* Measure a table, up to a code unless that is 0. False if it is malformed or implausibly large. */
static bool measure(const struct dwarf_unit *u, uint32_t code, struct measured *m)
{
	enum { MOST_BYTES = 4 << 20, MOST_FREE = 64 };
	struct cursor c = cursor_from(u->file->section[DWARF_ABBREV], u->abbrevs);
	const uint8_t *from = c.at;
	bool found = false;

	*m = (struct measured){ 0 };
	while (!found && cursor_left(&c) && *c.at && !c.failed) {
		found = abbrev_number(&c) == code && code;
		abbrev_number(&c); /* the tag */
		cursor_skip(&c, 1);
		m->free = (uint32_t)max_size(m->free, pass_attributes(&c));
	}
	m->bytes = (uint64_t)(c.at - from);
	return dwarf_work(u->file, HELD_PER_BYTE * (m->bytes + 1)) && !c.failed &&
	       m->bytes <= MOST_BYTES && m->free <= MOST_FREE;
}

bool dwarf_afford_root(const struct dwarf_unit *u)
{
	struct cursor c = cursor_from(u->file->section[DWARF_INFO], u->root);
	uint32_t code = (uint32_t)cursor_uleb(&c);
	struct measured m;

	return code && measure(u, code, &m);
}

bool dwarf_afford_walk(const struct dwarf_unit *u, size_t *held)
{
	struct measured m;

	if (!measure(u, 0, &m) || !dwarf_work(u->file, (u->end - u->offset) * (m.free + 1)))
		return false;
	*held += m.bytes * HELD_PER_BYTE;
	return true;
}
