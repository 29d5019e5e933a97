#include "io/pack.h"

#include <libdeflate.h>
#include <zstd.h>

enum { GZIP_DEFAULT = 6, GZIP_MOST = 12, ZSTD_DEFAULT = 3, ZSTD_LEAST = 1, ZSTD_MOST = 19 };

bool pack_parse(struct str s, struct pack *pack)
{
	struct str name = str_cut(&s, ':');
	uint64_t level;

	if (str_eq(name, S("none")))
		*pack = (struct pack){ PACK_NONE, 0 };
	else if (str_eq(name, S("gzip")))
		*pack = (struct pack){ PACK_GZIP, GZIP_DEFAULT };
	else if (str_eq(name, S("zstd")))
		*pack = (struct pack){ PACK_ZSTD, ZSTD_DEFAULT };
	else
		return false;
	if (!s.p)
		return true;
	if (!str_u64(s, &level) || pack->kind == PACK_NONE ||
	    (pack->kind == PACK_ZSTD && level < ZSTD_LEAST) ||
	    level > (pack->kind == PACK_GZIP ? GZIP_MOST : ZSTD_MOST))
		return false;
	pack->level = (int)level;
	return true;
}

static bool gzip_frame(struct buf *dst, struct str bytes, int level)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	size_t most;

	if (!c)
		return false;
	most = libdeflate_gzip_compress_bound(c, bytes.n);
	dst->n += libdeflate_gzip_compress(c, bytes.p, bytes.n, buf_room(dst, most), most);
	libdeflate_free_compressor(c);
	return true;
}

static bool zstd_frame(struct buf *dst, struct str bytes, int level)
{
	size_t most = ZSTD_compressBound(bytes.n), n;

	n = ZSTD_compress(buf_room(dst, most), most, bytes.p, bytes.n, level);
	if (ZSTD_isError(n))
		return false;
	dst->n += n;
	return true;
}

bool pack_frame(struct buf *dst, struct str bytes, const struct pack *pack)
{
	switch (pack->kind) {
	case PACK_GZIP: return gzip_frame(dst, bytes, pack->level);
	case PACK_ZSTD: return zstd_frame(dst, bytes, pack->level);
	default: buf_add(dst, bytes); return true;
	}
}
