#include "object/unpack.h"

#include <libdeflate.h>
#include <lzma.h>
#include <stdio.h>
#include <zstd.h>

#include "io/cursor.h"

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

/* How a section is compressed; type 0 = not at all. */
struct packed {
	uint32_t type; /* ELFCOMPRESS_... */
	uint64_t size; /* decompressed */
	struct str bytes;
};

static const struct packed NOTHING = { .bytes = { "", 0 } };

static struct packed read_header(const struct elf *e, const struct elf_section *s)
{
	struct packed p = { .bytes = elf_contents(e, s) };
	size_t header = gelf_fsize(e->handle, ELF_T_CHDR, 1, EV_CURRENT);
	GElf_Chdr h;

	if (!(s->flags & SHF_COMPRESSED))
		return p;
	if (!gelf_getchdr(elf_getscn(e->handle, (size_t)(s - e->section)), &h) ||
	    p.bytes.n < header)
		return NOTHING;
	return (struct packed){ h.ch_type, h.ch_size, str_skip(p.bytes, header) };
}

/* GNU's older form: "ZLIB", then the size in eight bytes, big-endian. */
static struct packed read_zdebug_header(const struct elf *e, const struct elf_section *s)
{
	struct cursor c = cursor_over(elf_contents(e, s));
	struct str magic = cursor_bytes(&c, 4);
	uint64_t size = __builtin_bswap64(cursor_int(&c, 8));

	if (c.failed || !str_eq(magic, S("ZLIB")))
		return NOTHING;
	return (struct packed){ ELFCOMPRESS_ZLIB, size, cursor_bytes(&c, cursor_left(&c)) };
}

/*
 * Is the decompressed size plausible? Debugging information grows a few times; a section that
 * claims much more is meant to exhaust memory.
 */
static bool is_plausible(const struct packed *p)
{
	enum { LEAST = 16 << 20, RATIO = 64 };

	return p->bytes.n && p->size <= LEAST + RATIO * (uint64_t)p->bytes.n &&
	       p->size <= SIZE_MAX / 2 && mem_fits((size_t)p->size);
}

static bool unpack_zlib(const struct packed *p, char *to)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	bool ok = d && libdeflate_zlib_decompress(d, p->bytes.p, p->bytes.n, to, (size_t)p->size,
						  NULL) == LIBDEFLATE_SUCCESS;

	libdeflate_free_decompressor(d);
	return ok;
}

static struct str unpack(struct packed p, struct buf *room)
{
	bool ok = false;
	char *to;

	if (!p.type)
		return p.bytes;
	room->n = 0;
	if (!is_plausible(&p))
		return S("");
	to = buf_room(room, (size_t)p.size);
	if (p.type == ELFCOMPRESS_ZLIB)
		ok = unpack_zlib(&p, to);
	else if (p.type == ELFCOMPRESS_ZSTD)
		ok = ZSTD_decompress(to, (size_t)p.size, p.bytes.p, p.bytes.n) == p.size;
	room->n = ok ? (size_t)p.size : 0;
	return buf_str(room);
}

uint64_t elf_unpacked_size(const struct elf *e)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < e->nsection; i++) {
		const struct elf_section *s = &e->section[i];
		struct packed p = NOTHING;

		if (str_starts(s->name, S(".debug_")))
			p = read_header(e, s);
		else if (str_starts(s->name, S(".zdebug_")))
			p = read_zdebug_header(e, s);
		if (p.type && __builtin_add_overflow(sum, p.size, &sum))
			return UINT64_MAX;
	}
	return sum;
}

struct str elf_unpack(const struct elf *e, const char *name, struct buf *room)
{
	const struct elf_section *s = elf_section(e, name);
	char zdebug[32];

	if (s)
		return unpack(read_header(e, s), room);
	snprintf(zdebug, sizeof(zdebug), ".z%s", name + 1);
	s = elf_section(e, zdebug);
	return s ? unpack(read_zdebug_header(e, s), room) : S("");
}

bool elf_unpack_mini(const struct elf *e, struct buf *image)
{
	enum { STEP = 256 << 10, MOST = 64 << 20 };
	struct str packed = elf_contents(e, elf_section(e, ".gnu_debugdata"));
	lzma_stream xz = LZMA_STREAM_INIT;
	lzma_ret how;
	size_t from = image->n;

	if (!packed.n || lzma_stream_decoder(&xz, MOST, 0) != LZMA_OK)
		return false;
	xz.next_in = (const uint8_t *)packed.p;
	xz.avail_in = packed.n;
	do {
		xz.next_out = (uint8_t *)buf_room(image, STEP);
		xz.avail_out = STEP;
		how = lzma_code(&xz, LZMA_FINISH);
		image->n += STEP - xz.avail_out;
	} while (how == LZMA_OK && image->n - from < MOST && mem_fits(2 * image->n));
	lzma_end(&xz);
	if (how != LZMA_STREAM_END)
		image->n = from;
	return how == LZMA_STREAM_END;
}
