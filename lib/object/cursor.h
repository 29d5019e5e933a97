/*
 * Walking over untrusted little-endian bytes: section contents, records of files.
 * Every access passes cursor_has(). Reading past the end gives 0 (or an empty
 * slice) and ends the cursor, so that loops stop by themselves, and `failed` may
 * be looked at once at the end.
 */
#ifndef OBJECT_CURSOR_H
#define OBJECT_CURSOR_H

#include "base/str.h"

struct cursor {
	const uint8_t *at, *end;
	bool failed;
};

static inline struct cursor cursor_over(struct str s)
{
	const uint8_t *p = (const uint8_t *)s.p;

	return (struct cursor){ p, p + s.n, false };
}

/* The same from byte `offset`; failed when s has no such byte. */
static inline struct cursor cursor_from(struct str s, uint64_t offset)
{
	struct cursor c = cursor_over(s);

	c.failed = offset >= s.n;
	c.at = c.failed ? c.end : c.at + offset;
	return c;
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline void cursor_fail(struct cursor *c)
{
	c->at = c->end;
	c->failed = true;
}

/* Are there n more bytes? If not, the cursor has failed. */
static inline bool cursor_has(struct cursor *c, uint64_t n)
{
	if (n <= cursor_left(c))
		return true;
	cursor_fail(c);
	return false;
}

static inline void cursor_skip(struct cursor *c, uint64_t n)
{
	if (cursor_has(c, n))
		c->at += n;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	return cursor_has(c, 1) ? *c->at++ : 0;
}

/* An unsigned integer of n bytes, at most 8. */
static inline uint64_t cursor_int(struct cursor *c, unsigned n)
{
	uint64_t v = 0;

	if (!cursor_has(c, n))
		return 0;
	switch (n) {
	case 1: v = *c->at; break;
	case 2: memcpy(&v, c->at, 2); break; /* little-endian, as the host is */
	case 4: memcpy(&v, c->at, 4); break;
	case 8: memcpy(&v, c->at, 8); break;
	default: memcpy(&v, c->at, min_size(n, 8)); break;
	}
	c->at += n;
	return v;
}

static inline int64_t cursor_signed(struct cursor *c, unsigned n)
{
	unsigned shift = 64 - 8 * n;

	return (int64_t)(cursor_int(c, n) << shift) >> shift;
}

/*
 * LEB128 numbers; bits beyond the 64th are dropped. They may be padded, but not
 * without end: one of more than 16 bytes fails.
 */
enum { CURSOR_LEB_BITS = 7 * 16 };

static inline uint64_t cursor_uleb(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < CURSOR_LEB_BITS; shift += 7) {
		uint8_t byte = cursor_u8(c);

		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	cursor_fail(c);
	return 0;
}

static inline int64_t cursor_sleb(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < CURSOR_LEB_BITS; shift += 7) {
		uint8_t byte = cursor_u8(c);

		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return (int64_t)(shift < 57 && byte & 0x40 ? v | UINT64_MAX << (shift + 7) :
								     v);
	}
	cursor_fail(c);
	return 0;
}

static inline struct str cursor_bytes(struct cursor *c, uint64_t n)
{
	const char *p = (const char *)c->at;

	if (!cursor_has(c, n))
		return S("");
	c->at += n;
	return str(p, (size_t)n);
}

/* Up to a NUL, which is passed, too; without one the cursor has failed. */
static inline struct str cursor_text(struct cursor *c)
{
	const uint8_t *nul = cursor_left(c) ? memchr(c->at, 0, cursor_left(c)) : NULL;
	struct str s = S("");

	if (!nul) {
		cursor_has(c, (uint64_t)cursor_left(c) + 1);
		return s;
	}
	s = str((const char *)c->at, (size_t)(nul - c->at));
	c->at = nul + 1;
	return s;
}

#endif
