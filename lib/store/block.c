#include "store/block.h"

/* Reading the index */

static bool tail_get(struct block *b)
{
	struct section *s = b->index;
	struct str tail = str(b->file.p + b->file.n - BLOCK_TAIL, BLOCK_TAIL);
	struct cursor c = cursor_over(tail);
	uint32_t version;
	struct str magic;

	for (int i = 0; i < 2; i++) {
		s[i].at = cursor_u64(&c);
		s[i].size = cursor_u64(&c);
		s[i].raw = cursor_u64(&c);
		s[i].check = cursor_u64(&c);
	}
	version = cursor_u32(&c);
	magic = cursor_bytes(&c, 4);
	if (!str_eq(magic, S("kolb")) || cursor_u64(&c) != check_bytes(str(tail.p, BLOCK_TAIL - 8)))
		return in_fail_at(&b->in, b->file.n - BLOCK_TAIL,
				  "the end of the block is damaged");
	if (version < 1 || version > STORE_VERSION)
		return in_fail_at(&b->in, b->file.n - BLOCK_TAIL,
				  "the block is of version %u; this program reads up to %d",
				  version, STORE_VERSION);
	b->version = version;
	return true;
}

static bool head_check(struct block *b)
{
	struct cursor c = cursor_over(b->file);
	bool ok = str_eq(cursor_bytes(&c, 8), S("profblok"));

	ok = cursor_u32(&c) == b->version && ok;
	ok = cursor_u32(&c) == b->level && ok;
	ok = cursor_u64(&c) == b->id && ok;
	return ok || in_fail_at(&b->in, 0, "the beginning of the block is damaged");
}

static void group_get(struct block *b, struct cursor *c)
{
	struct group g = { .name = get_text(c) };
	size_t n;

	g.symbols = section_get(c);
	g.stacks = section_get(c);
	n = get_count(c);
	for (size_t i = 0; i < n && !c->failed; i++)
		vec_push(&g.key, get_text(c));
	vec_push(&b->group, g);
}

static void series_of_block_get(struct block *b, struct cursor *c)
{
	struct block_series s = { .group = get_below(c, b->group.n) };

	if (!series_get(&s.series, get_text(c)))
		cursor_fail(c);
	vec_push(&b->series, s);
}

static void sum_of_series_get(struct block_series *s, struct cursor *c)
{
	struct series_sum *sum = &s->sum;

	sum->nprofile = get_uleb(c);
	sum->nmerged = get_uleb(c);
	sum->first = get_sleb(c);
	sum->last = (int64_t)get_delta(c, (uint64_t)sum->first);
	sum->default_type = get_text(c);
	vec_reserve_few(&sum->total, s->series.type.n);
	for (size_t i = 0; i < s->series.type.n && !c->failed; i++)
		vec_push(&sum->total, get_sleb(c));
}

static bool index_get(struct block *b, struct cursor *c)
{
	size_t n;

	b->level = get_below(c, 256);
	b->id = cursor_u64(c);
	b->first = get_sleb(c);
	b->last = get_sleb(c);
	b->nprofile = get_uleb(c);
	b->nrow = get_uleb(c);
	n = get_count(c);
	for (size_t i = 0; i < n && !c->failed; i++) {
		struct replaced r = { .id = cursor_u64(c) };

		r.from = get_sleb(c);
		r.to = get_sleb(c);
		vec_push(&b->replaced, r);
	}
	n = get_count(c);
	for (size_t i = 0; i < n && !c->failed; i++)
		group_get(b, c);
	n = get_count(c);
	for (size_t i = 0; i < n && !c->failed; i++)
		series_of_block_get(b, c);
	for (size_t i = 0; b->version >= 2 && i < n && !c->failed; i++)
		sum_of_series_get(&b->series.v[i], c);
	return !c->failed && !cursor_left(c);
}

static bool chunks_index_get(struct block *b, struct cursor *c)
{
	size_t n = get_count(c);

	for (size_t i = 0; i < n && !c->failed; i++) {
		struct chunk k = { .series = get_below(c, b->series.n) };

		k.first = get_sleb(c);
		k.last = (int64_t)get_delta(c, (uint64_t)k.first);
		k.nprofile = get_uleb(c);
		k.nrow = get_uleb(c);
		k.nsection = (uint32_t)get_count(c);
		k.section = b->section.n;
		if (c->failed || k.nsection != CHUNK_VALUES + b->series.v[k.series].series.type.n) {
			cursor_fail(c);
			break;
		}
		for (uint32_t s = 0; s < k.nsection; s++)
			vec_push(&b->section, section_get(c));
		vec_push(&b->chunk, k);
	}
	return !c->failed && !cursor_left(c);
}

static bool read_index(struct block *b)
{
	const struct section *s = b->index;
	struct cursor c;

	if (b->file.n < BLOCK_HEAD + BLOCK_TAIL)
		return in_fail_at(&b->in, b->file.n, "the block is cut short");
	if (b->in.want && !b->in.want(b->in.want_context, b->file.n - BLOCK_TAIL, BLOCK_TAIL))
		return false;
	if (!tail_get(b) || !section_unpack(&s[0], &b->in, b->file, &b->bytes))
		return false;
	c = cursor_at(buf_str(&b->bytes), s[0].at);
	if (!index_get(b, &c))
		return in_fail_at(&b->in, s[0].at, "the index is malformed");
	return b->in.want || head_check(b); /* in S3, a check of the head would cost a request */
}

bool block_read_chunks(struct block *b)
{
	const struct section *s = &b->index[1];
	struct buf chunks = { 0 };
	struct cursor c;
	bool ok;

	if (b->has_chunks)
		return true;
	ok = section_unpack(s, &b->in, b->file, &chunks);
	c = cursor_at(buf_str(&chunks), s->at);
	if (ok && !chunks_index_get(b, &c))
		ok = in_fail_at(&b->in, s->at, "the index of chunks is malformed");
	buf_release(&chunks);
	return b->has_chunks = ok;
}

bool block_open(struct block *b, const char *path)
{
	*b = (struct block){ 0 };
	if (!in_open_with(&b->in, path, &(struct in_options){ .plain = true }) ||
	    !in_map(&b->in, &b->file))
		return false;
	return read_index(b);
}

bool block_begin_object(struct block *b, const char *path, struct s3 *s3, const char *name,
			uint64_t size)
{
	*b = (struct block){ 0 };
	in_open_memory(&b->in, path, str("", 0));
	if (!ranges_open(&b->ranges, s3, name, size, &b->in))
		return false;
	b->file = b->ranges.bytes;
	return true;
}

bool block_open_object(struct block *b)
{
	return !b->in.failed && read_index(b);
}

void block_close(struct block *b)
{
	for (size_t i = 0; i < b->group.n; i++)
		vec_release(&b->group.v[i].key);
	for (size_t i = 0; i < b->series.n; i++) {
		series_release(&b->series.v[i].series);
		vec_release(&b->series.v[i].sum.total);
	}
	vec_release(&b->replaced);
	vec_release(&b->group);
	vec_release(&b->series);
	vec_release(&b->chunk);
	vec_release(&b->section);
	buf_release(&b->bytes);
	ranges_close(&b->ranges);
	in_close(&b->in);
	in_release(&b->in);
}
