#include "profile/profile.h"

#include "profile/sample.h"
#include "profile/stacks.h"

void profile_init(struct profile *p)
{
	*p = (struct profile){ 0 };
	strings_init(&p->str);
	table_init(&p->func, sizeof(struct func), sizeof(struct func));
	table_init(&p->mapping, sizeof(struct mapping), offsetof(struct mapping, start));
	table_init(&p->loc, sizeof(struct loc), sizeof(struct loc));
	stacks_init(&p->stack);
	table_init(&p->label, sizeof(struct label), sizeof(struct label));
	table_init(&p->labels, sizeof(struct labels), sizeof(struct labels));
	table_init(&p->sample, sizeof(struct sample), sizeof(struct sample));
}

void profile_release(struct profile *p)
{
	samples_release(p);
	mem_free(p->comment, p->comment_cap * sizeof(*p->comment));
	table_release(&p->labels);
	table_release(&p->label);
	stacks_release(&p->stack);
	table_release(&p->loc);
	table_release(&p->mapping);
	table_release(&p->func);
	strings_release(&p->str);
	*p = (struct profile){ 0 };
}

map_id profile_add_mapping(struct profile *p, struct mapping m)
{
	uint32_t known = p->mapping.n;
	struct mapping *row;
	map_id id;

	m.one = 1;
	id.i = table_intern(&p->mapping, &m);
	row = table_row(&p->mapping, id.i);
	if (id.i < known) {
		row->flags |= m.flags;
		if (m.start < row->start)
			row->start = m.start;
	}
	return id;
}

str_id profile_frame_name(struct profile *p, loc_id id)
{
	const struct loc *l = profile_loc(p, id);
	struct str file = profile_text(p, profile_mapping(p, l->map)->file);
	struct buf name = { 0 };
	str_id text = profile_func(p, l->func)->name;

	if (text.i)
		return text;
	text = profile_func(p, l->func)->linkage;
	if (text.i)
		return text;
	file = str_basename(file);
	if (!file.n || str_eq(file, S("[unknown]")))
		return profile_str(p, S("[unknown]"));
	buf_printf(&name, "[%.*s]", STR_ARG(file));
	text = profile_str(p, buf_str(&name));
	buf_release(&name);
	return text;
}

stack_id profile_add_stack(struct profile *p, const loc_id *frames, size_t n)
{
	return (stack_id){ stacks_intern(&p->stack, frames, n, stacks_hash(frames, n)) };
}

void profile_begin(struct profile *p)
{
	if (p->before)
		p->before(p, p->before_arg);
	p->nprofile++;
}
