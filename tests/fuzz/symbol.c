/*
 * The fuzz target of lib/symbol: bytes as an ELF image (symbol tables, DWARF, Go's
 * tables, links to debug files), as a perf map, as a jitdump and as kallsyms. Whatever
 * they hold, addresses get names or none, and the profile holds together.
 *
 * libFuzzer calls LLVMFuzzerTestOneInput(); replay.c does without it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model.h"
#include "object/elf.h"
#include "profile/check.h"
#include "symbol/jitdump.h"
#include "symbol/kallsyms.h"
#include "symbol/perfmap.h"
#include "symbol/symbol.h"

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

static int open_input(void *context, const struct profile *p, map_id map)
{
	(void)context;
	(void)p;
	(void)map;
	return dup(file);
}

static void add_sample(struct profile *p, map_id map, uint64_t addr)
{
	struct loc l = { .map = map, .addr = addr, .flags = LOC_ADDR };
	loc_id loc = dict_add_loc(p->dict, l);
	sample_id s = profile_add_sample(p, dict_add_stack(p->dict, &loc, 1), (label_set_id){ 0 });

	profile_add_value(p, 0, s, 1);
}

/* Addresses in what the image says is code. */
static void add_code(struct profile *p, map_id map)
{
	enum { SECTIONS = 64, EXECUTABLE = 4, EACH = 24 };
	const char *why;
	struct elf e;

	if (!elf_open(&e, file, &why))
		return;
	for (size_t i = 0; i < min_size(e.nsection, SECTIONS); i++)
		for (uint64_t j = 0; e.section[i].flags & EXECUTABLE && j < EACH; j++)
			add_sample(p, map, e.section[i].offset + j * (e.section[i].size / EACH));
	elf_close(&e);
}

/* A profile with addresses all over the file, and some far beyond it. */
static void make_profile(struct profile *p, const char *name, size_t size)
{
	struct mapping m = { .size = size };
	int64_t scale;
	map_id map;

	model_init(p);
	profile_column(p, dict_intern(p->dict, S("cpu")), dict_intern(p->dict, S("count")), &scale);
	m.file = dict_intern(p->dict, str_of(name));
	map = dict_add_mapping(p->dict, m);
	add_code(p, map);
	for (size_t i = 0; i < 64; i++)
		add_sample(p, map, i * size / 64);
	for (int i = 0; i < 64; i += 3)
		add_sample(p, map, (uint64_t)1 << i);
}

static void name_all(const char *name, size_t size)
{
	struct symbol_options o = { .source = { open_input, NULL },
				    .inlines = true,
				    .lines = true,
				    .debug_dirs = "/nonexistent" };
	struct symbols *s = symbols_open(&o);
	struct buf notes = { 0 };

	for (int round = 0; round < 2; round++) {
		struct profile p;

		make_profile(&p, name, size);
		symbolize(s, &p, &notes);
		if (profile_check(&p))
			abort();
		model_release(&p);
	}
	symbols_close(s);
	buf_release(&notes);
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
	return 0;
}
