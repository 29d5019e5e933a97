#include "compare/bodies.h"

_Static_assert(sizeof(struct place) == 16, "no padding");

/* The place of an item's first frame in a stack; a node of the call tree has its depth. */
static size_t first_frame(const struct items *t, const loc_id *frame, uint32_t item)
{
	size_t at = 0;

	if (t->leaf) {
		while ((item = t->parent[item]))
			at++;
		return at;
	}
	while (t->of_loc[frame[at].i] != item)
		at++;
	return at;
}

/* The body in which a row's samples of a stack are. */
static uint32_t body_of(const struct items *t, const struct row *r, uint32_t stack)
{
	size_t n;
	const loc_id *frame = dict_frames(t->p->dict, (stack_id){ stack }, &n);
	uint32_t item = r->item;
	size_t at;

	if (!n)
		return item;
	at = r->kind == SELF ? n - 1 : first_frame(t, frame, item);
	while (at && dict_loc(t->p->dict, frame[at])->flags & LOC_INLINED) {
		at--;
		item = t->leaf ? t->parent[item] : t->of_loc[frame[at].i];
	}
	return item;
}

/* A stack of a row, in the order in which rows have them. */
struct found {
	uint32_t place, stack;
};

static void add_row(struct bodies *b, const struct comparison *c, const struct members *m,
		    uint32_t row, struct buf *found)
{
	const struct row *r = &c->row[row];
	size_t n;
	const uint32_t *stack = members_of(m, r->item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF, at;

		if (r->kind == SELF && id == stack[i])
			continue;
		at = table_intern(&b->place, &(struct place){ row, body_of(&c->items, r, id), 0 });
		((struct place *)table_row(&b->place, at))->cost += c->cost[id];
		buf_put(found, &(struct found){ at, id }, sizeof(struct found));
	}
}

static void group_stacks(struct bodies *b, const struct buf *found)
{
	const struct found *f = (const struct found *)found->p;
	size_t n = BUF_COUNT(found, struct found);

	groups_init(&b->by_place, b->place.n);
	for (size_t i = 0; i < n; i++)
		groups_count(&b->by_place, f[i].place);
	b->stack = mem_zeroed(groups_lay_out(&b->by_place), sizeof(*b->stack));
	for (size_t i = 0; i < n; i++)
		b->stack[groups_place(&b->by_place, f[i].place)] = f[i].stack;
}

void bodies_init(struct bodies *b, const struct comparison *c, const struct members *m)
{
	struct buf found = { 0 };

	*b = (struct bodies){ .nrow = c->nrow };
	table_init(&b->place, sizeof(struct place), offsetof(struct place, cost));
	b->first = mem_zeroed(c->nrow + 1, sizeof(*b->first));
	for (uint32_t i = 0; i < c->nrow; i++) {
		b->first[i] = b->place.n;
		if (c->row[i].found[TO_LIST])
			add_row(b, c, m, i, &found);
	}
	b->first[c->nrow] = b->place.n;
	group_stacks(b, &found);
	buf_release(&found);
}

void bodies_release(struct bodies *b)
{
	mem_free(b->stack, groups_total(&b->by_place) * sizeof(*b->stack));
	groups_release(&b->by_place);
	mem_free(b->first, (b->nrow + 1) * sizeof(*b->first));
	table_release(&b->place);
}
