/*
 * The cursor over untrusted bytes in memory: sections of binaries, records of files, words
 * of profiles; little- or big-endian.
 *
 * Every access passes cursor_has(). A read past the end gives 0 (or an empty
 * slice) and ends the cursor, so that loops stop by themselves; `failed` may be
 * tested once at the end. The place of the first failure sticks, and
 * cursor_error() reports it to a struct in with its byte offset.
 *
 *	struct cursor c = cursor_at(bytes, in_pos(in));
 *	n = cursor_u32(&c);
 *	name = cursor_bytes(&c, n);
 *	if (c.failed)
 *		return cursor_error(&c, in, "a name is cut short");
 *
 * A cursor owns nothing: it is valid as long as the bytes are. Protobuf messages
 * have a cursor of their own, io/pb.h, whose errors name message and field.
 */
#ifndef IO_CURSOR_H
#define IO_CURSOR_H

#include "io/in.h"

struct cursor {
	const uint8_t *at, *end;
	bool failed;
	bool big_endian;      /* set it after opening; little-endian without */
	const uint8_t *start; /* the byte at offset `pos` of the input */
	uint64_t pos;
	const uint8_t *bad; /* the place of the first failure, or NULL */
};

/* A cursor over s, whose first byte is byte `pos` of the input. */
static inline struct cursor cursor_at(struct str s, uint64_t pos)
{
	const uint8_t *p = (const uint8_t *)s.p;

	return (struct cursor){ .at = p, .end = p + s.n, .start = p, .pos = pos };
}

/* The same with offsets from the start of s. */
static inline struct cursor cursor_over(struct str s)
{
	return cursor_at(s, 0);
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* The offset of the next byte in the input. */
static inline uint64_t cursor_pos(const struct cursor *c)
{
	return c->pos + (uint64_t)(c->at - c->start);
}

static inline void cursor_fail(struct cursor *c)
{
	if (!c->failed)
		c->bad = c->at;
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

/*
 * Are there n more records of at least `size` bytes each? If not, the cursor has
 * failed. Call this before allocating memory for n records.
 */
static inline bool cursor_has_records(struct cursor *c, uint64_t n, size_t size)
{
	if (n <= cursor_left(c) / size)
		return true;
	cursor_fail(c);
	return false;
}

/* A cursor over s from byte `offset`; failed when s has no such byte. */
static inline struct cursor cursor_from(struct str s, uint64_t offset)
{
	struct cursor c = cursor_over(s);

	if (offset >= s.n)
		cursor_fail(&c);
	else
		c.at += offset;
	return c;
}

static inline void cursor_skip(struct cursor *c, uint64_t n)
{
	if (cursor_has(c, n))
		c->at += n;
}

/*
 * Move to `offset` bytes after the start, forwards or back; the end itself is
 * allowed. A failed cursor stays where it is.
 */
static inline void cursor_seek(struct cursor *c, uint64_t offset)
{
	if (c->failed)
		return;
	if (offset > (uint64_t)(c->end - c->start))
		cursor_fail(c);
	else
		c->at = c->start + offset;
}

/* Skip padding up to an offset that is a multiple of `size`, a power of 2. */
static inline void cursor_align(struct cursor *c, size_t size)
{
	cursor_skip(c, -(uint64_t)(c->at - c->start) & (size - 1));
}

/*
 * A cursor over the next n bytes, which c skips: for records that give their own
 * length. It reports positions as c does. If there are fewer bytes, both cursors fail.
 */
static inline struct cursor cursor_sub(struct cursor *c, uint64_t n)
{
	struct cursor sub = *c;

	if (!cursor_has(c, n))
		return *c;
	sub.start = sub.at;
	sub.pos = cursor_pos(c);
	sub.end = sub.at + n;
	c->at = sub.end;
	return sub;
}

/* Integers */

static inline uint8_t cursor_u8(struct cursor *c)
{
	return cursor_has(c, 1) ? *c->at++ : 0;
}

/* An unsigned integer of n bytes, 1 to 8. */
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
	return c->big_endian ? __builtin_bswap64(v) >> (64 - 8 * n) : v;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_int(c, 2);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_int(c, 4);
}

static inline uint64_t cursor_u64(struct cursor *c)
{
	return cursor_int(c, 8);
}

/* The same, with the sign extended. */
static inline int64_t cursor_signed(struct cursor *c, unsigned n)
{
	unsigned shift = 64 - 8 * n;

	return (int64_t)(cursor_int(c, n) << shift) >> shift;
}

/* IEEE 754. */
static inline double cursor_f64(struct cursor *c)
{
	uint64_t bits = cursor_u64(c);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static inline float cursor_f32(struct cursor *c)
{
	uint32_t bits = cursor_u32(c);
	float v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/*
 * LEB128 numbers; bits after the 64th are dropped. They may be padded, but not
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

/* Bytes */

/* The next n bytes, as a slice of the cursor's. */
static inline struct str cursor_bytes(struct cursor *c, uint64_t n)
{
	const char *p = (const char *)c->at;

	if (!cursor_has(c, n))
		return S("");
	c->at += n;
	return str(p, (size_t)n);
}

/* All remaining bytes. */
static inline struct str cursor_rest(struct cursor *c)
{
	return cursor_bytes(c, cursor_left(c));
}

/* The bytes before the next NUL, which is skipped; without a NUL the cursor fails. */
static inline struct str cursor_text(struct cursor *c)
{
	const uint8_t *nul = cursor_left(c) ? memchr(c->at, 0, cursor_left(c)) : NULL;
	struct str s = S("");

	if (!nul) {
		cursor_fail(c);
		return s;
	}
	s = str((const char *)c->at, (size_t)(nul - c->at));
	c->at = nul + 1;
	return s;
}

/*
 * Text in a field of n bytes, in which a NUL and the bytes after it are padding.
 * All n bytes are skipped.
 */
static inline struct str cursor_padded_text(struct cursor *c, uint64_t n)
{
	struct str s = cursor_bytes(c, n);

	s.n = strnlen(s.p, s.n);
	return s;
}

/*
 * Record an error in `in` at the place of the first failure; a cursor that has not
 * failed fails at the next byte. Returns false.
 */
bool cursor_error(struct cursor *c, struct in *in, const char *fmt, ...) PRINTF(3, 4);

#endif
