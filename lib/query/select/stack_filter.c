#include "query/select/stack_filter.h"

static bool is_set(const struct stack_filter *f, enum frame_pattern which)
{
	return pattern_is_set(&f->pattern[which]);
}

bool stack_filter_is_on(const struct stack_filter *f)
{
	for (size_t i = 0; i < NPATTERN; i++)
		if (is_set(f, i))
			return true;
	return false;
}

void stack_filter_begin(struct stack_filter *f, struct profile *p)
{
	locations_init(&f->locations, p, f->pattern);
	for (size_t i = 0; i < NPATTERN; i++)
		if (is_set(f, i))
			pattern_begin(&f->pattern[i], p);
}

void stack_filter_release(struct stack_filter *f)
{
	for (size_t i = 0; i < NPATTERN; i++)
		pattern_release(&f->pattern[i]);
	locations_release(&f->locations);
	vec_release(&f->run);
	vec_release(&f->stack);
}

/* Stacks: locations `from` to `to` of f->run are left. */

struct window {
	size_t from, to;
};

static uint32_t flags_at(struct stack_filter *f, size_t i)
{
	return location_at(&f->locations, f->run.v[i])->flags;
}

/* Frames above the first one that is not to be dropped stay, or all would be dropped. */
static void drop_below(struct stack_filter *f, struct window *w)
{
	bool found = false;

	for (size_t i = w->from; i < w->to; i++) {
		uint32_t flags = flags_at(f, i);

		if (!(flags & (LOCATION_DROPPED | LOCATION_DROP_BELOW)))
			found = true;
		else if (found)
			w->to = flags & LOCATION_DROPPED ? i : i + 1;
	}
}

static bool is_wanted(struct stack_filter *f, const struct window *w)
{
	uint32_t all = 0, focused = ((uint32_t)1 << f->pattern[PATTERN_FOCUS].list.n) - 1;

	if (is_set(f, PATTERN_LEAF) && !(w->to > w->from && flags_at(f, w->to - 1) & LOCATION_LEAF))
		return false;
	if (!is_set(f, PATTERN_FOCUS) && !is_set(f, PATTERN_IGNORE) && !is_set(f, PATTERN_HIDE) &&
	    !is_set(f, PATTERN_SHOW))
		return true;
	for (size_t i = w->from; i < w->to; i++)
		all |= flags_at(f, i);
	return all & LOCATION_WANTED && !(all & LOCATION_IGNORED) &&
	       all / LOCATION_FOCUS == focused;
}

static void leave_out_hidden(struct stack_filter *f, struct window *w)
{
	uint32_t *run = f->run.v;
	size_t n = w->from;

	for (size_t i = w->from; i < w->to; i++)
		if (!(flags_at(f, i) & LOCATION_HIDDEN))
			run[n++] = run[i];
	w->to = n;
}

/* Cut at the first location from the root, and at the first from the leaf. */
static bool cut_ends(struct stack_filter *f, struct window *w)
{
	if (is_set(f, PATTERN_SHOW_FROM))
		while (w->from < w->to && !(flags_at(f, w->from) & LOCATION_SHOW_FROM))
			w->from++;
	for (size_t i = w->to; i-- > w->from;)
		if (flags_at(f, i) & LOCATION_PRUNE_FROM) {
			w->to = i + 1;
			break;
		}
	return w->from < w->to || !is_set(f, PATTERN_SHOW_FROM);
}

/* The stack of the frames that are left of the locations. */
static stack_id make_stack(struct stack_filter *f, const struct window *w)
{
	f->stack.n = 0;
	for (size_t i = w->from; i < w->to; i++) {
		const struct location *location = location_at(&f->locations, f->run.v[i]);

		vec_append(&f->stack, location_frames(&f->locations, location), location->n);
	}
	return dict_add_stack(f->locations.p->dict, f->stack.v, f->stack.n);
}

static bool is_changed(struct stack_filter *f)
{
	for (size_t i = 0; i < f->run.n; i++)
		if (flags_at(f, i) & LOCATION_CHANGED)
			return true;
	return false;
}

bool stack_filter_apply(struct stack_filter *f, stack_id stack, stack_id *to)
{
	struct window w = { 0 };
	size_t all;

	locations_find(&f->locations, stack, &f->run);
	w.to = all = f->run.n;
	drop_below(f, &w);
	if (!is_wanted(f, &w))
		return false;
	if (is_set(f, PATTERN_HIDE) || is_set(f, PATTERN_SHOW)) {
		leave_out_hidden(f, &w);
		if (w.from == w.to)
			return false;
	}
	if (!cut_ends(f, &w))
		return false;
	*to = w.to - w.from == all && !is_changed(f) ? stack : make_stack(f, &w);
	return true;
}
