/*
 * ELF images (System V ABI, gABI chapter 4), read through libelf: what unwinding and
 * symbols need of them. The file is mapped privately and may be hostile. libelf checks
 * the header and the tables; bytes are reached through elf_bytes() and elf_at(), which
 * check bounds.
 *
 * Images of 32 and 64 bits are understood, little-endian ones only.
 */
#ifndef OBJECT_ELF_H
#define OBJECT_ELF_H

#include <gelf.h>

#include "base/buf.h"

/* A program header. */
struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz;
};

/* A section header; the name is in the file. */
struct elf_section {
	struct str name;
	uint32_t type, link;
	uint64_t flags, addr, offset, size, entsize;
};

struct elf {
	struct str file; /* all bytes; mapped, or the caller's */
	bool mapped;
	bool is64;
	uint16_t type, machine;
	struct elf_segment *segment;
	size_t nsegment;
	struct elf_section *section; /* by section number */
	size_t nsection;
	struct str build_id; /* its bytes; empty when there is none */
	Elf *handle;         /* libelf's; it reads the mapping and has no descriptor */
};

/*
 * Open the image in the file of a descriptor, which may be closed afterwards, or one
 * in memory, which must stay. False when it is none; *why then says why, as a
 * static string. elf_close() releases an image, and may be called for none, too.
 *
 * When the file shrinks later, bytes beyond its end read as 0: see elf_guard().
 */
bool elf_open(struct elf *e, int fd, const char **why);
bool elf_open_memory(struct elf *e, struct str file, const char **why);
void elf_close(struct elf *e);

/* Open the image that the kernel maps into this process, as into all others. */
bool elf_open_vdso(struct elf *e);

/*
 * Give back the memory that a mapped file's pages take, for some time without look-ups.
 * They come back, mostly from the page cache, as they are touched.
 */
void elf_unload(const struct elf *e);

/*
 * From now on a mapped file that was truncated gives zeros instead of SIGBUS. For
 * programs that look at the binaries of others; call it once, early.
 */
void elf_guard(void);

/* n bytes of the file from `offset`; an empty slice where it has no such bytes. */
struct str elf_bytes(const struct elf *e, uint64_t offset, uint64_t n);

/* What the file has at a virtual address, up to the end of that segment. */
struct str elf_at(const struct elf *e, uint64_t vaddr);

/* A section by name, or NULL. */
const struct elf_section *elf_section(const struct elf *e, const char *name);

/* A section's bytes; empty for one that has none in the file. */
struct str elf_contents(const struct elf *e, const struct elf_section *s);

/* The same as libelf's records (gelf_getsym, gelf_getrela ...); NULL where it has none. */
Elf_Data *elf_records(const struct elf *e, const struct elf_section *s);

/* The lowest virtual address of a loaded segment, rounded down to a page. */
uint64_t elf_base(const struct elf *e);

/*
 * The virtual address of code at an offset in the file, by way of the executable
 * segments (of any, where none of them has it). False when none has that offset.
 */
bool elf_vaddr(const struct elf *e, uint64_t offset, uint64_t *vaddr);

/* Append a build id in hexadecimal. */
void elf_print_build_id(struct buf *b, struct str build_id);

/*
 * Is that the image's build id, in hexadecimal? An empty one, or one of another kind
 * (Go's own), says nothing: true. Zeros after it, as perf puts there, are passed over.
 */
bool elf_is_build(const struct elf *e, struct str build_id);

/* Constants of <elf.h> by the names that other layers use. */
enum {
	ELF_TYPE_EXEC = ET_EXEC,
	ELF_MACHINE_X86_64 = EM_X86_64,
	ELF_MACHINE_AARCH64 = EM_AARCH64,
	ELF_SEGMENT_LOAD = PT_LOAD,
	ELF_SEGMENT_EH_FRAME = PT_GNU_EH_FRAME,
};

#endif
