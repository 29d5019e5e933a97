#include "profile/remap.h"

#include "profile/stacks.h"

void remap_init(struct remap *m, struct dictionary *to, const struct dictionary *from)
{
	*m = (struct remap){ .to = to, .from = from };
	if (to == from)
		return;
	m->str = mem_zeroed(from->str.n, sizeof(uint32_t));
	m->func = mem_zeroed(from->func.n, sizeof(uint32_t));
	m->map = mem_zeroed(from->mapping.n, sizeof(uint32_t));
	m->loc = mem_zeroed(from->loc.n, sizeof(uint32_t));
	m->stack = mem_zeroed(from->stack.n, sizeof(uint32_t));
	m->label_set = mem_zeroed(from->label_set.n, sizeof(uint32_t));
}

void remap_release(struct remap *m)
{
	if (m->to == m->from)
		return;
	mem_free(m->str, m->from->str.n * sizeof(uint32_t));
	mem_free(m->func, m->from->func.n * sizeof(uint32_t));
	mem_free(m->map, m->from->mapping.n * sizeof(uint32_t));
	mem_free(m->loc, m->from->loc.n * sizeof(uint32_t));
	mem_free(m->stack, m->from->stack.n * sizeof(uint32_t));
	mem_free(m->label_set, m->from->label_set.n * sizeof(uint32_t));
	mem_free(m->frames, m->frame_cap * sizeof(*m->frames));
}

str_id remap_str(struct remap *m, str_id id)
{
	if (m->to == m->from)
		return id;
	if (!m->str[id.i])
		m->str[id.i] = dict_intern(m->to, dict_text(m->from, id)).i;
	return (str_id){ m->str[id.i] };
}

map_id remap_map(struct remap *m, map_id id)
{
	struct mapping row;

	if (m->to == m->from || !id.i)
		return id;
	if (!m->map[id.i]) {
		row = *dict_mapping(m->from, id);
		row.file = remap_str(m, row.file);
		row.build_id = remap_str(m, row.build_id);
		m->map[id.i] = dict_add_mapping(m->to, row).i;
	}
	return (map_id){ m->map[id.i] };
}

static func_id remap_func(struct remap *m, func_id id)
{
	struct func row;

	if (!m->func[id.i]) {
		row = *dict_func(m->from, id);
		row.name = remap_str(m, row.name);
		row.linkage = remap_str(m, row.linkage);
		row.file = remap_str(m, row.file);
		m->func[id.i] = dict_add_func(m->to, row).i;
	}
	return (func_id){ m->func[id.i] };
}

static loc_id remap_loc(struct remap *m, loc_id id)
{
	struct loc row;

	if (!m->loc[id.i]) {
		row = *dict_loc(m->from, id);
		row.map = remap_map(m, row.map);
		row.func = remap_func(m, row.func);
		m->loc[id.i] = dict_add_loc(m->to, row).i;
	}
	return (loc_id){ m->loc[id.i] };
}

/* As in batch.c: profiles of one program mostly list its stacks in the same order. */
static uint32_t add_next_stack(struct dictionary *d, const loc_id *frames, size_t n)
{
	struct stacks *t = &d->stack;
	uint32_t i = stacks_is(t, t->next, frames, n) ? t->next : dict_add_stack(d, frames, n).i;

	t->next = i + 1;
	return i;
}

stack_id remap_other_stack(struct remap *m, stack_id id)
{
	const loc_id *frame;
	size_t n;

	if (!m->stack[id.i]) {
		frame = dict_frames(m->from, id, &n);
		m->frames = mem_grow(m->frames, &m->frame_cap, n, sizeof(*m->frames));
		for (size_t i = 0; i < n; i++)
			m->frames[i] = remap_loc(m, frame[i]);
		m->stack[id.i] = add_next_stack(m->to, m->frames, n);
	}
	return (stack_id){ m->stack[id.i] };
}

/* The tail of a set has a smaller number, so the recursion ends. */
label_set_id remap_other_label_set(struct remap *m, label_set_id id)
{
	const struct label_set *set;
	label_set_id rest;
	struct label l;

	if (!m->label_set[id.i]) {
		set = dict_label_set(m->from, id);
		l = *dict_label(m->from, set->label);
		l.key = remap_str(m, l.key);
		l.str = remap_str(m, l.str);
		l.unit = remap_str(m, l.unit);
		rest = remap_label_set(m, set->rest);
		m->label_set[id.i] = dict_add_label(m->to, rest, l).i;
	}
	return (label_set_id){ m->label_set[id.i] };
}
