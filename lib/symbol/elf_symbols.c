/*
 * The symbolizer of ELF images: symbol tables and DWARF, of the image or of its debug
 * file. The name of a function is that of the symbol table, so that it does not depend on
 * debugging information; inlined calls and lines come from DWARF.
 */
#include "object/symtab.h"
#include "object/unpack.h"
#include "symbol/debug_file.h"
#include "symbol/dwarf/dwarf.h"
#include "symbol/dwarf/dwarf_file.h"
#include "symbol/kept_bytes.h"
#include "symbol/symbolizer.h"

struct image {
	const struct symbol_options *options;
	struct elf elf, debug, alt, mini;
	struct buf mini_bytes;
	struct buf path; /* of the image, with a NUL */
	struct symtab symtab;
	bool tried_dwarf;
	struct dwarf *dwarf;
};

static bool elf_handles(struct str file, struct str head)
{
	return str_starts(head, S("\177ELF")) || str_starts(file, S("/")) ||
	       str_eq(file, S("[vdso]"));
}

static void close_image(void *with)
{
	struct image *m = with;

	dwarf_close(m->dwarf);
	symtab_close(&m->symtab);
	elf_close(&m->mini);
	elf_close(&m->alt);
	elf_close(&m->debug);
	elf_close(&m->elf);
	buf_release(&m->mini_bytes);
	buf_release(&m->path);
	mem_free(m, sizeof(*m));
}

/* Open the image; if it no longer exists, its debug file takes its place. */
static bool open_elf(struct image *m, const struct symbol_file *file, struct buf *note)
{
	const char *why;
	bool opened = file->fd >= 0 && elf_open(&m->elf, file->fd, &why);

	if (str_eq(file->name, S("[vdso]")))
		opened = elf_open_vdso(&m->elf);
	if (opened && elf_is_build(&m->elf, file->build_id))
		return true;
	if (opened) {
		buf_printf(note, "%.*s is another build than the one that was recorded",
			   STR_ARG(file->name));
		elf_close(&m->elf);
	}
	return file->build_id.n && debug_file_open_build(&m->elf, file->build_id, file->options);
}

static bool has_dwarf(const struct elf *e)
{
	return elf_section(e, ".debug_info") || elf_section(e, ".zdebug_info");
}

/* Finds the MiniDebugInfo, which an earlier child may have decompressed. */
static bool find_mini(struct image *m)
{
	struct kept_key key = { m->elf.identity, KEEPS_MINI };
	struct str kept = kept_bytes_find(key);

	if (kept.p)
		buf_add(&m->mini_bytes, kept);
	else if (elf_unpack_mini(&m->elf, &m->mini_bytes) && m->elf.identity.inode)
		kept_bytes_add(key, buf_str(&m->mini_bytes));
	return m->mini_bytes.n > 0;
}

/* Finds the symbols, which an earlier child may have sorted, for the image and its debug file. */
static void find_symbols(struct image *m, const struct elf *debug, const struct elf *mini)
{
	const struct elf_identity *d = &m->debug.identity;
	struct kept_key key = { m->elf.identity,
				KEEPS_SYMBOLS ^ (d->inode ^ d->device << 20 ^ d->changed) << 8 };
	struct str kept = kept_bytes_find(key);
	const struct spans *spans = &m->symtab.spans;

	if (kept.p) {
		symtab_open_with(&m->symtab, &m->elf, debug, mini, kept);
		return;
	}
	symtab_open(&m->symtab, &m->elf, debug, mini);
	if (m->elf.identity.inode)
		kept_bytes_add(key, str((const char *)spans->v, spans->n * sizeof(*spans->v)));
}

static void open_symbols(struct image *m)
{
	bool symtab = elf_contents(&m->elf, elf_section(&m->elf, ".symtab")).n > 0;
	struct str path = str_of(m->path.p);
	const char *why;

	if (!symtab || !has_dwarf(&m->elf))
		debug_file_open(&m->debug, &m->elf, path, m->options);
	if (!symtab && !m->debug.file.n && find_mini(m))
		elf_open_memory(&m->mini, buf_str(&m->mini_bytes), &why);
	find_symbols(m, m->debug.file.n ? &m->debug : NULL, m->mini.file.n ? &m->mini : NULL);
}

static void *open_image(const struct symbol_file *file, struct buf *note)
{
	struct image *m = mem_zeroed(1, sizeof(*m));

	m->options = file->options;
	buf_add(&m->path, file->name);
	buf_ch(&m->path, '\0');
	if (open_elf(m, file, note)) {
		open_symbols(m);
		return m;
	}
	close_image(m);
	return NULL;
}

/* The image's debugging information, opened when it is first needed; NULL = none. */
static struct dwarf *dwarf_of(struct image *m)
{
	uint64_t most = m->options->most_unpacked;
	const struct elf *from;
	bool shares;

	if (m->tried_dwarf || (!m->options->inlines && !m->options->lines))
		return m->dwarf;
	m->tried_dwarf = true;
	from = has_dwarf(&m->elf) ? &m->elf : &m->debug;
	if (!has_dwarf(from) || (most && elf_unpacked_size(from) > most))
		return NULL;
	shares = debug_file_open_alt(&m->alt, from, str_of(m->path.p), m->options);
	m->dwarf = dwarf_open(&m->elf, from, shares ? &m->alt : NULL, m->path.p);
	return m->dwarf;
}

static bool is_nameless(const struct symbol_frame *f)
{
	return !f->name.n && !f->linkage.n;
}

/* Drops inlined calls without a name: the alternate file with their functions is missing. */
static void drop_nameless(struct buf *frames, size_t from)
{
	struct symbol_frame *f = (struct symbol_frame *)(frames->p + from);
	size_t n = (frames->n - from) / sizeof(*f), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_nameless(&f[i]))
			f[kept++] = f[i];
	frames->n = from + kept * sizeof(*f);
}

/* Removes inlined calls and lines that the options exclude. */
static void trim(const struct image *m, struct buf *frames, size_t from)
{
	struct symbol_frame *f = (struct symbol_frame *)(frames->p + from);

	if (!m->options->inlines && frames->n > from)
		frames->n = from + sizeof(*f);
	for (size_t i = 0; !m->options->lines && i < (frames->n - from) / sizeof(*f); i++) {
		f[i].file = (struct source_path){ 0 };
		f[i].line = f[i].start_line = 0;
	}
}

static bool elf_find_frames(void *with, struct symbol_place at, struct buf *frames)
{
	struct image *m = with;
	struct symbol symbol;
	struct symbol_frame *outermost, none = { 0 };
	size_t from = frames->n;
	uint64_t vaddr = at.offset;
	bool known;

	if (!at.is_vaddr && !elf_vaddr(&m->elf, at.offset, &vaddr))
		return false;
	known = symtab_find(&m->symtab, vaddr, &symbol);
	if (!dwarf_of(m) || !dwarf_find(m->dwarf, vaddr, frames))
		buf_put(frames, &none, sizeof(none));
	outermost = (struct symbol_frame *)(frames->p + from);
	if (known && (!symbol.guessed || is_nameless(outermost))) {
		outermost->linkage = symbol.name;
		outermost->plt = symbol.plt;
	}
	drop_nameless(frames, from);
	trim(m, frames, from);
	return frames->n > from;
}

const struct symbolizer symbolizer_elf = {
	.name = "elf",
	.help = "symbol tables and DWARF of ELF images",
	.handles = elf_handles,
	.open = open_image,
	.find = elf_find_frames,
	.close = close_image,
};
