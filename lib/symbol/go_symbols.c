/* The symbolizer of Go code, by Go's own tables, which need neither symbols nor DWARF. */
#include "object/gopclntab.h"
#include "symbol/symbolizer.h"

/* Steps that a round may take, since the tables may be hostile. */
static const uint64_t WORK = (uint64_t)256 << 20;

struct go {
	struct elf elf;
	struct gopclntab table;
	uint64_t work;
	struct buf list; /* struct goframe */
};

static bool go_handles(struct str file, struct str head)
{
	(void)file;
	return str_starts(head, S("\177ELF"));
}

static void close_go(void *with)
{
	struct go *g = with;

	elf_close(&g->elf);
	buf_release(&g->list);
	mem_free(g, sizeof(*g));
}

static void *open_go(const struct symbol_file *file, struct buf *note)
{
	struct go *g = mem_zeroed(1, sizeof(*g));
	const char *why;

	(void)note;
	g->work = WORK;
	if (elf_open(&g->elf, file->fd, &why) && elf_is_build(&g->elf, file->build_id) &&
	    gopclntab_open(&g->table, &g->elf))
		return g;
	close_go(g);
	return NULL;
}

static bool go_find_frames(void *with, struct symbol_place at, struct buf *frames)
{
	struct go *g = with;
	uint64_t vaddr = at.offset;
	const struct goframe *frame;
	struct gofunc f;

	if (!at.is_vaddr && !elf_vaddr(&g->elf, at.offset, &vaddr))
		return false;
	if (!gopclntab_find(&g->table, vaddr, &f))
		return false;
	g->list.n = 0;
	gopclntab_frames(&g->table, &f, vaddr, &g->work, &g->list);
	frame = (const struct goframe *)g->list.p;
	for (size_t i = BUF_COUNT(&g->list, *frame); i-- > 0;) {
		struct symbol_frame to = { .name = frame[i].name,
					   .line = frame[i].line,
					   .start_line = frame[i].start_line };

		to.file.part[2] = frame[i].file;
		buf_put(frames, &to, sizeof(to));
	}
	return true;
}

const struct symbolizer symbolizer_go = {
	.name = "go",
	.help = "gopclntab of Go binaries",
	.handles = go_handles,
	.open = open_go,
	.find = go_find_frames,
	.close = close_go,
};
