/*
 * How an image reaches a thread-local variable, by its relocations (ELF Handling For Thread-Local
 * Storage; System V ABI for x86-64), and where the variable is in a process that has mapped the
 * image. Only x86-64 is known.
 *
 *	relocation		what the dynamic linker puts there
 *	R_X86_64_TLSDESC	a function; the offset from the thread pointer, or the address of
 *				a module's number, an offset and a generation
 *	R_X86_64_DTPMOD64	the module's number
 *	R_X86_64_TPOFF64	the offset from the thread pointer
 *
 * A program reaches its own variables without any: its block ends at the thread pointer.
 */
#ifndef INTERP_TLS_IMAGE_H
#define INTERP_TLS_IMAGE_H

#include "interp/interp_memory.h"
#include "interp/tls_variable.h"
#include "object/elf.h"

enum tls_access { TLS_NONE, TLS_PROGRAM, TLS_DESCRIPTOR, TLS_MODULE, TLS_OFFSET };

struct tls_image {
	enum tls_access access; /* TLS_NONE: the image cannot reach it */
	uint64_t slot;          /* address of the relocated words in the image */
	int64_t offset;         /* in the module's block; TLS_PROGRAM: from the thread pointer */
	int64_t addend;         /* TLS_DESCRIPTOR, TLS_OFFSET: where in the block the words lead */
};

/* Finds the access to a variable of the image: `value` is that of its symbol. */
void tls_image_find(struct tls_image *t, const struct elf *e, uint64_t value);

/*
 * The same for a variable without a symbol: that which the function of `size` bytes at `code`
 * reads first, as an image's own code does: through the module's number, the offset from the
 * thread pointer, or that offset itself; or the offset is what it returns.
 */
void tls_image_decode(struct tls_image *t, const struct elf *e, uint64_t code, uint64_t size);

/*
 * Where the variable is in a process: `bias` is its address of the image, less the image's own.
 * False if it cannot be read, or the dynamic linker has not filled it in yet.
 */
bool tls_image_resolve(const struct tls_image *t, uint64_t bias, const struct interp_memory *m,
		       struct tls_variable *v);

#endif
