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

/* What one thread writes. */
struct writing {
	OWN_CACHE_LINES struct packed k;
	struct out *out;
	bool diff;
	bool is_begun;
	uint32_t depth; /* of the node before */
	size_t room;    /* bytes that the element still takes */
};

/* The digits of a name's number: most numbers are written many times. */
struct digits {
	char text[7];
	uint8_t n;
};

static struct digits digits_of(uint32_t v)
{
	struct digits d = { 0 };

	d.n = (uint8_t)(put_digits(d.text, v) - d.text);
	return d;
}

/* A node to write. */
struct node {
	uint32_t depth;
	struct digits name;
	uint64_t self, base;
};

static inline void put_node(struct writing *w, struct node node)
{
	struct buf *b = &w->out->bytes;
	uint64_t ups = w->is_begun ? w->depth + 1 - node.depth : 0;
	char *at, *start;

	if (!w->room) {
		buf_add(b, w->k.n ? S("</metadata>\n") : S(""));
		out_add(w->out, S("<metadata class=\"tree\">"));
		w->room = CHUNK;
	}
	at = start = buf_room(b, 4 * LONGEST);
	at = put_digits(at, ups << (w->diff ? 2 : 1) | (node.self != 0) | (node.base ? 2 : 0));
	memcpy(at, &node.name, sizeof(node.name)); /* faster than as many as there are */
	at += node.name.n;
	if (node.self)
		at = put_digits(at, node.self / w->k.unit);
	if (node.base)
		at = put_digits(at, node.base / w->k.unit);
	b->n = (size_t)(at - b->p);
	w->room -= min_size(w->room, (size_t)(at - start));
	w->depth = node.depth;
	w->is_begun = true;
	w->k.n++;
}

static void end_nodes(struct writing *w)
{
	if (w->k.n)
		out_add(w->out, S("</metadata>\n"));
}

/*
 * Writing large trees takes long: another thread writes the second half, by put(second). Both
 * halves begin with a struct writing; the first has all but `out`.
 */
static void put_halves(struct packed *k, struct out *out, relay_take *put, void *first,
		       void *second, bool has_second)
{
	struct writing *a = first, *b = second;
	struct relay relay;
	OWN_CACHE_LINES struct out rest;

	out_open_memory(&rest);
	a->out = out;
	b->out = &rest;
	relay_begin(&relay, put, NULL, true);
	if (has_second)
		relay_pass(&relay, second);
	put(NULL, first);
	relay_end(&relay);
	out_add(out, buf_str(&rest.bytes));
	*k = (struct packed){ .n = a->k.n + b->k.n, .unit = a->k.unit };
	out_release(&rest);
}

/* Trees with fewer nodes are written by one thread. */
enum { MANY = 200000 };

/* The nodes of a tree */

/* The nodes after the walk's, up to and with `last` (0: all). */
struct tree_part {
	struct writing to;
	struct walk w;
	const struct namelist *names;
	uint32_t last;
};

static void put_tree_part(void *context, void *part)
{
	struct tree_part *g = part;
	struct walk *w = &g->w;

	(void)context;
	while (walk_next(w)) {
		put_node(&g->to,
			 (struct node){
				 .depth = w->depth,
				 .name = digits_of(
					 namelist_rank(g->names, w->l->tree->node[w->node].name)),
				 .self = self(w->l, w->node),
				 .base = base(w->l, w->node),
			 });
		if (g->last && w->node == g->last)
			break;
	}
	end_nodes(&g->to);
}

/* A node of many near the middle, which the walk comes to; 0 = none. */
static uint32_t middle_node(const struct layout *l)
{
	uint32_t middle = l->tree->n < MANY ? 0 : l->tree->n / 2;

	for (uint32_t i = middle; i; i = l->tree->node[i].parent)
		if (layout_weight(l, i) <= 0)
			middle = l->tree->node[i].parent;
	return middle;
}

/* Let the walk continue after a node. Left edges, which are not written, are wrong then. */
static void continue_after(struct tree_part *g, uint32_t node)
{
	struct walk *w = &g->w;

	w->begun = g->to.is_begun = true;
	w->node = node;
	for (; node; node = w->l->tree->node[node].parent)
		w->depth++;
	g->to.depth = w->depth;
}

