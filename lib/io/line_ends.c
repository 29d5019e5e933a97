/*
 * Decodes text whose lines end in CR alone, as old tools of the Macintosh write it and
 * terminals' progress displays do, to lines that end in LF.
 */
#include "io/codec.h"
#include "io/layer.h"

static void *open_cr(void)
{
	return NULL;
}

static void close_cr(void *state)
{
	(void)state;
}

static enum codec_result decode_cr(void *state, struct str *src, char *dst, size_t *room,
				   const char **why)
{
	(void)state;
	(void)why;
	*room = min_size(*room, src->n);
	for (size_t i = 0; i < *room; i++)
		dst[i] = src->p[i] == '\r' ? '\n' : src->p[i];
	*src = str_skip(*src, *room);
	return CODEC_MORE;
}

/* Text with CR and without LF, which could still follow the last byte. */
static bool match_cr(struct str head)
{
	size_t n = 0;

	for (size_t i = 0; i < head.n; i++) {
		if ((uint8_t)head.p[i] < 0x20 && head.p[i] != '\t' && head.p[i] != '\r')
			return false;
		n += head.p[i] == '\r' && i + 1 < LAYER_HEAD;
	}
	return n > 0;
}

const struct codec codec_cr = {
	.name = "text",
	.match = match_cr,
	.unframed = true,
	.open = open_cr,
	.decode = decode_cr,
	.close = close_cr,
};
