#include "view/packed.h"

enum { CHUNK = 64 << 10, LONGEST = 13 };

/* Write up to LONGEST digits. Returns where they end. */
static inline char *put_digits(char *at, uint64_t v)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; v >= 32; v >>= 5)
		*at++ = digits[(v & 31) | 32];
	*at++ = digits[v];
	return at;
}

void number_pack(struct buf *b, uint64_t v)
{
	b->n = (size_t)(put_digits(buf_room(b, LONGEST), v) - b->p);
}

static uint64_t self(const struct layout *l, uint32_t node)
{
	int64_t v = l->tree->node[node].self;

	return v > 0 ? (uint64_t)v : 0;
}

static uint64_t base(const struct layout *l, uint32_t node)
{
	int64_t v = l->tree->diff ? l->tree->base_self[node] : 0;

	return v > 0 ? (uint64_t)v : 0;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Times are multiples of the sampling period, which is written once. */
static uint64_t find_unit(const struct layout *l)
{
	uint64_t unit = 0;

	for (uint32_t i = 0; i < l->tree->n && unit != 1; i++) {
		if (self(l, i))
			unit = common_divisor(self(l, i), unit);
		if (base(l, i))
			unit = common_divisor(base(l, i), unit);
	}
	return unit ? unit : 1;
}

static void put_node(struct packed *k, struct buf *b, const struct walk *w, uint32_t ups,
		     uint32_t name)
{
	bool diff = w->l->tree->diff;
	uint64_t own = self(w->l, w->node), before = base(w->l, w->node);
	char *at = buf_room(b, 4 * LONGEST);

	at = put_digits(at, (uint64_t)ups << (diff ? 2 : 1) | (own != 0) | (before ? 2 : 0));
	at = put_digits(at, name);
	if (own)
		at = put_digits(at, own / k->unit);
	if (before)
		at = put_digits(at, before / k->unit);
	b->n = (size_t)(at - b->p);
	k->n++;
}

void packed_write(struct packed *k, struct out *out, const struct layout *l,
		  const struct namelist *names)
{
	struct walk w;
	uint32_t depth = 0;
	size_t room = 0;

	*k = (struct packed){ .unit = find_unit(l) };
	walk_init(&w, l, 0);
	while (walk_next(&w)) {
		size_t before;

		if (!room) {
			buf_add(&out->bytes, k->n ? S("</metadata>\n") : S(""));
			out_add(out, S("<metadata class=\"tree\">"));
			room = CHUNK;
		}
		before = out->bytes.n;
		put_node(k, &out->bytes, &w, k->n ? depth + 1 - w.depth : 0,
			 namelist_rank(names, l->tree->node[w.node].name));
		depth = w.depth;
		room -= min_size(room, out->bytes.n - before);
	}
	out_add(out, S("</metadata>\n"));
	walk_release(&w);
}