void packed_write(struct packed *k, struct out *out, const struct layout *l,
		  const struct namelist *names)
{
	struct tree_part first = { .to.k.unit = find_unit(l),
				   .to.diff = l->tree->diff,
				   .names = names };
	struct tree_part second = first;

	first.last = middle_node(l);
	walk_init(&first.w, l, 0);
	walk_init(&second.w, l, 0);
	continue_after(&second, first.last);
	put_halves(k, out, put_tree_part, &first, &second, first.last != 0);
	walk_release(&first.w);
	walk_release(&second.w);
}

/* The nodes of sorted stacks */

/* Nodes from `from` to before `to`, in the numbers that a tree of the stacks would have. */
struct stacks_part {
	struct writing to;
	const struct sorted *s;
	const struct digits *name; /* by location: of the rank of its name */
	size_t from, before;
};

/* The root's own value: that of the stack without frames, which is the first. */
static uint64_t root_value(const struct sorted *s)
{
	return s->n && !s->stack[0].n ? (uint64_t)s->stack[0].value : 0;
}

static void put_stacks_part(void *context, void *part)
{
	enum { AHEAD = 8 };
	struct stacks_part *g = part;
	const struct sorted *s = g->s;
	size_t at = 1, next; /* the first nodes of this stack and of the next one */

	(void)context;
	buf_grow(&g->to.out->bytes, (g->before - g->from) * 4); /* about what they take */
	if (!g->from)
		put_node(&g->to, (struct node){ .name = digits_of(0), .self = root_value(s) });
	for (size_t i = 0; i < s->n && at < g->before; i++, at = next) {
		const struct sorted_stack *stack = &s->stack[i];
		const loc_id *frame = s->frame + stack->first;
		uint32_t j = stack->shared, n = stack->n;

		next = at + n - j;
		if (next <= g->from)
			continue;
		if (i + AHEAD < s->n)
			__builtin_prefetch(s->frame + s->stack[i + AHEAD].first);
		if (at < g->from)
			j += (uint32_t)(g->from - at);
		if (g->before < next)
			n -= (uint32_t)(next - g->before);
		for (; j < n; j++)
			put_node(&g->to,
				 (struct node){
					 .depth = j + 1,
					 .name = g->name[frame[j].i],
					 .self = j + 1 == stack->n ? (uint64_t)stack->value : 0,
				 });
	}
	end_nodes(&g->to);
}

/* A part whose first node is not the root continues after the stack before, or within a stack. */
static void continue_from(struct stacks_part *g, size_t node)
{
	size_t at = 1;

	g->from = node;
	g->to.is_begun = true;
	for (size_t i = 0; at < node; i++) {
		const struct sorted_stack *stack = &g->s->stack[i];
		size_t next = at + stack->n - stack->shared;

		g->to.depth = next <= node ? stack->n : stack->shared + (uint32_t)(node - at);
		at = next;
	}
}

static struct digits *names_by_location(const struct sorted *s, const struct namelist *names)
{
	struct digits *name = mem_zeroed(s->nloc, sizeof(*name));

	for (size_t i = 1; i < s->nloc; i++)
		name[i] = digits_of(namelist_rank(names, s->text[s->as_leaf[i]]));
	return name;
}

void packed_write_stacks(struct packed *k, struct out *out, const struct sorted *s,
			 const struct namelist *names)
{
	struct digits *name = names_by_location(s, names);
	struct stacks_part first = { .s = s, .name = name }, second;
	size_t n = 1;

	for (size_t i = 0; i < s->n; i++) {
		n += s->stack[i].n - s->stack[i].shared;
		if (first.to.k.unit != 1)
			first.to.k.unit = common_divisor((uint64_t)s->stack[i].value,
							 first.to.k.unit);
	}
	if (n > UINT32_MAX)
		mem_exhausted("a tree cannot have more than %u nodes", UINT32_MAX);
	first.to.k.unit += !first.to.k.unit;
	second = first;
	first.before = n < MANY ? n : n / 2 + 1;
	second.before = n;
	if (first.before < n)
		continue_from(&second, first.before);
	put_halves(k, out, put_stacks_part, &first, &second, first.before < n);
	mem_free(name, s->nloc * sizeof(*name));
}
