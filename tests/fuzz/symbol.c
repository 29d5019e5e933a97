/*
 * The fuzz target of lib/symbol: bytes as an ELF image (symbol tables, DWARF, Go's
 * tables, links to debug files), as a perf map, as a jitdump and as kallsyms; and as what
 * a child says that was taken over by such a file. Whatever they hold, addresses get
 * names or none. Files are read in this process, so that crashes are seen.
 *
 * libFuzzer calls LLVMFuzzerTestOneInput(); replay.c does without it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "object/elf.h"
#include "object/jitdump.h"
#include "object/perfmap.h"
#include "symbol/kallsyms.h"
#include "symbol/mapped_file.h"
#include "symbol/naming/naming_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file = -1;

static void fill(const uint8_t *data, size_t size)
{
	if (file < 0)
		file = memfd_create("input", 0);
	if (ftruncate(file, 0) < 0 || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
	lseek(file, 0, SEEK_SET);
}

static void ask(const struct mapped_file *m, uint64_t at)
{
	struct buf frames = { 0 };

	mapped_file_find(m, (struct symbol_place){ .absolute = at, .offset = at }, &frames);
	buf_release(&frames);
}

/* Addresses in what the image says is code. */
static void ask_for_code(const struct mapped_file *m)
{
	enum { SECTIONS = 64, EXECUTABLE = 4, EACH = 24 };
	const char *why;
	struct elf e;

	if (!elf_open(&e, file, &why))
		return;
	for (size_t i = 0; i < min_size(e.nsection, SECTIONS); i++)
		for (uint64_t j = 0; e.section[i].flags & EXECUTABLE && j < EACH; j++)
			ask(m, e.section[i].offset + j * (e.section[i].size / EACH));
	elf_close(&e);
}

/* Addresses in code, all over the file, and far beyond it. */
static void name_all(const char *name, size_t size)
{
	struct symbol_options o = { .inlines = true, .lines = true, .debug_dirs = "/nonexistent" };
	struct symbol_file from = { str_of(name), S(""), file, &o };
	struct mapped_file m;
	struct buf notes = { 0 };

	mapped_file_open(&m, &from, UINT32_MAX, &notes);
	ask_for_code(&m);
	for (size_t i = 0; i < 64; i++)
		ask(&m, i * size / 64);
	for (int i = 0; i < 64; i += 3)
		ask(&m, (uint64_t)1 << i);
	mapped_file_close(&m);
	buf_release(&notes);
}

static void take_answers(struct str body)
{
	struct cursor c = cursor_over(body);
	struct named_frame f;
	uint32_t next = 0, place, n;

	if (!naming_frames_valid(body, 64, &next))
		return;
	while (cursor_left(&c)) {
		naming_answer_read(&c, &place, &n);
		for (uint32_t i = 0; i < n; i++)
			naming_frame_read(&c, &f);
		if (c.failed || place >= 64)
			abort();
	}
}

static void feed_dump(void)
{
	struct jitdump j = { 0 };
	struct jit_symbol s;

	jitdump_feed(&j, file);
	jitdump_feed(&j, file);
	for (int i = 0; i < 64; i++)
		jitdump_find(&j, (uint64_t)1 << i, i % 2 ? UINT64_MAX : 1000, &s);
	jitdump_release(&j);
}

static void read_list(void)
{
	struct kallsyms k;
	struct str name, module;

	kallsyms_read(&k, file);
	for (int i = 0; i < 64; i++)
		kallsyms_find(&k, (uint64_t)1 << i, &name, &module);
	kallsyms_release(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mem_limit((size_t)1 << 30);
	fill(data, size);
	if (size > 4 && memcmp(data, "\177ELF", 4) == 0) {
		name_all("/bin/input", size);
		return 0;
	}
	name_all("/tmp/perf-1.map", size);
	feed_dump();
	read_list();
	take_answers(str((const char *)data, size));
	return 0;
}
