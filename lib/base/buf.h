/*
 * Bytes that grow: scratch, text being put together, a message being encoded.
 * A zeroed struct buf is empty and ready; buf_release() makes it so again.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n;   /* bytes in use */
	size_t cap; /* bytes held */
};

/*
 * Room for n more bytes after those in use: write them at the pointer, then
 * add what was written to b->n. The pointer is valid until b next grows.
 */
static inline char *buf_room(struct buf *b, size_t n);
void buf_grow(struct buf *b, size_t n); /* its slow part */

void buf_add(struct buf *b, struct str s);
void buf_put(struct buf *b, const void *p, size_t n); /* for lists of values */
void buf_ch(struct buf *b, char c);
void buf_u64(struct buf *b, uint64_t v); /* in decimal */
void buf_i64(struct buf *b, int64_t v);
void buf_hex(struct buf *b, struct str bytes); /* two digits a byte, lower case */
/* These need room for a zero byte after the text, too. */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);

static inline char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n < n || !b->p)
		buf_grow(b, n);
	return b->p + b->n;
}

/* How many values of that type (or that of a variable) a buf holds. */
#define BUF_COUNT(b, type) ((b)->n / sizeof(type))

static inline struct str buf_str(const struct buf *b)
{
	return str(b->p ? b->p : "", b->n);
}

void buf_release(struct buf *b);

#endif
