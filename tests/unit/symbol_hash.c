/* Symbols that the C library exports, and damaged tables. */
#include "object/symbol_hash.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "interp/image_symbols.h"
#include "tap.h"

static const char *const names[] = { "malloc", "qsort", "environ", "write", "strtod" };

static bool open_library(struct elf *e)
{
	const char *why;
	Dl_info info;
	int fd;
	bool opened;

	/* Sanitizers have functions of their own in place of many, but not of this one. */
	if (!dladdr((void *)(uintptr_t)getauxval, &info))
		return false;
	fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
	opened = fd >= 0 && elf_open(e, fd, &why);
	close(fd);
	return opened;
}

/* The address of a symbol, as a search through all of .dynsym finds it; 0 if there is none. */
static uint64_t searched(const struct elf *e, const char *name)
{
	const struct elf_section *table = elf_section(e, ".dynsym");
	Elf_Data *symbols = elf_records(e, table);
	struct str strings = elf_contents(e, &e->section[table->link]);
	GElf_Sym s;

	for (int i = 0; gelf_getsym(symbols, i, &s); i++)
		if (s.st_shndx && strcmp(strings.p + s.st_name, name) == 0)
			return s.st_value;
	return 0;
}

static void test_library(const struct elf *e)
{
	struct image_symbol s[] = { { .name = "qsort" }, { .name = "qsor" }, { .name = "malloc" } };
	struct symbol_hash h;
	GElf_Sym symbol;

	if (!ok(symbol_hash_open(&h, e) && symbol_hash_has_any(&h), "the C library has a table"))
		return;
	for (size_t i = 0; i < LEN(names); i++)
		ok(symbol_hash_find(&h, str_of(names[i]), &symbol) &&
			   symbol.st_value == searched(e, names[i]),
		   "%s is found", names[i]);
	ok(!symbol_hash_find(&h, S("no_such_function"), &symbol), "what is not there is not");
	ok(!symbol_hash_find(&h, S(""), &symbol), "nor is no name");
	image_symbols_find(e, s, LEN(s));
	ok(s[0].found && s[0].value == searched(e, "qsort") && s[0].type == STT_FUNC,
	   "image_symbols_find() finds it, too");
	ok(!s[1].found && s[2].found, "and what comes after a name that is not there");
}

/* Each word of the table's first part is damaged, one after the other. */
static void test_damage(const struct elf *e)
{
	static const uint32_t values[] = { 0, 1, 0x7fffffff, 0xffffffff };
	const struct elf_section *table = elf_section(e, ".gnu.hash");
	char *copy = malloc(e->file.n);
	struct elf damaged;
	struct symbol_hash h;
	const char *why;
	GElf_Sym symbol;
	uint32_t word;
	size_t n = 0;

	memcpy(copy, e->file.p, e->file.n);
	for (uint64_t i = 0; i + 4 <= table->size && i < 512; i += 4) {
		memcpy(&word, copy + table->offset + i, 4);
		for (size_t k = 0; k < LEN(values); k++) {
			memcpy(copy + table->offset + i, &values[k], 4);
			if (!elf_open_memory(&damaged, str(copy, e->file.n), &why))
				continue;
			for (size_t j = 0; j < LEN(names); j++)
				n += symbol_hash_open(&h, &damaged) &&
				     symbol_hash_find(&h, str_of(names[j]), &symbol) &&
				     symbol.st_value != searched(e, names[j]);
			elf_close(&damaged);
		}
		memcpy(copy + table->offset + i, &word, 4);
	}
	free(copy);
	ok(n == 0, "a damaged table leads to no other symbol");
}

int main(void)
{
	struct elf e = { 0 };

	if (!open_library(&e) || !elf_section(&e, ".gnu.hash")) {
		ok(true, "symbols by hash # SKIP the C library has no .gnu.hash");
	} else {
		test_library(&e);
		test_damage(&e);
	}
	elf_close(&e);
	return done();
}
