#include "compare/blame.h"

/* Stacks with the same first frames, and the parts of the change in their next frames. */
struct descent {
	struct comparison *c;
	uint32_t *stack;
	size_t n;
	double sign;     /* -1 to follow a decrease */
	double *part;    /* by item: its part of the change; 0 between two steps */
	struct buf seen; /* uint32_t: the items that may have a part */
};

static uint32_t item_at(const struct descent *d, uint32_t stack, size_t depth)
{
	const struct items *t = &d->c->items;
	size_t n;
	const loc_id *frame = dict_frames(t->p->dict, (stack_id){ stack }, &n);

	return depth < n ? t->of_loc[frame[depth].i] : 0;
}

/* The item at that depth with the largest part, which is stored in *most. */
static uint32_t find_largest_part(struct descent *d, size_t depth, double *most)
{
	uint32_t best = 0;

	d->seen.n = 0;
	for (size_t i = 0; i < d->n; i++) {
		uint32_t item = item_at(d, d->stack[i], depth);

		if (!item)
			continue;
		if (d->part[item] == 0)
			buf_put(&d->seen, &item, sizeof(item));
		d->part[item] += d->sign * d->c->cost[d->stack[i]];
	}
	*most = 0;
	for (size_t i = 0; i < BUF_COUNT(&d->seen, uint32_t); i++) {
		uint32_t item = ((const uint32_t *)d->seen.p)[i];

		if (d->part[item] > *most) {
			*most = d->part[item];
			best = item;
		}
	}
	for (size_t i = 0; i < BUF_COUNT(&d->seen, uint32_t); i++)
		d->part[((const uint32_t *)d->seen.p)[i]] = 0;
	return best;
}

/* Keep only the stacks that have that item at that depth. */
static void descend_into(struct descent *d, size_t depth, uint32_t item)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (item_at(d, d->stack[i], depth) == item)
			d->stack[n++] = d->stack[i];
	d->n = n;
}

static void add_path_name(struct descent *d, struct buf *path, uint32_t item)
{
	const struct items *t = &d->c->items;
	struct str name = dict_text(t->p->dict, t->item[item].name);

	if (path->n)
		buf_ch(path, ';');
	for (size_t i = 0; i < name.n; i++)
		buf_ch(path, name.p[i] == ';' ? ':' : name.p[i]);
}

static void descent_init(struct descent *d, struct comparison *c, double sign)
{
	*d = (struct descent){ .c = c, .sign = sign };
	d->part = mem_zeroed(c->items.n, sizeof(*d->part));
	d->stack = mem_zeroed(c->matrix.nstack, sizeof(*d->stack));
}

static void descent_release(struct descent *d)
{
	mem_free(d->part, d->c->items.n * sizeof(*d->part));
	mem_free(d->stack, d->c->matrix.nstack * sizeof(*d->stack));
	buf_release(&d->seen);
}

void blame_row(struct comparison *c, const struct members *m, struct row *r, struct buf *path)
{
	struct descent d;
	size_t n;
	const uint32_t *stack = members_of(m, r->item, &n);
	double part;
	uint32_t item;

	descent_init(&d, c, r->up ? 1 : -1);
	for (size_t i = 0; i < n; i++)
		if (r->kind == INCLUSIVE || stack[i] & MEMBER_LEAF)
			d.stack[d.n++] = stack[i] & ~(uint32_t)MEMBER_LEAF;
	for (size_t depth = 0; (item = find_largest_part(&d, depth, &part)); depth++) {
		add_path_name(&d, path, item);
		if (item == r->item)
			break;
		if (items_is_own(&c->items, item))
			r->site = item;
		descend_into(&d, depth, item);
	}
	descent_release(&d);
}

void blame_total(struct comparison *c, struct buf *path)
{
	/*
	 * With this, all others together have less than half of this one's part. With more than the
	 * inverse, others fell, and code may have moved between them and this one.
	 */
	const double most_of_it = 0.7;
	struct descent d;
	double whole = 0, part;
	uint32_t item;

	descent_init(&d, c, 1);
	for (uint32_t i = 0; i < c->matrix.nstack; i++) {
		whole += c->cost[i];
		if (c->cost[i] != 0)
			d.stack[d.n++] = i;
	}
	for (size_t depth = 0; whole > 0 && (item = find_largest_part(&d, depth, &part)); depth++) {
		if (part < most_of_it * whole || whole < most_of_it * part)
			break;
		add_path_name(&d, path, item);
		descend_into(&d, depth, item);
		whole = part;
	}
	descent_release(&d);
}
