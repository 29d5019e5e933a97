#include "format/perf_data/perf_data_unpack.h"

#include <zstd.h>

#include "format/perf_data/perf_data.h"

enum { PIECE = 128 << 10 }; /* bytes that are unpacked before records are handled */

void perf_data_unpack_release(struct perf_data_unpack *u)
{
	ZSTD_freeDStream(u->stream);
	buf_release(&u->bytes);
	*u = (struct perf_data_unpack){ 0 };
}

bool perf_data_unpack_is_whole(const struct perf_data_unpack *u)
{
	return !u->bytes.n;
}

/* The packed data: everything after the header, or the number of bytes that follows it. */
static struct str packed_bytes(const struct perf_event_header *h)
{
	struct cursor c = cursor_over(str((const char *)(h + 1), h->size - sizeof(*h)));

	return h->type == PERF_DATA_COMPRESSED2 ? cursor_bytes(&c, cursor_u64(&c)) :
						  cursor_rest(&c);
}

/* Handle the whole records among the bytes, and keep the rest. */
static bool take_records(struct perf_data *r)
{
	struct buf *b = &r->unpack.bytes;
	size_t at = 0;

	while (b->n - at >= sizeof(struct perf_event_header)) {
		struct perf_event_header h;

		memcpy(&h, b->p + at, sizeof(h));
		if (!perf_data_header_fits(r, &h, UINT64_MAX))
			return false;
		if (h.size > b->n - at)
			break;
		if (h.type >= PERF_DATA_FIRST && h.type != PERF_DATA_FINISHED_ROUND)
			return in_fail_at(r->in, r->pos, "a compressed record holds one of type %u",
					  h.type);
		if (!perf_data_record(r, perf_data_aligned(r, str(b->p + at, h.size))))
			return false;
		at += h.size;
	}
	memmove(b->p, b->p + at, b->n - at);
	b->n -= at;
	return true;
}

bool perf_data_unpack(struct perf_data *r, const struct perf_event_header *h)
{
	struct perf_data_unpack *u = &r->unpack;
	struct str packed = packed_bytes(h);
	ZSTD_inBuffer from = { packed.p, packed.n, 0 };
	bool more = true;

	if (!u->stream)
		u->stream = ZSTD_createDStream();
	if (!u->stream)
		return in_fail_memory(r->in);
	while (more) {
		ZSTD_outBuffer to = { buf_room(&u->bytes, PIECE), PIECE, 0 };
		size_t left = ZSTD_decompressStream(u->stream, &to, &from);

		if (ZSTD_isError(left))
			return in_fail_at(r->in, r->pos, "a compressed record is damaged: %s",
					  ZSTD_getErrorName(left));
		u->bytes.n += to.pos;
		if (!take_records(r))
			return false;
		more = from.pos < from.size || to.pos == to.size;
	}
	return true;
}
