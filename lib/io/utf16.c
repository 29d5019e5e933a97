/*
 * Decodes UTF-16 text with a byte order mark, as some Windows tools write it, to UTF-8.
 * Unpaired surrogates become U+FFFD.
 */
#include "io/codec.h"

enum { REPLACEMENT = 0xfffd };

/* The only state is whether the mark was skipped: units are decoded whole. */
struct utf16 {
	bool started;
};

static void *open_utf16(void)
{
	return mem_zeroed(1, sizeof(struct utf16));
}

static void close_utf16(void *state)
{
	mem_free(state, sizeof(struct utf16));
}

static uint32_t unit(const char *p, bool big)
{
	uint8_t a = (uint8_t)p[0], b = (uint8_t)p[1];

	return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

/* The code point at the start of src; *n is its length, 0 if src ends in it. */
static uint32_t code_point(struct str src, bool big, size_t *n)
{
	uint32_t hi = unit(src.p, big), lo;

	*n = 2;
	if (hi < 0xd800 || hi >= 0xe000)
		return hi;
	if (hi >= 0xdc00)
		return REPLACEMENT;
	if (src.n < 4) {
		*n = 0;
		return REPLACEMENT;
	}
	lo = unit(src.p + 2, big);
	if (lo < 0xdc00 || lo >= 0xe000)
		return REPLACEMENT;
	*n = 4;
	return 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
}

static size_t put_utf8(char *to, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(lead[n] | c);
	return n;
}

static enum codec_result decode(struct utf16 *u, struct str *src, char *dst, size_t *room, bool big)
{
	size_t cap = *room, n;

	*room = 0;
	if (!u->started && src->n >= 2) {
		u->started = true;
		*src = str_skip(*src, 2);
	}
	while (u->started && src->n >= 2 && cap - *room >= 4) {
		uint32_t c = code_point(*src, big, &n);

		if (!n)
			break;
		*src = str_skip(*src, n);
		*room += put_utf8(dst + *room, c);
	}
	return CODEC_MORE;
}

static enum codec_result decode_le(void *state, struct str *src, char *dst, size_t *room,
				   const char **why)
{
	(void)why;
	return decode(state, src, dst, room, false);
}

static enum codec_result decode_be(void *state, struct str *src, char *dst, size_t *room,
				   const char **why)
{
	(void)why;
	return decode(state, src, dst, room, true);
}

static bool match_le(struct str head)
{
	return str_starts(head, S("\xff\xfe"));
}

static bool match_be(struct str head)
{
	return str_starts(head, S("\xfe\xff"));
}

const struct codec codec_utf16le = {
	.name = "UTF-16LE",
	.match = match_le,
	.unframed = true,
	.open = open_utf16,
	.decode = decode_le,
	.close = close_utf16,
};

const struct codec codec_utf16be = {
	.name = "UTF-16BE",
	.match = match_be,
	.unframed = true,
	.open = open_utf16,
	.decode = decode_be,
	.close = close_utf16,
};
