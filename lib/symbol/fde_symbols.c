/*
 * The symbolizer of stripped images: without symbols, unwind data still have the start of each
 * function (an FDE of .eh_frame, LSB core, "Exception Frames"). A function gets the name of its
 * image and that virtual address, "app+0x1a2b0", so that functions stay distinct.
 */
#include <elfutils/libdw.h>
#include <stdlib.h>

#include "io/cursor.h"
#include "object/elf.h"
#include "profile/name.h"
#include "symbol/fde_scan.h"
#include "symbol/symbolizer.h"

struct fdes {
	struct elf elf;
	Dwarf_CFI *cfi;       /* libdw's handle of .eh_frame; owned */
	struct str table;     /* pairs of 32 bits, sorted: the start of a function, its FDE */
	uint64_t base;        /* both are relative to this address */
	struct spans scanned; /* without such a table: the functions */
	struct buf image;     /* the image's name */
	struct buf name;      /* the last name found */
};

static bool fde_handles(struct str file, struct str head)
{
	return str_starts(file, S("/")) && str_starts(head, S("\177ELF"));
}

static void close_fdes(void *with)
{
	struct fdes *f = with;

	if (f->cfi)
		dwarf_cfi_end(f->cfi);
	elf_close(&f->elf);
	spans_release(&f->scanned);
	buf_release(&f->image);
	buf_release(&f->name);
	mem_free(f, sizeof(*f));
}

/*
 * Opens the table of .eh_frame_hdr, in the only form that linkers write: version 1, a pointer
 * relative to itself, a count of 32 bits, pairs relative to the section.
 */
static bool open_table(struct fdes *f)
{
	static const struct str form = { "\1\x1b\x03\x3b", 4 };
	const struct elf_section *s = elf_section(&f->elf, ".eh_frame_hdr");
	struct str bytes = elf_contents(&f->elf, s);
	struct cursor c = cursor_over(bytes);
	uint64_t count;

	if (!str_starts(bytes, form))
		return false;
	cursor_bytes(&c, form.n + 4);
	count = cursor_u32(&c);
	f->table = cursor_bytes(&c, 8 * count);
	f->base = s->addr;
	return !c.failed;
}

/* The start of the function of entry i. */
static uint64_t start_of(const struct fdes *f, size_t i)
{
	struct cursor c = cursor_over(str_skip(f->table, 8 * i));

	return f->base + (uint64_t)(int64_t)(int32_t)cursor_u32(&c);
}

/* Finds the last start at or before an address, which must be inside that function. */
static bool find_in_table(const struct fdes *f, uint64_t vaddr, uint64_t *start)
{
	size_t low = 0, high = f->table.n / 8;
	Dwarf_Frame *rules;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (start_of(f, middle) <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || dwarf_cfi_addrframe(f->cfi, vaddr, &rules) != 0)
		return false;
	free(rules);
	*start = start_of(f, low - 1);
	return true;
}

static bool find_start(const struct fdes *f, uint64_t vaddr, uint64_t *start)
{
	const struct span *s = f->cfi ? NULL : spans_find(&f->scanned, vaddr);

	if (s)
		*start = s->start;
	return s || (f->cfi && find_in_table(f, vaddr, start));
}

/* Opens the tables of an image; whether it has any. */
static bool open_frames(struct fdes *f)
{
	if (!f->elf.handle)
		return false;
	if (open_table(f))
		f->cfi = dwarf_getcfi_elf(f->elf.handle);
	return f->cfi || fde_scan(&f->elf, &f->scanned);
}

static void *open_fdes(const struct symbol_file *file, struct buf *note)
{
	struct fdes *f = mem_zeroed(1, sizeof(*f));
	const char *why;

	(void)note; /* the symbolizer of symbol tables reports errors */
	if (!elf_open(&f->elf, file->fd, &why) || !elf_is_build(&f->elf, file->build_id) ||
	    !open_frames(f)) {
		close_fdes(f);
		return NULL;
	}
	buf_add(&f->image, str_basename(file->name));
	return f;
}

static bool fde_find(void *with, struct symbol_place at, struct buf *frames)
{
	struct fdes *f = with;
	struct symbol_frame frame = { 0 };
	uint64_t vaddr = at.offset, start;

	if ((!at.is_vaddr && !elf_vaddr(&f->elf, at.offset, &vaddr)) ||
	    !find_start(f, vaddr, &start))
		return false;
	f->name.n = 0;
	name_print_start(&f->name, buf_str(&f->image), start);
	frame.name = buf_str(&f->name);
	buf_put(frames, &frame, sizeof(frame));
	return true;
}

const struct symbolizer symbolizer_fde = {
	.name = "fde",
	.help = "where functions of stripped ELF images begin",
	.handles = fde_handles,
	.open = open_fdes,
	.find = fde_find,
	.close = close_fdes,
};
