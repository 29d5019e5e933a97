/*
 * The protobuf wire format (protobuf.dev, "Encoding"), both ways.
 *
 * Reading: a cursor over a message in memory; io/cursor.h is its sibling for records
 * without tags. Its bytes are reached only through pb_varint() and pb_next(), which
 * check bounds. The first error is recorded in the input with its byte offset and ends
 * the cursor, so that loops stop:
 *
 *	while (pb_next(&pb, &f))
 *		switch (f.number) {
 *		case 1: name = pb_bytes(&pb, &f); break;
 *		case 2: line = pb_int(&pb, &f); break;
 *		}
 *	ok = !pb.in->failed;
 *
 * Groups (wire types 3 and 4), which are obsolete, are skipped.
 */
#ifndef IO_PB_H
#define IO_PB_H

#include "io/in.h"

enum pb_wire {
	PB_VARINT = 0,
	PB_FIXED64 = 1,
	PB_LEN = 2,
	PB_GROUP = 3,
	PB_GROUP_END = 4,
	PB_FIXED32 = 5
};

enum { PB_MOST_VARINT = 10 }; /* bytes of a 64-bit varint */

struct pb {
	const uint8_t *at, *end;
	const uint8_t *start; /* byte `pos` of the unwrapped input */
	uint64_t pos;
	struct in *in;    /* where errors go */
	const char *what; /* the message's name, for errors */
};

struct pb_field {
	uint32_t number;
	enum pb_wire wire;
	uint64_t value;    /* of a varint or fixed field */
	struct str bytes;  /* of a PB_LEN field; inside the message */
	const uint8_t *at; /* where the field begins */
};

/* A cursor over a message that lies at byte `pos` of in. */
struct pb pb_open(struct in *in, const char *what, struct str message, uint64_t pos);

/* The byte offset of a place in the message, in the unwrapped input. */
static inline uint64_t pb_pos(const struct pb *pb, const uint8_t *at)
{
	return pb->pos + (uint64_t)(at - pb->start);
}

/* A cursor over a message inside another one. */
static inline struct pb pb_inside(const struct pb *outer, const char *what, struct str message)
{
	const uint8_t *p = (const uint8_t *)message.p;

	return (struct pb){ p, p + message.n, p, pb_pos(outer, p), outer->in, what };
}

/* pb_next() for every field: see there. */
bool pb_next_any(struct pb *pb, struct pb_field *f);

/*
 * The next field that is not a group. False at the end or after an error. The most frequent
 * fields of large profiles are tried first, inline: messages, packed integers and integers, with
 * a tag of one byte and a length or value of one or two.
 */
static inline bool pb_next(struct pb *pb, struct pb_field *f)
{
	const uint8_t *at = pb->at;
	size_t left = (size_t)(pb->end - at), n, head;

	if (left < 2 || at[0] < 8 || (at[0] & 0x85) || pb->in->failed)
		return pb_next_any(pb, f);
	if (at[1] < 0x80) {
		n = at[1];
		head = 2;
	} else if (left > 2 && at[2] < 0x80) {
		n = (size_t)(at[1] & 0x7f) | (size_t)at[2] << 7;
		head = 3;
	} else {
		return pb_next_any(pb, f);
	}
	f->at = at;
	f->number = at[0] >> 3;
	f->wire = at[0] & 2;
	if (f->wire == PB_VARINT) {
		f->value = n;
		n = 0;
	} else if (n > left - head) {
		return pb_next_any(pb, f);
	}
	f->bytes = str((const char *)at + head, n);
	pb->at = at + head + n;
	return true;
}

/*
 * The field's value; an error if it has another wire type. By the types of a .proto file:
 * pb_int() is for int32, int64, uint32, uint64, bool and enum; pb_sint() for sint32 and
 * sint64; pb_fixed() for fixed32 and fixed64, and, with a cast, sfixed; pb_double() for
 * double and float; pb_bytes() for string, bytes and messages.
 */
int64_t pb_sint(struct pb *pb, const struct pb_field *f);
uint64_t pb_fixed(struct pb *pb, const struct pb_field *f);
double pb_double(struct pb *pb, const struct pb_field *f);

/* An error: the field has the wrong wire type. Returns 0. */
uint64_t pb_wrong_wire(struct pb *pb, const struct pb_field *f, const char *expected);

static inline uint64_t pb_int(struct pb *pb, const struct pb_field *f)
{
	return f->wire == PB_VARINT ? f->value : pb_wrong_wire(pb, f, "an integer's");
}

static inline struct str pb_bytes(struct pb *pb, const struct pb_field *f)
{
	if (f->wire == PB_LEN)
		return f->bytes;
	pb_wrong_wire(pb, f, "that of bytes");
	return S("");
}

/* An error at this field; ends the cursor and returns false. */
bool pb_fail(struct pb *pb, const struct pb_field *f, const char *fmt, ...) PRINTF(3, 4);

/* The slow part of pb_varint(): three or more bytes, and errors. */
uint64_t pb_long_varint(struct pb *pb);

/* The varint at the cursor; 0 and an error when there is none. */
static inline uint64_t pb_varint(struct pb *pb)
{
	const uint8_t *at = pb->at;

	if (at < pb->end && at[0] < 0x80) {
		pb->at++;
		return at[0];
	}
	if (pb->end - at >= 2 && at[1] < 0x80) {
		pb->at += 2;
		return (uint64_t)(at[0] & 0x7f) | (uint64_t)at[1] << 7;
	}
	return pb_long_varint(pb);
}

/* sint32 and sint64 as encoded in a varint: 0, -1, 1, -2 ... */
static inline int64_t pb_unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

static inline uint64_t pb_zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

/*
 * A repeated integer, packed or not: append its values to list. list->n counts
 * bytes, as always: n / 8 values. An error when they do not fit in memory.
 */
void pb_ints(struct pb *pb, const struct pb_field *f, struct buf *list);

/* The same for fixed64 (and double, as bits) and fixed32. */
void pb_fixeds(struct pb *pb, const struct pb_field *f, unsigned size, struct buf *list);

/*
 * Writing: fields are appended to a buf. Integers that are 0 are left out, as
 * proto3 has it; the *_always forms are for elements of repeated fields.
 */
void pb_put_varint(struct buf *b, uint64_t v);
void pb_put_int(struct buf *b, uint32_t field, uint64_t v);
void pb_put_int_always(struct buf *b, uint32_t field, uint64_t v);
void pb_put_sint(struct buf *b, uint32_t field, int64_t v);
void pb_put_fixed64(struct buf *b, uint32_t field, uint64_t v);
void pb_put_double(struct buf *b, uint32_t field, double v);
void pb_put_bytes_always(struct buf *b, uint32_t field, struct str s);

/* A packed repeated integer of n values. */
void pb_put_packed(struct buf *b, uint32_t field, const uint64_t *v, size_t n);

#endif
