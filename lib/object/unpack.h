/*
 * What ELF images hold compressed: sections of debugging information (zlib, zstd;
 * gABI "Section Compression", and GNU's older .zdebug_*), and a small symbol table
 * for binaries that are stripped otherwise (MiniDebugInfo).
 *
 * libelf reads the headers. The bytes are decompressed here and not by elf_compress():
 * that uses zlib, which takes twice as long as libdeflate, knows zstd only
 * since elfutils 0.189, and its memory would count against no limit.
 */
#ifndef OBJECT_UNPACK_H
#define OBJECT_UNPACK_H

#include "object/elf.h"

/*
 * The contents of a section ".debug_...", decompressed into *room when they are
 * compressed: the slice then is valid as long as *room. Empty when there is no such
 * section, it cannot be decompressed within mem_limit(), or it would be out of proportion.
 */
struct str elf_unpack(const struct elf *e, const char *name, struct buf *room);

/* The bytes that all compressed sections of debugging information would take together. */
uint64_t elf_unpacked_size(const struct elf *e);

/* Append the ELF image in .gnu_debugdata (xz) to *image. False when there is none. */
bool elf_unpack_mini(const struct elf *e, struct buf *image);

#endif
