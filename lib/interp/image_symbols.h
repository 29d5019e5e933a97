/*
 * Looks up a few symbols by name: in .dynsym, which even stripped images have, and in .symtab. Of a
 * library only if .dynsym has one of them: a library exports what makes it an interpreter.
 */
#ifndef INTERP_IMAGE_SYMBOLS_H
#define INTERP_IMAGE_SYMBOLS_H

#include "object/elf.h"

struct image_symbol {
	const char *name;
	uint64_t value, size;
	unsigned type; /* STT_FUNC ... */
	bool found;
};

/* Looks up n symbols. Those found earlier stay as they are. */
void image_symbols_find(const struct elf *e, struct image_symbol *s, size_t n);

/* The virtual address of the segment with the code at `code`, less its offset in the file. */
uint64_t image_text(const struct elf *e, uint64_t code);

#endif
