#include "object/unpack.h"

#include <libdeflate.h>
#include <lzma.h>
#include <zstd.h>

#include "io/cursor.h"

enum { PACKED_ZLIB = 1, PACKED_ZSTD = 2 };

/* What the format can make of n bytes at best: a size beyond that is a lie. */
static bool is_plausible(int how, uint64_t size, size_t n)
{
	uint64_t best = how == PACKED_ZLIB ? 1032 : 128 << 10;

	return size <= ((uint64_t)n + 64) * best && size <= SIZE_MAX / 2 && mem_fits((size_t)size);
}

static bool unpack_zlib(struct str packed, char *to, size_t size)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	bool ok = d && libdeflate_zlib_decompress(d, packed.p, packed.n, to, size, NULL) ==
			       LIBDEFLATE_SUCCESS;

	libdeflate_free_decompressor(d);
	return ok;
}

static struct str unpack(int how, struct str packed, uint64_t size, struct buf *room)
{
	char *to;
	bool ok;

	room->n = 0;
	if (!packed.n || !is_plausible(how, size, packed.n))
		return S("");
	to = buf_room(room, (size_t)size);
	if (how == PACKED_ZLIB)
		ok = unpack_zlib(packed, to, (size_t)size);
	else
		ok = ZSTD_decompress(to, (size_t)size, packed.p, packed.n) == size;
	room->n = ok ? (size_t)size : 0;
	return buf_str(room);
}

/* What stands before packed bytes: how they are packed, and how many they were. */
struct header {
	int how;
	uint64_t size;
};

static bool read_header(const struct elf *e, struct cursor *c, struct header *h)
{
	h->how = (int)cursor_int(c, 4);
	if (e->is64)
		cursor_skip(c, 4);
	h->size = cursor_int(c, e->is64 ? 8 : 4);
	cursor_skip(c, e->is64 ? 8 : 4); /* the alignment */
	return !c->failed && (h->how == PACKED_ZLIB || h->how == PACKED_ZSTD);
}

/* GNU's: "ZLIB", the size in eight bytes, the highest first. */
static bool read_zdebug_header(struct cursor *c, struct header *h)
{
	struct str magic = cursor_bytes(c, 4);

	h->how = PACKED_ZLIB;
	h->size = __builtin_bswap64(cursor_int(c, 8));
	return !c->failed && str_eq(magic, S("ZLIB"));
}

static struct str unpack_section(const struct elf *e, struct str s, struct buf *room)
{
	struct cursor c = cursor_over(s);
	struct header h;

	if (!read_header(e, &c, &h))
		return S("");
	return unpack(h.how, cursor_bytes(&c, cursor_left(&c)), h.size, room);
}

static struct str unpack_zdebug(struct str s, struct buf *room)
{
	struct cursor c = cursor_over(s);
	struct header h;

	if (!read_zdebug_header(&c, &h))
		return S("");
	return unpack(h.how, cursor_bytes(&c, cursor_left(&c)), h.size, room);
}

uint64_t elf_unpacked_size(const struct elf *e)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < e->nsection; i++) {
		const struct elf_section *s = &e->section[i];
		struct cursor c = cursor_over(elf_contents(e, s));
		struct header h = { 0 };
		bool packed = false;

		if (s->flags & ELF_SECTION_COMPRESSED)
			packed = str_starts(s->name, S(".debug_")) && read_header(e, &c, &h);
		else if (str_starts(s->name, S(".zdebug_")))
			packed = read_zdebug_header(&c, &h);
		if (packed && __builtin_add_overflow(sum, h.size, &sum))
			return UINT64_MAX;
	}
	return sum;
}

static const struct elf_section *find_zdebug(const struct elf *e, const char *name)
{
	char z[32] = ".z";

	if (strlen(name) > sizeof(z) - 2)
		return NULL;
	memcpy(z + 2, name + 1, strlen(name)); /* with its NUL */
	return elf_section(e, z);
}

struct str elf_unpack(const struct elf *e, const char *name, struct buf *room)
{
	const struct elf_section *s = elf_section(e, name);

	if (!s)
		return unpack_zdebug(elf_contents(e, find_zdebug(e, name)), room);
	if (s->flags & ELF_SECTION_COMPRESSED)
		return unpack_section(e, elf_contents(e, s), room);
	return elf_contents(e, s);
}

bool elf_unpack_mini(const struct elf *e, struct buf *image)
{
	enum { PIECE = 256 << 10, MOST = 64 << 20 };
	struct str packed = elf_contents(e, elf_section(e, ".gnu_debugdata"));
	lzma_stream xz = LZMA_STREAM_INIT;
	lzma_ret how;
	size_t from = image->n;

	if (!packed.n || lzma_stream_decoder(&xz, MOST, 0) != LZMA_OK)
		return false;
	xz.next_in = (const uint8_t *)packed.p;
	xz.avail_in = packed.n;
	do {
		xz.next_out = (uint8_t *)buf_room(image, PIECE);
		xz.avail_out = PIECE;
		how = lzma_code(&xz, LZMA_FINISH);
		image->n += PIECE - xz.avail_out;
	} while (how == LZMA_OK && image->n - from < MOST && mem_fits(2 * image->n));
	lzma_end(&xz);
	if (how != LZMA_STREAM_END)
		image->n = from;
	return how == LZMA_STREAM_END;
}
