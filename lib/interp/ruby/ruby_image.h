/*
 * Finds Ruby in an ELF image: libruby-3.1.so, or a static ruby. Up to 3.2 all the symbols are in
 * .dynsym; later versions need .symtab, which distributions strip.
 */
#ifndef INTERP_RUBY_IMAGE_H
#define INTERP_RUBY_IMAGE_H

#include "interp/ruby/ruby_layouts.h"
#include "interp/tls_image.h"
#include "object/elf.h"

struct ruby_image {
	/* Virtual addresses of the image. */
	uint64_t evaluator_start, evaluator_end; /* of rb_vm_exec */
	uint64_t core_start, core_end;           /* of the function that executes instructions */
	uint64_t text;                           /* address of code, less its file offset */
	struct tls_image current;                /* ruby_current_ec */
	unsigned version;                        /* 0x0301 for 3.1; 0 = not known */
	struct ruby_layout layout;
	const char *why; /* why its frames cannot be read: a static string; NULL: they can be */
};

/* Finds the interpreter. False if the image has none. */
bool ruby_image_find(struct ruby_image *r, const struct elf *e);

#endif
