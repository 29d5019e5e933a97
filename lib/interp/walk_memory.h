/*
 * How a walk reads memory. The BPF program and readers of memory take the same walks: each
 * includes their files. The includer may define first how memory is read:
 *
 *	bool WALK_READ(w, void *to, __u32 n, __u64 address)
 *
 * False if not all of it can be read. By default the functions are static inline, and read
 * through w->memory.
 */
#ifndef INTERP_WALK_MEMORY_H
#define INTERP_WALK_MEMORY_H

#include <stdbool.h>

#include "interp/interp_wire.h"

#ifndef WALK_INLINE
#define WALK_INLINE static inline
#endif
#ifndef WALK_READ
#include "interp/interp_memory.h"
#define WALK_READ(w, to, n, at) ((w)->memory->read((w)->memory->context, at, to, n))
#endif

/*
 * An offset that is checked, or 0. A compiler may check one copy of a number and use another one,
 * which the kernel's verifier refuses: this makes it forget that they are the same.
 */
WALK_INLINE __u64 walk_offset(__u64 offset, __u64 last)
{
	__asm__("" : "+r"(offset));
	return offset <= last ? offset : 0;
}

/* An unsigned number at an offset in the first `most` bytes of an object, which were read. */
#define WALK_FIELD(type, bytes, offset, most)                                                      \
	(*(const type *)((bytes) + walk_offset(offset, (most) - sizeof(type))))

enum { WALK_TAIL = 64 }; /* bytes of a string without a hash that make up its id */

/* What a walk reads with, for functions that any walk may call. */
struct walk_reader {
	const struct interp_memory *memory;
};

WALK_INLINE __u64 walk_mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

/* Mixes the last bytes of a string into its id; tail[WALK_TAIL / 8] is scratch memory. */
WALK_INLINE bool walk_tail_id(struct walk_reader r, __u64 *tail, __u64 at, __u64 bytes, __u64 *id)
{
	__u64 n = bytes < WALK_TAIL ? bytes : WALK_TAIL;

	for (int i = 0; i < WALK_TAIL / 8; i++)
		tail[i] = 0;
	if (n && !WALK_READ(&r, tail, (__u32)n, at + bytes - n))
		return false;
	for (int i = 0; i < WALK_TAIL / 8; i++)
		*id = walk_mix(*id, tail[i]);
	return true;
}

#endif
