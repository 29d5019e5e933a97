/*
 * Decompresses parts of ELF images: sections of debugging information (zlib, zstd; gABI "Section
 * Compression", and GNU's older .zdebug_*), and MiniDebugInfo, a small symbol table in otherwise
 * stripped binaries.
 *
 * libelf reads the headers. The bytes are decompressed here and not by elf_compress(),
 * which takes twice as long (zlib instead of libdeflate), supports zstd only since
 * elfutils 0.189, and whose memory counts against no limit.
 */
#ifndef OBJECT_UNPACK_H
#define OBJECT_UNPACK_H

#include "object/elf.h"

/*
 * The contents of a section ".debug_...". If they are compressed, they are decompressed
 * into *room, and the slice is valid as long as *room. Empty if there is no such section,
 * if it does not fit within mem_limit(), or if it claims to be implausibly large.
 */
struct str elf_unpack(const struct elf *e, const char *name, struct buf *room);

/* The total size of all compressed sections of debugging information when decompressed. */
uint64_t elf_unpacked_size(const struct elf *e);

/* Appends the ELF image in .gnu_debugdata (xz) to *image. False if there is none. */
bool elf_unpack_mini(const struct elf *e, struct buf *image);

#endif
