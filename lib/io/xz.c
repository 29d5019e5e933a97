/*
 * xz: each stream is a frame, whose checks are verified; zeros between streams are
 * padding. Memory has a limit, since a file may ask for a dictionary of 4 GiB.
 */
#include <lzma.h>

#include "io/codec.h"

struct unxz {
	lzma_stream z;
	bool in_frame;
};

static void *open_xz(void)
{
	struct unxz *u = mem_zeroed(1, sizeof(*u));

	u->z = (lzma_stream)LZMA_STREAM_INIT;
	return u;
}

static void close_xz(void *state)
{
	struct unxz *u = state;

	lzma_end(&u->z);
	mem_free(u, sizeof(*u));
}

static const char *reason(lzma_ret r)
{
	switch (r) {
	case LZMA_MEM_ERROR: return "out of memory";
	case LZMA_MEMLIMIT_ERROR: return "it needs more memory than the limit";
	case LZMA_FORMAT_ERROR: return "no xz stream";
	case LZMA_OPTIONS_ERROR: return "it uses features that are not supported";
	case LZMA_UNSUPPORTED_CHECK: return "its check is of a kind that is not supported";
	default: return "bad data";
	}
}

static enum codec_result decode(void *state, struct str *src, char *dst, size_t *room,
				const char **why)
{
	struct unxz *u = state;
	size_t cap = *room;
	lzma_ret r = LZMA_OK;

	*room = 0;
	if (!src->n)
		return CODEC_MORE;
	if (!u->in_frame)
		r = lzma_stream_decoder(&u->z, mem_limit_now() / 2, LZMA_TELL_UNSUPPORTED_CHECK);
	u->in_frame = true;
	u->z.next_in = (const uint8_t *)src->p;
	u->z.avail_in = src->n;
	u->z.next_out = (uint8_t *)dst;
	u->z.avail_out = cap;
	if (r == LZMA_OK)
		r = lzma_code(&u->z, LZMA_RUN);
	*src = str_skip(*src, src->n - u->z.avail_in);
	*room = cap - u->z.avail_out;
	if (r == LZMA_STREAM_END) {
		u->in_frame = false;
		return CODEC_FRAME;
	}
	if (r == LZMA_OK || r == LZMA_BUF_ERROR)
		return CODEC_MORE;
	*why = reason(r);
	return CODEC_BAD;
}

static bool match(struct str head)
{
	return str_starts(head, S("\xfd"
				  "7zXZ\0"));
}

const struct codec codec_xz = {
	.name = "xz",
	.match = match,
	.open = open_xz,
	.decode = decode,
	.padding = codec_zeros,
	.close = close_xz,
};
