/*
 * Numbers in JSON: exact decimals, and lists of integers that are kept until the rest of
 * the input says what they mean.
 */
#ifndef FORMAT_JSON_JSON_NUMBER_H
#define FORMAT_JSON_JSON_NUMBER_H

#include "io/cursor.h"
#include "io/json_read.h"
#include "io/pb.h"

/* A number: whole + frac * 10^-18. */
struct json_decimal {
	int64_t whole;
	uint64_t frac;
};

/*
 * The current token as a decimal, exact except for numbers with an exponent. An error if it
 * is not a number, or does not fit in 64 bits.
 */
struct json_decimal json_decimal(struct json_in *j);

/* d times `scale`, which is above 0, kept within the limits of int64; and a - b. */
struct json_decimal json_decimal_times(struct json_decimal d, int64_t scale);
struct json_decimal json_decimal_minus(struct json_decimal a, struct json_decimal b);

/* The current token times `scale`, a power of ten of at most 10^9, rounded. */
int64_t json_scaled(struct json_in *j, int64_t scale);

/* A list of integers in a buf, most of which take a byte or two. */
static inline void packed_add(struct buf *b, int64_t v)
{
	uint64_t bits = pb_zigzag(v);
	uint8_t *to = (uint8_t *)buf_room(b, 10);
	size_t n = 0;

	for (; bits >= 0x80; bits >>= 7)
		to[n++] = (uint8_t)(bits | 0x80);
	to[n++] = (uint8_t)bits;
	b->n += n;
}

/* The next integer of a list; 0 after the last, where the cursor is at its end. */
static inline int64_t packed_next(struct cursor *c)
{
	return pb_unzigzag(cursor_uleb(c));
}

#endif
