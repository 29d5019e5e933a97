/*
 * Compressing output: the -z option, and one frame at a time.
 */
#ifndef IO_PACK_H
#define IO_PACK_H

#include "base/buf.h"

enum pack_kind {
	PACK_AUTO, /* see out.h */
	PACK_NONE,
	PACK_GZIP,
	PACK_ZSTD,
};

struct pack {
	enum pack_kind kind;
	int level; /* gzip 0 (stored) to 12, zstd 1 to 19 */
};

/* "none", "gzip", "gzip:9", "zstd", "zstd:3"; false for anything else. */
bool pack_parse(struct str s, struct pack *pack);

/*
 * Append `bytes` to dst as one gzip member or zstd frame; with PACK_NONE, unchanged.
 * The result depends only on bytes and *pack: it has no time and no name. False if
 * the compressor has no memory.
 */
bool pack_frame(struct buf *dst, struct str bytes, const struct pack *pack);

#endif
