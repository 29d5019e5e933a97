/*
 * A stub jumps through a slot of the global offset table, and a relocation gives the
 * symbol of that slot. So the code of a stub leads to its name, with any linker's layout:
 * .plt with lazy binding, also .plt.sec where branches must land on an endbr64, .plt.got
 * without lazy binding.
 */
#include "object/plt.h"

#include <stdlib.h>

#include "io/cursor.h"

struct slot {
	uint64_t vaddr;
	uint32_t symbol, zero;
};

static int by_vaddr(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return (x->vaddr > y->vaddr) - (x->vaddr < y->vaddr);
}

static void add_slots(Elf_Data *relocations, struct buf *slots)
{
	GElf_Rela r;

	for (int i = 0; gelf_getrela(relocations, i, &r); i++) {
		uint64_t type = GELF_R_TYPE(r.r_info);
		struct slot s = { .vaddr = r.r_offset, .symbol = (uint32_t)GELF_R_SYM(r.r_info) };

		if (s.symbol && (type == R_X86_64_GLOB_DAT || type == R_X86_64_JUMP_SLOT))
			buf_put(slots, &s, sizeof(s));
	}
}

/* Read all relocation sections; a hostile file may have many that overlap. */
static void read_slots(const struct elf *e, struct buf *slots)
{
	uint64_t left = e->file.n;

	for (size_t i = 0; i < e->nsection; i++) {
		const struct elf_section *s = &e->section[i];

		if (s->type != SHT_RELA || s->size > left)
			continue;
		left -= s->size;
		add_slots(elf_records(e, s), slots);
	}
	if (slots->n)
		qsort(slots->p, BUF_COUNT(slots, struct slot), sizeof(struct slot), by_vaddr);
}

/* The slot of a "jmp *offset(%rip)" in these bytes, or 0. */
static uint64_t slot_of(struct str stub, uint64_t vaddr)
{
	struct cursor c = cursor_over(stub);
	struct str endbr64 = S("\xf3\x0f\x1e\xfa");
	int32_t offset;

	if (str_starts(stub, endbr64))
		cursor_skip(&c, endbr64.n);
	if (cursor_left(&c) && *c.at == 0xf2) /* bnd */
		cursor_skip(&c, 1);
	if (cursor_int(&c, 2) != 0x25ff)
		return 0;
	offset = (int32_t)cursor_int(&c, 4);
	return c.failed ? 0 : vaddr + (uint64_t)(c.at - (const uint8_t *)stub.p) + (uint64_t)offset;
}

static void add_stubs(const struct elf *e, const struct elf_section *s, const struct buf *slots,
		      struct buf *list)
{
	struct str code = elf_contents(e, s);
	size_t size = s && s->entsize == 8 ? 8 : 16, n = BUF_COUNT(slots, struct slot);

	for (size_t at = 0; at + size <= code.n; at += size) {
		struct slot key = { .vaddr = slot_of(str(code.p + at, size), s->addr + at) };
		const struct slot *found = NULL;

		if (key.vaddr && n)
			found = bsearch(&key, slots->p, n, sizeof(key), by_vaddr);
		if (found)
			buf_put(list,
				&(struct plt_stub){ s->addr + at, (uint32_t)size, found->symbol },
				sizeof(struct plt_stub));
	}
}

void plt_stubs(const struct elf *e, struct buf *list)
{
	static const char *const names[] = { ".plt", ".plt.sec", ".plt.got" };
	struct buf slots = { 0 };

	if (e->machine != EM_X86_64 || !e->is64)
		return;
	read_slots(e, &slots);
	for (size_t i = 0; i < LEN(names); i++)
		add_stubs(e, elf_section(e, names[i]), &slots, list);
	buf_release(&slots);
}
