/*
 * ELF images (System V ABI, gABI chapter 4), read through libelf: the parts that
 * unwinding and symbols need. The file is mapped privately and may be hostile. libelf
 * checks the header and the tables; all bytes are read through elf_bytes() and elf_at(),
 * which check bounds.
 *
 * Images of 32 and 64 bits are read, little-endian ones only.
 */
#ifndef OBJECT_ELF_H
#define OBJECT_ELF_H

#include <gelf.h>

#include "base/buf.h"

/* A program header. */
struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

/* A section header; the name is in the file. */
struct elf_section {
	struct str name;
	uint32_t type, link;
	uint64_t flags, addr, offset, size, entsize;
};

/* The identity of a file and of its contents; all 0 for an image in memory. */
struct elf_identity {
	uint64_t device, inode, size, changed; /* changed: ns since 1970, by the inode */
};

struct elf {
	struct elf_identity identity;
	struct str file; /* all bytes, mapped or owned by the caller */
	bool mapped;
	bool is64;
	uint16_t type, machine;
	uint64_t entry; /* the address of its entry point */
	struct elf_segment *segment;
	size_t nsegment;
	struct elf_section *section; /* by section number */
	size_t nsection;
	struct str build_id; /* its bytes; empty if there is none */
	Elf *handle;         /* libelf's; it reads the mapping and has no descriptor */
};

/*
 * Open the image in the file of a descriptor, which may be closed afterwards, or an image in
 * memory, which must stay. False, with a static string in *why, if it is not an image. elf_close()
 * releases an image; calling it after a failure is allowed.
 *
 * If the file shrinks later, bytes after its end read as 0: see elf_guard().
 */
bool elf_open(struct elf *e, int fd, const char **why);
bool elf_open_memory(struct elf *e, struct str file, const char **why);
void elf_close(struct elf *e);

/* Open the vDSO, the image that the kernel maps into this and every process. */
bool elf_open_vdso(struct elf *e);

/*
 * Free the memory of a mapped file's pages, for a time without look-ups. Pages are read
 * again, mostly from the page cache, when they are touched.
 */
void elf_unload(const struct elf *e);

/*
 * Make pages of a mapped file that was truncated read as zeros instead of raising SIGBUS.
 * Programs that read the binaries of others call this once, early.
 */
void elf_guard(void);

/* n bytes of the file from `offset`; an empty slice if the file does not have them all. */
struct str elf_bytes(const struct elf *e, uint64_t offset, uint64_t n);

/* The bytes of the file at a virtual address, up to the end of the segment. */
struct str elf_at(const struct elf *e, uint64_t vaddr);

/* A section by name, or NULL. */
const struct elf_section *elf_section(const struct elf *e, const char *name);

/* The bytes of a section; empty if it has none in the file. */
struct str elf_contents(const struct elf *e, const struct elf_section *s);

/* The same for libelf's records (gelf_getsym, gelf_getrela ...); NULL if there are none. */
Elf_Data *elf_records(const struct elf *e, const struct elf_section *s);

/* The lowest virtual address of a loaded segment, rounded down to a page. */
uint64_t elf_base(const struct elf *e);

/*
 * The virtual address of code at an offset in the file: in an executable segment, or, if
 * none of these has the offset, in any segment. False if no segment has it.
 */
bool elf_vaddr(const struct elf *e, uint64_t offset, uint64_t *vaddr);

/* Append a build id in hexadecimal. */
void elf_print_build_id(struct buf *b, struct str build_id);

/*
 * Is this the image's build id, in hexadecimal? True also for an empty build id or one of
 * another kind (Go's own), which prove nothing. Zeros at the end, which perf appends, are
 * ignored.
 */
bool elf_is_build(const struct elf *e, struct str build_id);

/* Constants of <elf.h>, for layers that do not include it. */
enum {
	ELF_TYPE_EXEC = ET_EXEC,
	ELF_MACHINE_X86_64 = EM_X86_64,
	ELF_MACHINE_AARCH64 = EM_AARCH64,
	ELF_SEGMENT_LOAD = PT_LOAD,
	ELF_SEGMENT_EH_FRAME = PT_GNU_EH_FRAME,
};

#endif
