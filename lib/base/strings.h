/*
 * Strings kept once, each with a number; number 0 is the empty string.
 */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include "base/arena.h"
#include "base/index.h"

struct strings {
	struct arena bytes;
	struct str *row;
	uint32_t n; /* strings, the empty one included; 0 only before strings_init() */
	size_t cap;
	struct index index;
};

void strings_init(struct strings *t);

/* The number of s, which is copied when it is new. */
uint32_t strings_intern(struct strings *t, struct str s);

/* The numbers of n strings: the same, but waiting for the memory of many at a time. */
void strings_intern_all(struct strings *t, const struct str *s, size_t n, uint32_t *number);

/* The same with the hash_bytes() of each, which maybe another thread has computed. */
void strings_intern_hashed(struct strings *t, const struct str *s, const uint32_t *hash, size_t n,
			   uint32_t *number);

/* The number of s, or 0 when it is not there (or empty). */
uint32_t strings_find(const struct strings *t, struct str s);

/* String i; it ends in a NUL and lives until strings_release(). */
static inline struct str strings_get(const struct strings *t, uint32_t i)
{
	return t->row[i];
}

void strings_release(struct strings *t);

#endif
