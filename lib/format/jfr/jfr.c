/*
 * JFR: recordings of Java's flight recorder and of async-profiler, version 2.
 *
 * A recording is one or more chunks, each with a header of 68 bytes, big-endian:
 *
 *	 0  "FLR\0", version (major, minor: 16 bits each)
 *	 8  size of the chunk, offset of the last constants, offset of the metadata
 *	32  start and duration in ns since 1970, start in ticks, ticks per second
 *	64  state, three bytes; flags: bit 0 says that integers are varints
 *
 * A chunk is read as a whole, since its events come before their description. So memory
 * depends on the largest chunk, and recordings may be concatenated or come from a pipe. The
 * profile is the sum of all chunks of the input.
 *
 * While a recording is being written, its last chunk has no size yet, or no constants, or ends
 * early. Such a chunk is read as far as it describes itself, and a note says so.
 */
#include "format/jfr/jfr.h"

#include "format/format.h"

enum { HEADER = 68, VERSION = 2, WORK_PER_BYTE = 64, WORK_LEAST = 1 << 20 };

bool jfr_damaged(struct jfr_reader *r, uint64_t offset, const char *what)
{
	in_bad_at(r->in, r->chunk.pos + offset, "%s", what);
	return false;
}

/* Chunks */

static void chunk_init(struct jfr_chunk *k)
{
	table_init(&k->class_ids, sizeof(struct jfr_class_id), offsetof(struct jfr_class_id, row));
	table_init(&k->constants, sizeof(struct jfr_constant), offsetof(struct jfr_constant, at));
	table_init(&k->origins, sizeof(struct jfr_origin), offsetof(struct jfr_origin, labels));
}

static void chunk_clear(struct jfr_chunk *k)
{
	arena_release(&k->names);
	vec_clear(&k->classes);
	vec_clear(&k->fields);
	table_clear(&k->class_ids);
	table_clear(&k->constants);
	table_clear(&k->origins);
	memset(k->frames, 0, sizeof(k->frames));
	k->frame_class = NULL;
	k->has_native_types = k->has_default_state = false;
	k->depth = 0;
}

static void chunk_release(struct jfr_chunk *k)
{
	arena_release(&k->names);
	vec_release(&k->classes);
	vec_release(&k->fields);
	table_release(&k->class_ids);
	table_release(&k->constants);
	table_release(&k->origins);
}

/* Read the header at the input's position, where there are at least 68 bytes. */
static bool read_header(struct jfr_reader *r, struct str head)
{
	struct jfr_chunk *k = &r->chunk;
	struct cursor c = cursor_at(head, in_pos(r->in));
	uint16_t major, minor;

	c.big_endian = true;
	k->pos = in_pos(r->in);
	if (!str_eq(cursor_bytes(&c, 4), S("FLR\0")))
		return in_fail_at(r->in, k->pos, "expected a chunk of a JFR recording here");
	major = cursor_u16(&c);
	minor = cursor_u16(&c);
	if (major != VERSION)
		return in_fail_at(r->in, k->pos, "is JFR version %u.%u; only 2 can be read", major,
				  minor);
	k->size = cursor_u64(&c);
	k->pools_at = cursor_u64(&c);
	k->metadata_at = cursor_u64(&c);
	k->start_ns = cursor_u64(&c);
	k->duration_ns = cursor_u64(&c);
	k->start_ticks = cursor_u64(&c);
	k->ticks_per_second = cursor_u64(&c);
	cursor_skip(&c, 2);
	k->is_packed = cursor_u16(&c) & 1;
	return true;
}

static bool is_plausible(struct jfr_reader *r)
{
	const struct jfr_chunk *k = &r->chunk;

	if (k->size < HEADER)
		return in_fail_at(r->in, k->pos, "a chunk has %llu bytes, less than its header",
				  (unsigned long long)k->size);
	if (!k->ticks_per_second || k->ticks_per_second > INT64_MAX)
		return in_fail_at(r->in, k->pos, "a chunk's clock has no frequency");
	if (k->pools_at >= k->size || k->metadata_at >= k->size)
		return in_fail_at(r->in, k->pos, "a chunk's description is outside of it");
	return true;
}

