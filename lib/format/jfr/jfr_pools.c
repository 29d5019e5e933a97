/*
 * The constants of a chunk are in checkpoint events. The header has the offset of the last
 * one, and each has the distance to the previous one. Constants are only located here, not
 * decoded, since samples need few of them. If a key occurs again, the newest constant counts.
 */
#include "format/jfr/jfr.h"

struct jfr_constant *jfr_find(const struct jfr_chunk *k, enum jfr_pool pool, uint64_t key)
{
	struct jfr_constant row = { .key = key, .pool = pool, .one = 1 };
	uint32_t i = table_find(&k->constants, &row);

	return i ? table_row(&k->constants, i) : NULL;
}

static void add_constant(struct jfr_reader *r, struct cursor *c, enum jfr_pool pool, uint64_t key)
{
	enum { STEP = 1 << 16, COST = 2 * sizeof(struct jfr_constant) };
	struct jfr_chunk *k = &r->chunk;
	struct jfr_constant row = {
		.key = key, .pool = pool, .one = 1, .at = cursor_pos(c) - k->pos
	};

	if (k->constants.n % STEP == 0 && !in_fits(r->in, k->constants.n, COST))
		cursor_fail(c);
	else
		table_intern(&k->constants, &row);
}

static void read_pool(struct jfr_reader *r, struct cursor *c)
{
	struct jfr_chunk *k = &r->chunk;
	const struct jfr_class *class = jfr_class_of(k, jfr_long(k, c));
	uint64_t n = jfr_int(k, c);

	if (!class)
		cursor_fail(c);
	for (; n && !c->failed; n--) {
		uint64_t key = jfr_long(k, c);

		if (class->pool)
			add_constant(r, c, class->pool, key);
		jfr_skip_value(k, c, (uint32_t)(class - k->classes.v));
	}
}

/* Read the checkpoint at this offset; *at becomes the offset of the previous one, or 0. */
static bool read_checkpoint(struct jfr_reader *r, uint64_t *at, uint64_t limit)
{
	struct jfr_chunk *k = &r->chunk;
	struct cursor all = jfr_cursor(k, *at), c = all;
	uint64_t size = jfr_int(k, &c);
	int64_t delta;

	if (size > limit - *at)
		return jfr_damaged(r, *at, "a list of constants is longer than its place");
	c.end = all.at + size;
	jfr_long(k, &c); /* type */
	jfr_long(k, &c); /* start */
	jfr_long(k, &c); /* duration */
	delta = (int64_t)jfr_long(k, &c);
	cursor_skip(&c, 1); /* flags */
	for (uint64_t n = jfr_int(k, &c); n && !c.failed; n--)
		read_pool(r, &c);
	if (c.failed && !r->in->failed)
		return jfr_damaged(r, *at, "the constants of a chunk are damaged");
	if (delta > 0 || 0 - (uint64_t)delta > *at)
		return jfr_damaged(r, *at,
				   "the list of constants before this one is not before it");
	*at = delta ? *at + (uint64_t)delta : 0;
	return !r->in->failed;
}

/* Does any constant have this text? */
static bool has_text(struct jfr_reader *r, enum jfr_pool pool, struct str text)
{
	struct jfr_chunk *k = &r->chunk;

	for (uint32_t i = 1; i < k->constants.n; i++) {
		const struct jfr_constant *constant = table_row(&k->constants, i);

		if (constant->pool == pool &&
		    str_eq(jfr_constant_text(r, pool, constant->key), text))
			return true;
	}
	return false;
}

bool jfr_read_pools(struct jfr_reader *r)
{
	struct jfr_chunk *k = &r->chunk;
	uint64_t at = k->pools_at, limit = k->bytes.n;

	while (at) {
		uint64_t now = at;

		if (!read_checkpoint(r, &at, limit))
			return false;
		limit = now;
	}
	k->has_native_types = has_text(r, JFR_FRAME_TYPES, S("Kernel"));
	k->has_default_state = has_text(r, JFR_THREAD_STATES, S("STATE_DEFAULT"));
	return true;
}

bool jfr_read_constant(struct jfr_chunk *k, enum jfr_pool pool, const struct jfr_constant *constant,
		       struct jfr_record *record)
{
	struct cursor c;

	if (!constant)
		return false;
	c = jfr_cursor(k, constant->at);
	jfr_read_record(k, &c, &k->classes.v[k->pool_class[pool]], record);
	return !c.failed;
}
