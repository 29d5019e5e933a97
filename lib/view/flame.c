#include "view/flame.h"

#include "analyze/total.h"
#include "analyze/tree_order.h"
#include "analyze/tree_wide.h"
#include "io/number.h"
#include "profile/unit.h"

static str_id waker_name(struct dictionary *d, str_id name)
{
	struct buf marked = { 0 };

	buf_add(&marked, dict_text(d, name));
	buf_add(&marked, S("_[w]"));
	name = dict_intern(d, buf_str(&marked));
	buf_release(&marked);
	return name;
}

void flame_mark_wakers(struct tree *t, struct dictionary *d)
{
	uint8_t *wakes = mem_zeroed(t->n, 1);
	str_id separator = dict_find_str(d, S("--"));

	for (uint32_t i = 1; i < t->n && separator.i; i++) {
		bool is_separator = t->node[i].name.i == separator.i;

		wakes[i] = wakes[t->node[i].parent] || is_separator;
		if (wakes[i] && !is_separator) {
			str_id name = t->node[i].name;

			t->node[i].name = waker_name(d, name);
			tree_copy_flags(t, name, t->node[i].name);
		}
	}
	mem_free(wakes, t->n);
}

static void build_tree(struct flame *f, const struct frame_names *names)
{
	static const enum tree_order orders[] = {
		[ORDER_BY_NAME] = TREE_BY_NAME,
		[ORDER_BY_WIDTH] = TREE_BY_TOTAL,
		[ORDER_AS_READ] = TREE_AS_STACKS,
		[ORDER_BY_TIME] = TREE_BY_TIME,
	};

	tree_build(&f->tree, f->p, f->o->col, names, orders[f->o->order]);
}

/*
 * Build only what is drawn, if siblings are in the order of names and widths are the values of
 * stacks. Chains rename nodes.
 */
static bool build_drawn(struct flame *f, const struct frame_names *names, double pixels)
{
	const struct view_options *o = f->o;
	int64_t sum;

	if (o->order != ORDER_BY_NAME || palette_is_chain(o->palette) || is_differential(f->p))
		return false;
	sorted_init(&f->stacks, f->p, o->col, names, SORTED_AS_TREE);
	f->has_stacks = tree_can_be_wide(&f->stacks, &sum);
	if (!f->has_stacks)
		sorted_release(&f->stacks);
	else
		tree_build_wide(&f->tree, f->p, &f->stacks, names,
				layout_least(o, o->total > (double)sum ? o->total : (double)sum,
					     pixels));
	return f->has_stacks;
}

static void build_tree_of_all(struct flame *f, const struct frame_names *names, uint32_t *node)
{
	tree_build_all(&f->tree, f->p, f->o->col, names, node);
	if (f->o->order == ORDER_BY_WIDTH)
		tree_order_by_total(&f->tree);
	else if (f->o->order == ORDER_AS_READ)
		tree_order_as_stacks(&f->tree, f->p->dict, names);
}

static uint32_t drop_negative(struct flame *f)
{
	uint32_t dropped = tree_drop_negative(&f->tree);

	if (dropped && f->o->order == ORDER_BY_WIDTH)
		tree_order_by_total(&f->tree);
	return dropped;
}

static struct str shown_unit(const struct profile *p, const struct view_options *o)
{
	struct str unit = dict_text(p->dict, p->col[o->col].unit);
	bool renamed = o->countname || o->factor != 1;

	return renamed || !unit_is_known(unit) ? S("") : unit;
}

/* pixels: 0, or as in flame_init_drawn(); node: NULL, or as in flame_init_all(). */
static bool flame_build(struct flame *f, struct profile *p, const struct view_options *o,
			struct view_result *r, double pixels, uint32_t *node)
{
	struct frame_names names;

	*f = (struct flame){
		.p = p, .o = o, .countname = view_countname(p, o), .unit = shown_unit(p, o)
	};
	frame_names_init(&names, p->dict, dict_frame_name);
	if (node)
		build_tree_of_all(f, &names, node);
	else if (pixels <= 0 || !build_drawn(f, &names, pixels))
		build_tree(f, &names);
	frame_names_release(&names);
	r->negative = drop_negative(f);
	p->saturated += f->tree.saturated;
	if (palette_is_chain(o->palette))
		flame_mark_wakers(&f->tree, p->dict);
	layout_init(&f->layout, &f->tree, o);
	evidence_init(&f->evidence, p, &f->tree);
	r->sum = layout_weight(&f->layout, 0);
	r->empty = !(r->sum > 0);
	return !r->empty;
}

bool flame_init(struct flame *f, struct profile *p, const struct view_options *o,
		struct view_result *r)
{
	return flame_build(f, p, o, r, 0, NULL);
}

bool flame_init_drawn(struct flame *f, struct profile *p, const struct view_options *o,
		      struct view_result *r, double pixels)
{
	return flame_build(f, p, o, r, pixels, NULL);
}

bool flame_init_all(struct flame *f, struct profile *p, const struct view_options *o,
		    struct view_result *r, uint32_t *node)
{
	return flame_build(f, p, o, r, 0, node);
}

void flame_put_value(const struct flame *f, struct buf *b, double v)
{
	if (f->unit.n)
		unit_print(b, v, f->unit);
	else
		number_grouped(b, v * f->o->factor);
}

void flame_put_countname(const struct flame *f, struct buf *b, double v)
{
	bool is_one = v * f->o->factor == 1 && str_eq(f->countname, S("samples"));

	if (f->unit.n)
		return;
	buf_ch(b, ' ');
	buf_add(b, is_one ? S("sample") : f->countname);
}

void flame_put_command(const struct flame *f, struct buf *b)
{
	enum { MOST = 120 };
	struct str command = profile_fact(f->p, S("command"));
	size_t n = min_size(command.n, MOST);

	while (n < command.n && n && ((uint8_t)command.p[n] & 0xc0) == 0x80)
		n--; /* do not cut within a character of UTF-8 */
	buf_add(b, str(command.p, n));
	buf_add(b, n < command.n ? S("\xe2\x80\xa6") : S(""));
}

void flame_put_total(const struct flame *f, struct buf *b)
{
	flame_put_value(f, b, f->layout.all);
	flame_put_countname(f, b, f->layout.all);
	if (f->unit.n) {
		buf_add(b, S(" of "));
		buf_add(b, dict_text(f->p->dict, f->p->col[f->o->col].type));
	}
}

void flame_release(struct flame *f)
{
	evidence_release(&f->evidence);
	layout_release(&f->layout);
	tree_release(&f->tree);
	sorted_release(&f->stacks);
}
