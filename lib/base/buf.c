#include "base/buf.h"

#include <stdio.h>

void buf_grow(struct buf *b, size_t n)
{
	b->p = mem_grow(b->p, &b->cap, b->n + max_size(n, 1), 1);
}

void buf_add(struct buf *b, struct str s)
{
	if (!s.n)
		return;
	memcpy(buf_room(b, s.n), s.p, s.n);
	b->n += s.n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	buf_add(b, str(p, n));
}

void buf_ch(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->n++;
}

void buf_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
	} while (v /= 10);
	buf_add(b, str(digits + at, sizeof(digits) - at));
}

void buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_ch(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_hex(struct buf *b, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		buf_ch(b, digits[(uint8_t)bytes.p[i] >> 4]);
		buf_ch(b, digits[(uint8_t)bytes.p[i] & 15]);
	}
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	/* Most texts fit, and are formatted once. What was reserved is not moved for them. */
	size_t left = b->cap - b->n;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(left ? b->p + b->n : NULL, left, fmt, ap);
	if (n > 0 && (size_t)n >= left)
		vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
	if (n > 0)
		b->n += (size_t)n;
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_release(struct buf *b)
{
	mem_free(b->p, b->cap);
	*b = (struct buf){ 0 };
}
