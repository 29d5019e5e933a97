/*
 * Values of a JFR chunk. Integers are big-endian, or varints of up to nine bytes, the last
 * of which has eight bits. A string begins with a byte that is its encoding:
 *
 *	0	null
 *	1	empty
 *	2	the key of a constant
 *	3	UTF-8: a length in bytes, and the bytes
 *	4	UTF-16: a length in characters, and each as a number
 *	5	Latin-1: a length in bytes, and the bytes
 */
#include "format/jfr/jfr.h"

enum encoding { NO_STRING, EMPTY_STRING, CONSTANT, UTF8, UTF16, LATIN1 };

struct cursor jfr_cursor(const struct jfr_chunk *k, uint64_t offset)
{
	struct cursor c = cursor_at(k->bytes, k->pos);

	c.big_endian = true;
	if (offset > k->bytes.n)
		cursor_fail(&c);
	else
		c.at += offset;
	return c;
}

/* Numbers */

enum { VARINT = 9 }; /* bytes of the longest */

static uint64_t read_last_varint(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 56; shift += 7) {
		uint8_t byte = cursor_u8(c);

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	return v | (uint64_t)cursor_u8(c) << 56;
}

/* Most of a recording is varints: if the longest one fits, no byte needs a check. */
static inline uint64_t read_varint(struct cursor *c)
{
	const uint8_t *p = c->at;
	uint64_t v = 0;

	if (cursor_left(c) < VARINT)
		return read_last_varint(c);
	for (unsigned shift = 0; shift < 56; shift += 7) {
		uint8_t byte = *p++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			c->at = p;
			return v;
		}
	}
	c->at = p + 1;
	return v | (uint64_t)*p << 56;
}

uint64_t jfr_int(const struct jfr_chunk *k, struct cursor *c)
{
	return k->is_packed ? read_varint(c) : cursor_u32(c);
}

uint64_t jfr_long(const struct jfr_chunk *k, struct cursor *c)
{
	return k->is_packed ? read_varint(c) : cursor_u64(c);
}

static int64_t read_number(const struct jfr_chunk *k, struct cursor *c, enum jfr_storage storage)
{
	switch (storage) {
	case JFR_BOOLEAN: return cursor_u8(c);
	case JFR_BYTE: return (int8_t)cursor_u8(c);
	case JFR_SHORT: return (int16_t)(k->is_packed ? read_varint(c) : cursor_u16(c));
	case JFR_CHAR: return (uint16_t)(k->is_packed ? read_varint(c) : cursor_u16(c));
	case JFR_INT: return (int32_t)jfr_int(k, c);
	case JFR_LONG: return (int64_t)jfr_long(k, c);
	case JFR_FLOAT: cursor_skip(c, 4); return 0;
	case JFR_DOUBLE: cursor_skip(c, 8); return 0;
	default: return 0;
	}
}

/* Strings */