/* Note that the rest of the input cannot be read: it is being written, or was cut short. */
static void end_early(struct jfr_reader *r, const char *what)
{
	if (r->nchunk)
		in_note(r->in, 0, "the last chunk of the recording is left out: %s", what);
	else
		in_fail_at(r->in, r->chunk.pos,
			   "has no complete chunk: %s; 'jcmd PID JFR.dump' writes one", what);
	r->ended = true;
}

static void add_window(struct jfr_reader *r)
{
	const struct jfr_chunk *k = &r->chunk;
	struct header *h = &r->p->head;
	int64_t start = k->start_ns > INT64_MAX ? 0 : (int64_t)k->start_ns,
		duration = k->duration_ns > INT64_MAX ? 0 : (int64_t)k->duration_ns,
		end = sat_add(r->p, start, duration);

	if (!h->time || start < h->time)
		h->time = start;
	if (end > h->end)
		h->end = end;
	h->duration = sat_add(r->p, h->duration, duration);
}

static void read_chunk(struct jfr_reader *r)
{
	struct jfr_chunk *k = &r->chunk;

	chunk_clear(k);
	k->work = k->bytes.n * WORK_PER_BYTE + WORK_LEAST;
	if (!jfr_read_metadata(r) || !jfr_read_pools(r))
		return;
	jfr_read_events(r);
	add_window(r);
	r->nchunk++;
}

/* Read the chunk whose header comes next. */
static void next_chunk(struct jfr_reader *r)
{
	struct jfr_chunk *k = &r->chunk;
	struct str head = in_peek(r->in, HEADER);

	if (r->in->failed)
		return;
	if (head.n < HEADER) {
		k->pos = in_pos(r->in);
		end_early(r, "it ends within its header");
	} else if (!read_header(r, head)) {
		return;
	} else if (!k->size || !k->pools_at || !k->metadata_at) {
		end_early(r, "it was still being written");
	} else if (is_plausible(r)) {
		k->bytes = in_peek(r->in, k->size);
		if (k->bytes.n > k->size)
			k->bytes.n = k->size;
		if (k->pools_at >= k->bytes.n || k->metadata_at >= k->bytes.n) {
			end_early(r, "it ends before what describes it");
			return;
		}
		if (k->bytes.n < k->size)
			in_note(r->in, 0,
				"the last chunk of the recording ends early: %zu of %llu bytes",
				k->bytes.n, (unsigned long long)k->size);
		read_chunk(r);
		in_skip(r->in, k->bytes.n);
	}
}

static void skip_rest(struct in *in)
{
	struct str bytes;

	while ((bytes = in_peek(in, 1)).n)
		in_skip(in, bytes.n);
}

static bool jfr_read(struct in *in, struct profile *p)
{
	struct jfr_reader r = { .in = in, .p = p };

	chunk_init(&r.chunk);
	while (!in->failed && !r.ended && in_peek(in, 1).n)
		next_chunk(&r);
	if (r.ended)
		skip_rest(in);
	if (!in->failed)
		jfr_finish(&r);
	chunk_release(&r.chunk);
	vec_release(&r.frames);
	buf_release(&r.text);
	buf_release(&r.name);
	buf_release(&r.other);
	buf_release(&r.left_out);
	buf_release(&r.settings.event);
	return !in->failed;
}

static int jfr_sniff(struct sniff *s)
{
	enum { MAGIC_BITS = 32 };

	return str_starts(s->head, S("FLR\0")) ? MAGIC_BITS : 0;
}

const struct format format_jfr = {
	.name = "jfr",
	.help = "recordings of Java's flight recorder and async-profiler",
	.sniff = jfr_sniff,
	.read = jfr_read,
	.events = true,
};
