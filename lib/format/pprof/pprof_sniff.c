/*
 * Is this a profile.proto? A message has no magic number, and text may begin with a byte
 * that is a plausible tag: "j;" is a comment of 59 bytes, "Z" a period type. The proof is
 * that inner messages have the fields that they should have, and that the first string is
 * empty. A truncated field proves nothing.
 */
#include "format/pprof/pprof.h"

enum content {
	NOT_THERE,
	INTEGER,
	INTEGERS, /* packed or not */
	TEXT,
	VALUE_TYPE,
	SAMPLE,
	LABEL,
	MAPPING,
	LOCATION,
	LINE,
	FUNCTION,
};

/* The content of each message's fields, by field number. */
static const uint8_t profile_shape[] = { NOT_THERE, VALUE_TYPE, SAMPLE,  MAPPING,
					 LOCATION,  FUNCTION,   TEXT,    INTEGER,
					 INTEGER,   INTEGER,    INTEGER, VALUE_TYPE,
					 INTEGER,   INTEGERS,   INTEGER, INTEGER };
static const uint8_t numbers_shape[] = { NOT_THERE, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER,
					 INTEGER,   INTEGER, INTEGER, INTEGER, INTEGER };
static const uint8_t sample_shape[] = { NOT_THERE, INTEGERS, INTEGERS, LABEL };
static const uint8_t location_shape[] = { NOT_THERE, INTEGER, INTEGER, INTEGER, LINE, INTEGER };

struct shape {
	const uint8_t *content;
	uint32_t n;
};

static struct shape shape_of(enum content message)
{
	switch (message) {
	case SAMPLE: return (struct shape){ sample_shape, LEN(sample_shape) };
	case LOCATION: return (struct shape){ location_shape, LEN(location_shape) };
	case VALUE_TYPE: return (struct shape){ numbers_shape, 3 };
	case LINE: return (struct shape){ numbers_shape, 4 };
	case LABEL: return (struct shape){ numbers_shape, 5 };
	case FUNCTION: return (struct shape){ numbers_shape, 6 };
	case MAPPING: return (struct shape){ numbers_shape, 11 };
	default: return (struct shape){ profile_shape, LEN(profile_shape) };
	}
}

struct evidence {
	int bits;
	size_t nstring;
	bool wrong; /* this cannot be a profile */
	bool cut;   /* the last field is truncated */
};

enum { BITS_OF_TAG = 5, BITS_OF_EMPTY_STRING = 8, LONGEST_FIELD_HEAD = 2 * 10 };

static void look_at_message(struct evidence *e, struct str bytes, struct shape shape);

/* Look at the content of a field; whole: it is not truncated. */
static void look_inside(struct evidence *e, struct str bytes, enum content content, bool whole)
{
	int before = e->bits;

	if (content == TEXT) {
		e->wrong |= !e->nstring && bytes.n;
		e->bits += !e->nstring++ && whole ? BITS_OF_EMPTY_STRING : 0;
	} else if (content > TEXT) {
		look_at_message(e, bytes, shape_of(content));
		e->wrong |= whole && e->cut;
		e->bits = whole && bytes.n ? e->bits + BITS_OF_TAG : before;
	} else {
		e->wrong |= content != INTEGERS;
	}
}

/*
 * Skip a field that a later version of the format may have. It proves nothing. False if it
 * cannot be one.
 */
static bool skip_later_field(struct evidence *e, struct pb *pb, uint64_t tag, struct shape shape)
{
	enum { LATER = 16 };
	static const size_t size[] = { [PB_FIXED64] = 8, [PB_FIXED32] = 4 };
	size_t left, n;

	if (tag >> 3 < shape.n || tag >> 3 >= shape.n + LATER || !e->bits)
		return false;
	n = (tag & 7) < LEN(size) ? size[tag & 7] : 0;
	if (!n && (tag & 7) != PB_VARINT && (tag & 7) != PB_LEN)
		return false;
	if (!n) {
		uint64_t value = pb_varint(pb);

		n = (tag & 7) == PB_LEN ? (size_t)value : 0;
	}
	left = (size_t)(pb->end - pb->at);
	e->cut = !pb->in->failed && n > left;
	pb->at += min_size(n, left);
	return true;
}

/* Look at the field at the cursor, and at its content. inside: it is in an inner message. */
static void look_at_field(struct evidence *e, struct pb *pb, struct shape shape, bool inside)
{
	uint64_t tag = pb_varint(pb), value;
	enum content content = tag >> 3 < shape.n ? shape.content[tag >> 3] : NOT_THERE;
	size_t left;

	if (!pb->in->failed && skip_later_field(e, pb, tag, shape))
		return;
	if (!pb->in->failed)
		e->wrong = !content || ((tag & 7) != PB_VARINT && (tag & 7) != PB_LEN) ||
			   ((tag & 7) == PB_VARINT && content >= TEXT);
	if (e->wrong || pb->in->failed)
		return;
	value = pb_varint(pb);
	if (pb->in->failed)
		return;
	left = (size_t)(pb->end - pb->at);
	if ((tag & 7) == PB_LEN) {
		struct str bytes = str((const char *)pb->at, value < left ? (size_t)value : left);

		look_inside(e, bytes, content, value <= left);
		e->cut = value > left;
		pb->at += bytes.n;
	} else if (inside) {
		e->bits += BITS_OF_TAG;
	}
}

static void look_at_message(struct evidence *e, struct str bytes, struct shape shape)
{
	struct in quiet = { .name = "" };
	struct pb pb = pb_open(&quiet, "profile", bytes, 0);
	bool inside = shape.content != profile_shape;
	const uint8_t *from = pb.at;

	while (pb.at < pb.end && !e->wrong && !e->cut && !quiet.failed) {
		from = pb.at;
		look_at_field(e, &pb, shape, inside);
	}
	e->cut |= quiet.failed;
	e->wrong |= quiet.failed && pb.end - from >= LONGEST_FIELD_HEAD;
	in_release(&quiet);
}

int pprof_sniff(struct sniff *s)
{
	struct evidence e;

	do {
		e = (struct evidence){ 0 };
		look_at_message(&e, s->head, shape_of(NOT_THERE));
	} while (!e.wrong && !e.bits && e.cut && sniff_more(s));
	return e.wrong ? 0 : e.bits;
}