static void put_utf8(struct buf *b, uint32_t code)
{
	if (code < 0x80) {
		buf_ch(b, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_ch(b, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			buf_ch(b, (char)(0xe0 | code >> 12));
		} else {
			buf_ch(b, (char)(0xf0 | code >> 18));
			buf_ch(b, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		buf_ch(b, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_ch(b, (char)(0x80 | (code & 0x3f)));
}

static bool is_ascii(struct str s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

static struct str latin1(struct str s, struct buf *scratch)
{
	if (is_ascii(s))
		return s;
	scratch->n = 0;
	for (size_t i = 0; i < s.n; i++)
		put_utf8(scratch, (unsigned char)s.p[i]);
	return buf_str(scratch);
}

/* Unpaired surrogates become U+FFFD. */
static struct str utf16(const struct jfr_chunk *k, struct cursor *c, uint64_t n,
			struct buf *scratch)
{
	uint32_t high = 0;

	/* Most texts are ASCII, whose varints are the characters; there are at least n bytes. */
	if (k->is_packed && is_ascii(str((const char *)c->at, (size_t)n)))
		return cursor_bytes(c, n);
	scratch->n = 0;
	for (; n-- && !c->failed;) {
		uint32_t unit = (uint16_t)read_number(k, c, JFR_CHAR);
		bool is_low = unit >= 0xdc00 && unit < 0xe000;

		if (high && !is_low)
			put_utf8(scratch, 0xfffd);
		if (unit >= 0xd800 && unit < 0xdc00) {
			high = unit;
			continue;
		}
		if (is_low)
			unit = high ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd;
		put_utf8(scratch, unit);
		high = 0;
	}
	if (high)
		put_utf8(scratch, 0xfffd);
	return buf_str(scratch);
}

/* A string of one of the encodings that hold their text. */
static struct str read_text(const struct jfr_chunk *k, struct cursor *c, enum encoding encoding,
			    struct buf *scratch)
{
	uint64_t n;

	if (encoding == NO_STRING || encoding == EMPTY_STRING)
		return S("");
	if (encoding > LATIN1 || encoding == CONSTANT) {
		cursor_fail(c);
		return S("");
	}
	n = jfr_int(k, c);
	if (!cursor_has(c, n)) /* a character takes at least a byte */
		return S("");
	if (encoding == UTF16)
		return utf16(k, c, n, scratch);
	return encoding == LATIN1 ? latin1(cursor_bytes(c, n), scratch) : cursor_bytes(c, n);
}

struct str jfr_string(const struct jfr_chunk *k, struct cursor *c, struct buf *scratch)
{
	enum encoding encoding = cursor_u8(c);
	const struct jfr_constant *constant;
	struct cursor there;

	if (encoding != CONSTANT)
		return read_text(k, c, encoding, scratch);
	constant = jfr_find(k, JFR_STRINGS, jfr_long(k, c));
	if (!constant)
		return S("");
	there = jfr_cursor(k, constant->at);
	encoding = cursor_u8(&there); /* which must not be a reference again */
	return read_text(k, &there, encoding, scratch);
}

static void skip_string(const struct jfr_chunk *k, struct cursor *c)
{
	switch (cursor_u8(c)) {
	case NO_STRING:
	case EMPTY_STRING: break;
	case CONSTANT: jfr_long(k, c); break;
	case UTF8:
	case LATIN1: cursor_skip(c, jfr_int(k, c)); break;
	case UTF16:
		for (uint64_t n = jfr_int(k, c); n && !c->failed; n--)
			read_number(k, c, JFR_CHAR);
		break;
	default: cursor_fail(c);
	}
}

/* Records */

/*
 * Skip n varints, all that end in the next eight bytes at once: a byte without the highest
 * bit ends a varint. A longer varint is read.
 */
static void skip_varints(struct cursor *c, uint64_t n)
{
	const uint64_t highest = UINT64_C(0x8080808080808080), ones = highest >> 7;

	while (n && !c->failed) {
		uint64_t word, ends = 0, nend;

		if (cursor_left(c) >= sizeof(word)) {
			memcpy(&word, c->at, sizeof(word));
			ends = ~word & highest;
		}
		nend = (ends >> 7) * ones >> 56;
		if (!ends || nend > n) {
			read_varint(c);
			n--;
			continue;
		}
		c->at += 8 - (unsigned)__builtin_clzll(ends) / 8;
		n -= nend;
	}
}

static void skip_field(struct jfr_chunk *k, struct cursor *c, const struct jfr_field *f)
{
	uint64_t n = f->array ? jfr_int(k, c) : 1;

	uint32_t nvarint = k->classes.v[f->class_row].nvarint;

	if (f->array && !cursor_has(c, n))
		return;
	if (nvarint && !f->pooled) {
		if (jfr_take_work(k, c, n))
			skip_varints(c, n * nvarint);
		return;
	}
	for (; n && !c->failed; n--) {
		if (f->pooled)
			jfr_long(k, c);
		else
			jfr_skip_value(k, c, f->class_row);
	}
}

/*
 * Classes may contain other classes; in a damaged file also themselves, or arrays of values
 * without bytes. The limits of depth and of steps stop that.
 */
void jfr_skip_value(struct jfr_chunk *k, struct cursor *c, uint32_t class_row)
{
	enum { DEEPEST = 16 };
	const struct jfr_class *class = &k->classes.v[class_row];

	if (!jfr_take_work(k, c, 1))
		return;
	if (class->storage == JFR_STRING) {
		skip_string(k, c);
	} else if (class->storage != JFR_RECORD) {
		read_number(k, c, class->storage);
	} else if (class->nvarint) {
		skip_varints(c, class->nvarint);
	} else if (k->depth == DEEPEST) {
		cursor_fail(c);
	} else {
		k->depth++;
		for (uint32_t i = 0; i < class->n && !c->failed; i++)
			skip_field(k, c, &k->fields.v[class->first + i]);
		k->depth--;
	}
}

static void read_field(struct jfr_chunk *k, struct cursor *c, const struct jfr_field *f,
		       struct jfr_record *r)
{
	enum jfr_storage storage = k->classes.v[f->class_row].storage;

	if (!f->role) {
		skip_field(k, c, f);
		return;
	}
	r->has |= (uint64_t)1 << f->role;
	r->unit[f->role] = f->unit;
	if (f->pooled && !f->array) {
		r->v[f->role] = (int64_t)jfr_long(k, c);
	} else if (f->array || storage == JFR_STRING || storage == JFR_RECORD) {
		r->v[f->role] = (int64_t)(cursor_pos(c) - k->pos);
		skip_field(k, c, f);
	} else {
		r->v[f->role] = read_number(k, c, storage);
	}
}

void jfr_read_record(struct jfr_chunk *k, struct cursor *c, const struct jfr_class *class,
		     struct jfr_record *r)
{
	r->has = 0;
	for (uint32_t i = 0; i < class->n && !c->failed; i++)
		read_field(k, c, &k->fields.v[class->first + i], r);
}
