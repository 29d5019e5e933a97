#include "symbol/dwarf/dwarf_ranges.h"

#include "io/cursor.h"
#include "symbol/dwarf/dwarf_value.h"

void dwarf_code_attribute(struct dwarf_code *c, const Dwarf_Attribute *a)
{
	switch (a->code) {
	case DW_AT_low_pc: c->low = *a; break;
	case DW_AT_high_pc: c->high = *a; break;
	case DW_AT_ranges: c->ranges = *a; break;
	default: break;
	}
}

static void add_interval(const struct dwarf_code *c, struct interval i, struct buf *list)
{
	if (i.start < i.end && i.start >= c->unit->file->least)
		buf_put(list, &i, sizeof(i));
}

/*
 * The offset of the list in its section. libdw can compute it, but not for split units,
 * whose skeleton it does not know.
 */
static uint64_t list_offset(struct dwarf_code *c, const struct dwarf_file *f)
{
	const struct dwarf_unit *u = c->unit;
	uint64_t v = dwarf_number(&c->ranges), at;
	struct cursor number;

	if (c->ranges.form != DW_FORM_rnglistx)
		return v + (f->split && u->version < 5 ? u->ranges_base : 0);
	if (__builtin_mul_overflow(v, u->offset_size, &at) ||
	    __builtin_add_overflow(at, u->rnglists_base, &at))
		return UINT64_MAX;
	number = cursor_from(f->section[DWARF_RNGLISTS], at);
	at = cursor_int(&number, u->offset_size);
	return number.failed ? UINT64_MAX : u->rnglists_base + at;
}

/*
 * One call of dwarf_ranges() reads entries until it finds a range. It sees only a few
 * entries of the section at a time, so that a list without ranges is cheap.
 */
static void read_list(struct dwarf_code *c, struct interval i, struct buf *list)
{
	enum { WINDOW = 256, STEPS = 32 };
	const struct dwarf_unit *u = c->unit;
	enum dwarf_section section = u->version < 5 ? DWARF_RANGES : DWARF_RNGLISTS;
	size_t size = u->file->section[section].n;
	uint64_t at = list_offset(c, u->file), base = u->low, start, end;

	while (at < size && dwarf_work(u->file, STEPS)) {
		ptrdiff_t next;
		bool unbased;

		dwarf_file_cut(u->file, section, min_size(size, (size_t)at + WINDOW));
		next = dwarf_ranges(c->entry, (ptrdiff_t)at, &base, &start, &end);
		if (next <= 0)
			break;
		/* At 0 libdw takes the base from the unit, which a split one does not have. */
		unbased = at == 0 && u->skeleton && !base;
		i.start = start + (unbased ? u->low : 0);
		i.end = end + (unbased ? u->low : 0);
		base = unbased ? u->low : base;
		add_interval(c, i, list);
		at = (uint64_t)next;
	}
	dwarf_file_cut(u->file, section, size);
}

void dwarf_code_intervals(struct dwarf_code *c, uint32_t rank, uint32_t id, struct buf *list)
{
	struct interval i = { .rank = rank, .id = id };

	if (c->ranges.code) {
		read_list(c, i, list);
	} else if (c->low.code && c->high.code && dwarf_formaddr(&c->low, &i.start) == 0) {
		if (dwarf_formaddr(&c->high, &i.end) != 0)
			i.end = i.start + dwarf_number(&c->high); /* from version 4 on: a size */
		add_interval(c, i, list);
	}
}
