/*
 * Finds Ruby in an ELF image: libruby-3.1.so, or a static ruby. Up to 3.2 the evaluator and the
 * thread-local variable are in .dynsym. Later they are in .symtab, which distributions strip: then
 * the variable is what rb_errinfo(), a function for extensions, reads first, and the evaluator is
 * for record/sampler/stripped_ruby.h to find.
 */
#ifndef INTERP_RUBY_IMAGE_H
#define INTERP_RUBY_IMAGE_H

#include "interp/ruby/ruby_layouts.h"
#include "interp/tls_image.h"
#include "object/elf.h"

struct ruby_image {
	/* Virtual addresses of the image. */
	uint64_t evaluator_start, evaluator_end; /* of rb_vm_exec; both 0 if it is stripped */
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
