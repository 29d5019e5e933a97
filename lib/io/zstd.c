/* Zstandard (RFC 8878); a skippable frame counts as an empty one. */
#include <zstd.h>

#include "io/codec.h"

static void *open_zstd(void)
{
	return ZSTD_createDStream();
}

static enum codec_result decode(void *state, struct str *src, char *dst, size_t *room,
				const char **why)
{
	ZSTD_inBuffer in = { src->p, src->n, 0 };
	ZSTD_outBuffer out = { dst, *room, 0 };
	size_t left;

	*room = 0;
	if (!state) {
		*why = "out of memory";
		return CODEC_BAD;
	}
	if (!src->n && !out.size)
		return CODEC_MORE;
	left = ZSTD_decompressStream(state, &out, &in);
	if (ZSTD_isError(left)) {
		*why = ZSTD_getErrorName(left);
		return CODEC_BAD;
	}
	*src = str_skip(*src, in.pos);
	*room = out.pos;
	return left == 0 ? CODEC_FRAME : CODEC_MORE;
}

static bool match(struct str head)
{
	return str_starts(head, S("\x28\xb5\x2f\xfd")) ||
	       (head.n >= 4 && ((uint8_t)head.p[0] & 0xf0) == 0x50 &&
		str_eq(str(head.p + 1, 3), S("\x2a\x4d\x18")));
}

static void close_zstd(void *state)
{
	ZSTD_freeDStream(state);
}

const struct codec codec_zstd = {
	.name = "zstd",
	.match = match,
	.has_magic = true,
	.open = open_zstd,
	.decode = decode,
	.close = close_zstd,
};
