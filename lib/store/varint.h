/*
 * Numbers in a store's files: LEB128, least significant bits first. Signed numbers are
 * zigzag-coded (0, -1, 1, -2 ...), so that small magnitudes are short.
 */
#ifndef STORE_VARINT_H
#define STORE_VARINT_H

#include "base/buf.h"
#include "io/cursor.h"

static inline void put_uleb(struct buf *b, uint64_t v)
{
	uint8_t *p = (uint8_t *)buf_room(b, 10);

	for (; v >= 0x80; v >>= 7, b->n++)
		*p++ = (uint8_t)v | 0x80;
	*p = (uint8_t)v;
	b->n++;
}

static inline void put_sleb(struct buf *b, int64_t v)
{
	put_uleb(b, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

/* The difference of two numbers. It wraps, as does the sum that restores the number. */
static inline void put_delta(struct buf *b, uint64_t v, uint64_t before)
{
	put_sleb(b, (int64_t)(v - before));
}

static inline void put_text(struct buf *b, struct str s)
{
	put_uleb(b, s.n);
	buf_add(b, s);
}

static inline void put_u64(struct buf *b, uint64_t v)
{
	buf_put(b, &v, sizeof(v)); /* little-endian, as the host is */
}

static inline uint64_t get_uleb(struct cursor *c)
{
	if (c->at < c->end && *c->at < 0x80)
		return *c->at++;
	return cursor_uleb(c);
}

static inline int64_t get_sleb(struct cursor *c)
{
	uint64_t v = get_uleb(c);

	return (int64_t)(v >> 1 ^ -(v & 1));
}

static inline uint64_t get_delta(struct cursor *c, uint64_t before)
{
	return before + (uint64_t)get_sleb(c);
}

static inline struct str get_text(struct cursor *c)
{
	return cursor_bytes(c, get_uleb(c));
}

/* A number below n. If it is not, the cursor fails and the result is 0. */
static inline uint32_t get_below(struct cursor *c, uint64_t n)
{
	uint64_t v = get_uleb(c);

	if (v < n)
		return (uint32_t)v;
	cursor_fail(c);
	return 0;
}

/* The same for a difference to the number before. */
static inline uint32_t get_delta_below(struct cursor *c, uint32_t before, uint64_t n)
{
	uint64_t v = get_delta(c, before);

	if (v < n)
		return (uint32_t)v;
	cursor_fail(c);
	return 0;
}

/* The number of records that follow, each of at least one byte; 0 if they do not fit. */
static inline size_t get_count(struct cursor *c)
{
	uint64_t n = get_uleb(c);

	return cursor_has_records(c, n, 1) ? (size_t)n : 0;
}

#endif
