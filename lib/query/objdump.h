/*
 * Binaries, as objdump(1) of binutils or of LLVM shows them: the program is $OBJDUMP, else
 * objdump, else llvm-objdump.
 *
 * A path comes from a profile: only regular files with an absolute path are shown to
 * objdump, which reads them with the rights of the user.
 */
#ifndef QUERY_OBJDUMP_H
#define QUERY_OBJDUMP_H

#include "base/buf.h"
#include "base/vec.h"

/* Called for each line of output, without its end. */
typedef void objdump_line(void *context, struct str line);

/*
 * Run objdump with these arguments, ended by NULL. False if there is no such program, or it
 * failed.
 */
bool objdump_run(const char *const *arguments, objdump_line *line, void *context);

struct binary_segment {
	uint64_t offset, vaddr, size;
	bool executable;
};

struct binary_symbol {
	uint64_t from, to; /* virtual addresses */
};

struct binary {
	struct buf path; /* ended by NUL */
	const char *why; /* it cannot be used, or NULL */
	VEC(struct binary_segment) segment;
	VEC(struct binary_symbol) symbol; /* by address */
	struct buf build_id;              /* scratch: the section of the build id in hexadecimal */
};

/*
 * Read what is needed of a binary. With a build id, in hexadecimal, the file must have it; an
 * id of another kind (Go's own) proves nothing. Look at b->why; binary_close() releases it.
 */
void binary_open(struct binary *b, struct str path, struct str build_id);
void binary_close(struct binary *b);

/*
 * The virtual address of the byte at an offset in the file. With `loose`, when the profile
 * does not say where the file was mapped, the offset may also be the address itself, as in
 * programs that are not relocated. False if neither is code.
 */
bool binary_vaddr(const struct binary *b, uint64_t offset, bool loose, uint64_t *vaddr);

/* The symbol that contains an address, or NULL. */
const struct binary_symbol *binary_symbol_at(const struct binary *b, uint64_t vaddr);

#endif
