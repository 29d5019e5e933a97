/* Compressed sections: a header, then zlib or zstd data (gABI, "Compression"). */
#include <zlib.h>
#include <zstd.h>

#include "object/elf.h"

enum { ZLIB = 1, ZSTD = 2, MOST_RATIO = 1100 };

/* The header: type and size, at other places in images of 32 and 64 bits. */
static bool read_header(const struct elf *e, struct str *contents, uint32_t *type, uint64_t *size)
{
	size_t length = e->is64 ? 24 : 12;
	uint32_t size32;

	if (contents->n < length)
		return false;
	memcpy(type, contents->p, sizeof(*type));
	memcpy(&size32, contents->p + 4, sizeof(size32));
	*size = size32;
	if (e->is64)
		memcpy(size, contents->p + 8, sizeof(*size));
	*contents = str_skip(*contents, length);
	return true;
}

bool elf_unpack(const struct elf *e, struct str contents, struct buf *to)
{
	uint32_t type;
	uint64_t size;
	uLongf got;
	char *p;

	if (!read_header(e, &contents, &type, &size))
		return false;
	/* What cannot be in there is not allocated. */
	if (size / MOST_RATIO > contents.n || !mem_fits((size_t)size * 2))
		return false;
	p = buf_room(to, (size_t)size);
	got = (uLongf)size;
	if (type == ZSTD)
		got = ZSTD_decompress(p, (size_t)size, contents.p, contents.n);
	else if (type != ZLIB ||
		 uncompress((Bytef *)p, &got, (const Bytef *)contents.p, contents.n) != Z_OK)
		return false;
	if (got != size)
		return false;
	to->n += (size_t)size;
	return true;
}
