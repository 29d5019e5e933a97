#include "store/section.h"

#include <zstd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "io/map.h"

/* The largest section: compaction splits a chunk before it gets larger. */
#define MOST_RAW (UINT64_C(1) << 31)

uint64_t check_bytes(struct str bytes)
{
	return XXH3_64bits(bytes.p, bytes.n);
}

bool section_pack(struct section *s, struct str bytes, int level, struct buf *to)
{
	size_t most = ZSTD_compressBound(bytes.n), n;
	char *p = buf_room(to, most);

	n = ZSTD_compress(p, most, bytes.p, bytes.n, level);
	if (ZSTD_isError(n))
		return false;
	s->size = n;
	s->raw = bytes.n;
	s->check = check_bytes(str(p, n));
	to->n += n;
	return true;
}

static struct str section_bytes(const struct section *s, struct str file)
{
	if (s->at > file.n || s->size > file.n - s->at)
		return str(NULL, 0);
	return str(file.p + s->at, (size_t)s->size);
}

bool section_check(const struct section *s, struct in *in, struct str file)
{
	struct str bytes = section_bytes(s, file);

	if (!bytes.p)
		return in_fail_at(in, s->at, "a section of %llu bytes is cut short",
				  (unsigned long long)s->size);
	if (in->want && !in->want(in->want_context, s->at, s->size))
		return false;
	if (check_bytes(bytes) != s->check)
		return in_fail_at(in, s->at, "the section of %llu bytes has a wrong checksum",
				  (unsigned long long)s->size);
	if (in->map && map_is_torn(in->map))
		return in_map_is_whole(in);
	return true;
}

bool section_unpack(const struct section *s, struct in *in, struct str file, struct buf *to)
{
	struct str bytes = section_bytes(s, file);
	size_t n;

	to->n = 0;
	if (!section_check(s, in, file))
		return false;
	if (s->raw > MOST_RAW)
		return in_fail_at(in, s->at, "the section is larger than 2 GiB");
	if (!mem_fits((size_t)s->raw))
		return in_fail_memory(in);
	n = ZSTD_decompress(buf_room(to, (size_t)s->raw + 1), (size_t)s->raw, bytes.p, bytes.n);
	if (ZSTD_isError(n) || n != s->raw)
		return in_fail_at(in, s->at, "the section cannot be decompressed: %s",
				  ZSTD_isError(n) ? ZSTD_getErrorName(n) : "wrong length");
	to->n = n;
	return true;
}

void section_put(const struct section *s, struct buf *b)
{
	put_uleb(b, s->at);
	put_uleb(b, s->size);
	put_uleb(b, s->raw);
	put_u64(b, s->check);
}

struct section section_get(struct cursor *c)
{
	struct section s;

	s.at = get_uleb(c);
	s.size = get_uleb(c);
	s.raw = get_uleb(c);
	s.check = cursor_u64(c);
	return s;
}
