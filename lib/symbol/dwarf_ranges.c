#include "symbol/dwarf_ranges.h"

/* Kinds of entries in .debug_rnglists. */
enum {
	END_OF_LIST,
	BASE_ADDRESSX,
	STARTX_ENDX,
	STARTX_LENGTH,
	OFFSET_PAIR,
	BASE_ADDRESS,
	START_END,
	START_LENGTH,
};

/* Where pieces go, and what relative ones are relative to. */
struct reader {
	const struct dwarf_unit *u;
	struct cursor c;
	uint64_t base;
	uint32_t rank, id;
	struct buf *pieces;
};

static void add(struct reader *r, uint64_t start, uint64_t end)
{
	struct piece p = { start, end, r->rank, r->id };

	if (start < end && start >= r->u->file->least)
		buf_put(r->pieces, &p, sizeof(p));
}

/* Pairs of addresses, up to a pair of zeros; the largest address announces a base. */
static void read_pairs(struct reader *r)
{
	unsigned size = r->u->encoding.address_size;
	uint64_t largest = size == 8 ? UINT64_MAX : UINT32_MAX;

	while (dwarf_work(r->u->file, 2 * size)) {
		uint64_t start = cursor_int(&r->c, size), end = cursor_int(&r->c, size);

		if (r->c.failed || (!start && !end))
			return;
		if (start == largest)
			r->base = end;
		else
			add(r, r->base + start, r->base + end);
	}
}

static uint64_t read_address(struct reader *r)
{
	return cursor_int(&r->c, r->u->encoding.address_size);
}

static uint64_t read_indexed(struct reader *r)
{
	uint64_t address;

	return dwarf_address_at(r->u, cursor_uleb(&r->c), &address) ? address : 0;
}

static bool read_entry(struct reader *r)
{
	uint64_t start, end;

	switch (cursor_u8(&r->c)) {
	case BASE_ADDRESSX: r->base = read_indexed(r); return true;
	case BASE_ADDRESS: r->base = read_address(r); return true;
	case STARTX_ENDX:
		start = read_indexed(r);
		end = read_indexed(r);
		break;
	case STARTX_LENGTH:
		start = read_indexed(r);
		end = start + cursor_uleb(&r->c);
		break;
	case OFFSET_PAIR:
		start = r->base + cursor_uleb(&r->c);
		end = r->base + cursor_uleb(&r->c);
		break;
	case START_END:
		start = read_address(r);
		end = read_address(r);
		break;
	case START_LENGTH:
		start = read_address(r);
		end = start + cursor_uleb(&r->c);
		break;
	default: return false;
	}
	if (!r->c.failed)
		add(r, start, end);
	return !r->c.failed;
}

/* Where a list is in .debug_rnglists: an offset, or number i of a table of them. */
static uint64_t list_offset(const struct dwarf_unit *u, const struct dwarf_value *v)
{
	struct cursor c;
	uint64_t at;

	if (v->form != FORM_RNGLISTX)
		return v->v;
	if (__builtin_mul_overflow(v->v, u->encoding.offset_size, &at) ||
	    __builtin_add_overflow(at, u->rnglists_base, &at))
		return UINT64_MAX;
	c = cursor_from(u->file->section[DWARF_RNGLISTS], at);
	at = cursor_int(&c, u->encoding.offset_size);
	return c.failed ? UINT64_MAX : u->rnglists_base + at;
}

static void read_list(struct reader *r, const struct dwarf_value *v)
{
	const struct dwarf_file *f = r->u->file;

	if (r->u->encoding.version >= 5) {
		r->c = cursor_from(f->section[DWARF_RNGLISTS], list_offset(r->u, v));
		while (dwarf_work(f, 4) && read_entry(r))
			;
		return;
	}
	r->c = cursor_from(f->section[DWARF_RANGES], v->v + (f->split ? r->u->ranges_base : 0));
	read_pairs(r);
}

void dwarf_ranges(const struct dwarf_entry *e, uint32_t rank, uint32_t id, struct buf *pieces)
{
	struct reader r = { .u = e->unit, .rank = rank, .id = id, .pieces = pieces };
	uint64_t low, high;

	r.base = e->unit->low;
	if (dwarf_has(e, ATTR_RANGES)) {
		read_list(&r, &e->value[ATTR_RANGES]);
		return;
	}
	if (!dwarf_address(e, ATTR_LOW_PC, &low) || !dwarf_has(e, ATTR_HIGH_PC))
		return;
	if (!dwarf_address(e, ATTR_HIGH_PC, &high))
		high = low + dwarf_number(e, ATTR_HIGH_PC); /* from version 4 on: a size */
	add(&r, low, high);
}
