/*
 * What ELF images hold compressed: sections of debugging information (zlib, zstd;
 * gABI "Section Compression", and GNU's older .zdebug_*), and a small symbol table
 * for binaries that are stripped otherwise (MiniDebugInfo).
 */
#ifndef OBJECT_UNPACK_H
#define OBJECT_UNPACK_H

#include "object/elf.h"

/*
 * The contents of a section ".debug_...", unpacked into *room when they are packed:
 * the slice then is valid as long as *room. Empty when there is no such section, or
 * it cannot be unpacked within mem_limit().
 */
struct str elf_unpack(const struct elf *e, const char *name, struct buf *room);

/* The bytes that all packed sections of debugging information would take together. */
uint64_t elf_unpacked_size(const struct elf *e);

/* Append the ELF image in .gnu_debugdata (xz) to *image. False when there is none. */
bool elf_unpack_mini(const struct elf *e, struct buf *image);

#endif
