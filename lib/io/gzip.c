/*
 * gzip (RFC 1952) and zlib (RFC 1950), both containers of deflate. zlib decodes
 * streams; libdeflate, which is two to three times as fast but needs a whole frame,
 * decodes files that are in memory.
 */
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

#include "io/codec.h"

enum { GZIP_WINDOW = 15 + 16, ZLIB_WINDOW = 15 };

struct inflater {
	z_stream z;
	bool ok; /* inflateInit2() succeeded */
};

static void *open_inflater(int window)
{
	struct inflater *f = mem_zeroed(1, sizeof(*f));

	f->ok = inflateInit2(&f->z, window) == Z_OK;
	return f;
}

static void *open_gzip(void)
{
	return open_inflater(GZIP_WINDOW);
}

static void *open_zlib(void)
{
	return open_inflater(ZLIB_WINDOW);
}

static void close_inflater(void *state)
{
	struct inflater *f = state;

	if (f->ok)
		inflateEnd(&f->z);
	mem_free(f, sizeof(*f));
}

static enum codec_result decode(void *state, struct str *src, char *dst, size_t *room,
				const char **why)
{
	struct inflater *f = state;
	size_t cap = min_size(*room, UINT32_MAX), have;
	int status;

	*room = 0;
	if (!f->ok) {
		*why = "out of memory";
		return CODEC_BAD;
	}
	if (!src->n)
		return CODEC_MORE;
	have = min_size(src->n, UINT32_MAX);
	f->z.next_in = (Bytef *)src->p;
	f->z.avail_in = (uInt)have;
	f->z.next_out = (Bytef *)dst;
	f->z.avail_out = (uInt)cap;
	status = inflate(&f->z, Z_NO_FLUSH);
	*src = str_skip(*src, have - f->z.avail_in);
	*room = cap - f->z.avail_out;
	if (status == Z_STREAM_END) {
		inflateReset(&f->z);
		return CODEC_FRAME;
	}
	if (status == Z_OK || status == Z_BUF_ERROR)
		return CODEC_MORE;
	*why = f->z.msg ? f->z.msg : status == Z_MEM_ERROR ? "out of memory" : "bad data";
	return CODEC_BAD;
}

static bool match_gzip(struct str head)
{
	return str_starts(head, S("\x1f\x8b\x08"));
}

/*
 * The two bytes of a zlib header may also begin a text ("x^"), so the data after
 * them must inflate as well.
 */
static bool match_zlib(struct str head)
{
	struct inflater *f;
	char scratch[512];
	const char *why;
	size_t room = sizeof(scratch);
	enum codec_result r;

	if (head.n < 6 || head.p[0] != 0x78 || ((uint8_t)head.p[0] << 8 | (uint8_t)head.p[1]) % 31)
		return false;
	f = open_zlib();
	r = decode(f, &head, scratch, &room, &why);
	close_inflater(f);
	return r != CODEC_BAD && (room > 0 || r == CODEC_FRAME);
}

/*
 * The last four bytes of a member are its unpacked size; with one member, they are
 * the last bytes of src. With several members, they are a first guess, which is
 * generous, since a member that turns out larger is decoded again.
 */
static size_t guess_size(struct str src)
{
	enum { LEAST = 1 << 20 };
	const uint8_t *tail = (const uint8_t *)src.p + src.n - 4;
	size_t size = (size_t)tail[0] | (size_t)tail[1] << 8 | (size_t)tail[2] << 16 |
		      (size_t)tail[3] << 24;

	return max_size(size / 1032 > src.n ? src.n * 4 : size, LEAST);
}

static bool whole(struct str *src, struct buf *dst, size_t most)
{
	struct libdeflate_decompressor *d;
	enum libdeflate_result r = LIBDEFLATE_INSUFFICIENT_SPACE;
	size_t used = 0, got = 0, size;

	if (src->n < 18)
		return false;
	d = libdeflate_alloc_decompressor();
	if (!d)
		return false;
	for (size = min_size(guess_size(*src), most); size && size <= most; size *= 2) {
		char *to = buf_room(dst, size);

		r = libdeflate_gzip_decompress_ex(d, src->p, src->n, to, size, &used, &got);
		if (r != LIBDEFLATE_INSUFFICIENT_SPACE)
			break;
	}
	libdeflate_free_decompressor(d);
	if (r != LIBDEFLATE_SUCCESS)
		return false;
	dst->n += got;
	*src = str_skip(*src, used);
	return true;
}

const struct codec codec_gzip = {
	.name = "gzip",
	.match = match_gzip,
	.has_magic = true,
	.open = open_gzip,
	.decode = decode,
	.padding = codec_zeros, /* tar and some devices add them at the end */
	.whole = whole,
	.close = close_inflater,
};

const struct codec codec_zlib = {
	.name = "zlib",
	.match = match_zlib,
	.open = open_zlib,
	.decode = decode,
	.close = close_inflater,
};
