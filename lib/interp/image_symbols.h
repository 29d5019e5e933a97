/* A few symbols of an image, by name: from .dynsym, which stripped images have, too, and .symtab. */
#ifndef INTERP_IMAGE_SYMBOLS_H
#define INTERP_IMAGE_SYMBOLS_H

#include "object/elf.h"

struct image_symbol {
	const char *name;
	uint64_t value, size;
	bool found;
};

/* Look for n of them; those that are found already stay as they are. */
void image_symbols_find(const struct elf *e, struct image_symbol *s, size_t n);

/* The virtual address of the segment that has the code at an address, less its offset in the file. */
uint64_t image_text(const struct elf *e, uint64_t code);

#endif
