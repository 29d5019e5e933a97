/*
 * Reading binaries with objdump(1) of binutils or LLVM: the program is $OBJDUMP, else objdump,
 * else llvm-objdump.
 *
 * Paths come from a profile: objdump is given only regular files with an absolute path, which
 * it reads with the rights of the user.
 */
#ifndef QUERY_OBJDUMP_H
#define QUERY_OBJDUMP_H

#include "base/buf.h"
#include "base/vec.h"

/* Called for each line of output, without its end. */
typedef void objdump_line(void *context, struct str line);

/*
 * Run objdump with these arguments, ended by NULL. False if there is no such program, or if it
 * fails.
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
	const char *why; /* the binary cannot be used; or NULL */
	VEC(struct binary_segment) segment;
	VEC(struct binary_symbol) symbol; /* by address */
	struct buf build_id;              /* scratch: the section of the build id in hexadecimal */
};

/*
 * Read the segments and symbols of a binary. If build_id, in hexadecimal, is not empty, the
 * file must have it; an id of another kind (Go's own) is ignored. b->why has the error;
 * binary_close() releases everything.
 */
void binary_open(struct binary *b, struct str path, struct str build_id);
void binary_close(struct binary *b);

/*
 * The virtual address of the byte at an offset in the file. `loose`: the profile does not say
 * where the file was mapped, so the offset may also be the address itself, as in programs that
 * are not relocated. False if neither is code.
 */
bool binary_vaddr(const struct binary *b, uint64_t offset, bool loose, uint64_t *vaddr);

/* The symbol that contains an address, or NULL. */
const struct binary_symbol *binary_symbol_at(const struct binary *b, uint64_t vaddr);

#endif
