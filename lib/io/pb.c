#include "io/pb.h"

struct pb pb_open(struct in *in, const char *what, struct str message, uint64_t pos)
{
	const uint8_t *p = (const uint8_t *)message.p;

	return (struct pb){ p, p + message.n, p, pos, in, what };
}

static bool fail_here(struct pb *pb, const char *why)
{
	in_fail_at(pb->in, pb_pos(pb, pb->at), "%s: %s", pb->what, why);
	pb->at = pb->end;
	return false;
}

bool pb_fail(struct pb *pb, const struct pb_field *f, const char *fmt, ...)
{
	struct buf why = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&why, fmt, ap);
	va_end(ap);
	in_fail_at(pb->in, pb_pos(pb, f->at), "%s field %u %.*s", pb->what, f->number,
		   STR_ARG(buf_str(&why)));
	buf_release(&why);
	pb->at = pb->end;
	return false;
}

/*
 * The value of a varint of at most eight bytes: `word` holds its seven-bit groups, least
 * significant first, and zeros after them. Neighbours are joined: to 14 bits, 28 and 56.
 */
static uint64_t join_groups(uint64_t word)
{
	word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
	word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
	return (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
}

uint64_t pb_long_varint(struct pb *pb)
{
	uint64_t v = 0, word, last;
	const uint8_t *p = pb->at;

	if (pb->end - p >= 8) {
		memcpy(&word, p, sizeof(word)); /* little-endian, as the host is */
		last = ~word & 0x8080808080808080;
		if (last) { /* its lowest bit is in the last byte */
			pb->at = p + __builtin_ctzll(last) / 8 + 1;
			return join_groups(word & (last ^ (last - 1)) & 0x7f7f7f7f7f7f7f7f);
		}
	}
	for (int i = 0; i < PB_MOST_VARINT && p < pb->end; i++, p++) {
		v |= (uint64_t)(*p & 0x7f) << (7 * i);
		if (*p < 0x80) {
			pb->at = p + 1;
			return v;
		}
	}
	fail_here(pb, p == pb->end ? "an integer is cut short" : "an integer is over 64 bits");
	return 0;
}

/* The next n bytes; moves the cursor past them. */
static struct str take(struct pb *pb, const struct pb_field *f, uint64_t n)
{
	struct str s = str((const char *)pb->at, (size_t)n);

	if (n > (uint64_t)(pb->end - pb->at)) {
		pb_fail(pb, f, "is %llu bytes long, and %zu are left", (unsigned long long)n,
			(size_t)(pb->end - pb->at));
		return S("");
	}
	pb->at += n;
	return s;
}

static uint64_t little_endian(struct str s)
{
	uint64_t v = 0;

	for (size_t i = s.n; i-- > 0;)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

/*
 * A tag and its value; the contents of a group are not read.
 */
static bool read_field(struct pb *pb, struct pb_field *f)
{
	uint64_t tag;

	f->at = pb->at;
	tag = pb_varint(pb);
	if (pb->in->failed)
		return false;
	f->number = (uint32_t)(tag >> 3);
	f->wire = tag & 7;
	if (tag >> 3 == 0 || tag >> 32)
		return fail_here(pb, "a field number is out of range");
	switch (f->wire) {
	case PB_VARINT: f->value = pb_varint(pb); break;
	case PB_LEN: f->bytes = take(pb, f, pb_varint(pb)); break;
	case PB_FIXED64: f->value = little_endian(take(pb, f, 8)); break;
	case PB_FIXED32: f->value = little_endian(take(pb, f, 4)); break;
	case PB_GROUP:
	case PB_GROUP_END: break;
	default: return pb_fail(pb, f, "has wire type %d, which does not exist", (int)f->wire);
	}
	return !pb->in->failed;
}

/*
 * Skip a group, to its end tag. The field numbers at the ends of inner groups are not
 * checked, so no list of open groups is needed.
 */
static __attribute__((noinline)) bool skip_group(struct pb *pb, const struct pb_field *group)
{
	struct pb_field f;
	size_t depth = 1;

	while (depth && pb->at < pb->end && read_field(pb, &f))
		depth += f.wire == PB_GROUP ? 1 : f.wire == PB_GROUP_END ? (size_t)-1 : 0;
	if (depth && !pb->in->failed)
		return pb_fail(pb, group, "is a group without an end");
	return !pb->in->failed;
}

bool pb_next_any(struct pb *pb, struct pb_field *f)
{
	while (pb->at < pb->end) {
		if (!read_field(pb, f))
			return false;
		if (f->wire == PB_GROUP_END)
			return pb_fail(pb, f, "ends a group that did not begin");
		if (f->wire != PB_GROUP)
			return true;
		if (!skip_group(pb, f))
			return false;
	}
	return false;
}

uint64_t pb_wrong_wire(struct pb *pb, const struct pb_field *f, const char *expected)
{
	pb_fail(pb, f, "has wire type %d, not %s", (int)f->wire, expected);
	return 0;
}

int64_t pb_sint(struct pb *pb, const struct pb_field *f)
{
	return pb_unzigzag(pb_int(pb, f));
}

uint64_t pb_fixed(struct pb *pb, const struct pb_field *f)
{
	if (f->wire == PB_FIXED64 || f->wire == PB_FIXED32)
		return f->value;
	return pb_wrong_wire(pb, f, "that of a fixed number");
}

double pb_double(struct pb *pb, const struct pb_field *f)
{
	uint64_t bits = pb_fixed(pb, f);
	uint32_t half = (uint32_t)bits;
	double d;
	float s;

	memcpy(&d, &bits, sizeof(d));
	memcpy(&s, &half, sizeof(s));
	return f->wire == PB_FIXED32 ? (double)s : d;
}

/* Decode the varints of a packed field to `to`; returns the end of the output. */
static uint64_t *unpack(struct pb *packed, uint64_t *to)
{
	const uint8_t *at = packed->at, *end = packed->end;

	/* Sizes alternate, so a branch on them would be mispredicted: two bytes are read as one. */
	while (end - at >= 2) {
		uint64_t two = at[0] >> 7;

		if (two & at[1] >> 7) {
			packed->at = at;
			*to++ = pb_long_varint(packed);
			at = packed->at;
			continue;
		}
		*to++ = (uint64_t)(at[0] & 0x7f) | ((uint64_t)at[1] << 7 & (0 - two));
		at += 1 + two;
	}
	if (at < end) {
		packed->at = at;
		*to++ = pb_varint(packed);
	}
	return to;
}

/* Room for n more values in the list; NULL, with an error that ends the cursor, if none. */
static uint64_t *room_for(struct pb *pb, struct buf *list, size_t n)
{
	if (list->cap - list->n < n * sizeof(uint64_t) &&
	    !mem_grow_fits(list->cap, list->n, n * sizeof(uint64_t), 1)) {
		in_fail_memory(pb->in);
		pb->at = pb->end;
		return NULL;
	}
	return (uint64_t *)buf_room(list, n * sizeof(uint64_t));
}

void pb_ints(struct pb *pb, const struct pb_field *f, struct buf *list)
{
	struct pb packed;
	uint64_t *to, v;

	if (f->wire != PB_LEN) {
		v = pb_int(pb, f);
		buf_put(list, &v, sizeof(v));
		return;
	}
	packed = pb_inside(pb, pb->what, f->bytes);
	to = room_for(pb, list, f->bytes.n); /* each takes at least a byte */
	if (!to)
		return;
	to = unpack(&packed, to);
	list->n = (size_t)((char *)to - list->p);
	if (pb->in->failed)
		pb->at = pb->end;
}

void pb_fixeds(struct pb *pb, const struct pb_field *f, unsigned size, struct buf *list)
{
	uint64_t *to, v;

	if (f->wire != PB_LEN) {
		v = pb_fixed(pb, f);
		buf_put(list, &v, sizeof(v));
		return;
	}
	if (f->bytes.n % size) {
		pb_fail(pb, f, "is not made of numbers of %u bytes", size);
		return;
	}
	to = room_for(pb, list, f->bytes.n / size);
	for (size_t i = 0; to && i < f->bytes.n; i += size)
		*to++ = little_endian(str(f->bytes.p + i, size));
	list->n += to ? f->bytes.n / size * sizeof(*to) : 0;
}

/* Write a varint, and return its end. */
static char *put_varint(char *to, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*to++ = (char)(v | 0x80);
	*to++ = (char)v;
	return to;
}

void pb_put_varint(struct buf *b, uint64_t v)
{
	char *to = buf_room(b, PB_MOST_VARINT);

	b->n += (size_t)(put_varint(to, v) - to);
}

void pb_put_int_always(struct buf *b, uint32_t field, uint64_t v)
{
	pb_put_varint(b, field << 3 | PB_VARINT);
	pb_put_varint(b, v);
}

void pb_put_int(struct buf *b, uint32_t field, uint64_t v)
{
	if (v)
		pb_put_int_always(b, field, v);
}

void pb_put_sint(struct buf *b, uint32_t field, int64_t v)
{
	pb_put_int(b, field, pb_zigzag(v));
}

void pb_put_fixed64(struct buf *b, uint32_t field, uint64_t v)
{
	if (!v)
		return;
	pb_put_varint(b, field << 3 | PB_FIXED64);
	for (int i = 0; i < 8; i++)
		buf_ch(b, (char)(v >> 8 * i));
}

void pb_put_double(struct buf *b, uint32_t field, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	pb_put_fixed64(b, field, bits);
}

void pb_put_bytes_always(struct buf *b, uint32_t field, struct str s)
{
	pb_put_varint(b, field << 3 | PB_LEN);
	pb_put_varint(b, s.n);
	buf_add(b, s);
}

static size_t varint_size(uint64_t v)
{
	return (size_t)(70 - __builtin_clzll(v | 1)) / 7;
}

void pb_put_packed(struct buf *b, uint32_t field, const uint64_t *v, size_t n)
{
	size_t size = 0;
	char *to;

	for (size_t i = 0; i < n; i++)
		size += varint_size(v[i]);
	pb_put_varint(b, field << 3 | PB_LEN);
	pb_put_varint(b, size);
	to = buf_room(b, size);
	for (size_t i = 0; i < n; i++)
		to = put_varint(to, v[i]);
	b->n += size;
}
