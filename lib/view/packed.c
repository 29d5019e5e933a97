#include "view/packed.h"

#include "base/relay.h"

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

/* The nodes after the walk's, up to and with `last` (0: all), which one thread writes. */
struct packing {
	struct packed k;
	struct walk w;
	const struct namelist *names;
	uint32_t last;
	struct out *out;
};

static void put_nodes(struct packing *g)
{
	struct out *out = g->out;
	struct walk *w = &g->w;
	bool is_first = !w->begun;
	uint32_t depth = w->depth;
	size_t room = 0;

	while (walk_next(w)) {
		size_t before;

		if (!room) {
			buf_add(&out->bytes, g->k.n ? S("</metadata>\n") : S(""));
			out_add(out, S("<metadata class=\"tree\">"));
			room = CHUNK;
		}
		before = out->bytes.n;
		put_node(&g->k, &out->bytes, w, is_first ? 0 : depth + 1 - w->depth,
			 namelist_rank(g->names, w->l->tree->node[w->node].name));
		depth = w->depth;
		is_first = false;
		room -= min_size(room, out->bytes.n - before);
		if (g->last && w->node == g->last)
			break;
	}
	if (g->k.n)
		out_add(out, S("</metadata>\n"));
}

static void put_second_half(void *context, void *packing)
{
	(void)context;
	put_nodes(packing);
}

/* A node of many near the middle, which the walk comes to; 0 = none. */
static uint32_t middle_node(const struct layout *l)
{
	enum { MANY = 200000 };
	uint32_t middle = l->tree->n < MANY ? 0 : l->tree->n / 2;

	for (uint32_t i = middle; i; i = l->tree->node[i].parent)
		if (layout_weight(l, i) <= 0)
			middle = l->tree->node[i].parent;
	return middle;
}

/* Let the walk continue after a node. Left edges, which are not written, are wrong then. */
static void continue_after(struct walk *w, uint32_t node)
{
	w->begun = true;
	w->node = node;
	for (; node; node = w->l->tree->node[node].parent)
		w->depth++;
}

/* Writing large trees takes long: another thread writes what comes after the middle. */
void packed_write(struct packed *k, struct out *out, const struct layout *l,
		  const struct namelist *names)
{
	struct packing first = { .k.unit = find_unit(l), .names = names, .out = out };
	struct packing second = first;
	struct relay relay;
	struct out rest;

	first.last = middle_node(l);
	walk_init(&first.w, l, 0);
	walk_init(&second.w, l, 0);
	out_open_memory(&rest);
	second.out = &rest;
	continue_after(&second.w, first.last);
	relay_begin(&relay, put_second_half, NULL, true);
	if (first.last)
		relay_pass(&relay, &second);
	put_nodes(&first);
	relay_end(&relay);
	out_add(out, buf_str(&rest.bytes));
	*k = (struct packed){ .n = first.k.n + second.k.n, .unit = first.k.unit };
	out_release(&rest);
	walk_release(&first.w);
	walk_release(&second.w);
}
