#include "format/pyroscope/named_stack.h"

void named_stacks_begin(struct named_stacks *s, struct profile *p)
{
	int64_t scale;

	*s = (struct named_stacks){ .p = p };
	s->col = profile_column(p, dict_intern(p->dict, S("samples")),
				dict_intern(p->dict, S("count")), &scale);
}

void named_stacks_release(struct named_stacks *s)
{
	vec_release(&s->frames);
}

loc_id named_stacks_frame(struct named_stacks *s, struct str name)
{
	struct dictionary *d = s->p->dict;
	struct loc row = { .func = dict_add_func(d,
						 (struct func){ .name = dict_intern(d, name) }) };

	return dict_add_loc(d, row);
}

void named_stacks_add(struct named_stacks *s, const loc_id *frames, size_t n, int64_t value)
{
	stack_id stack = dict_add_stack(s->p->dict, frames, n);

	profile_add_value(s->p, s->col, profile_add_sample(s->p, stack, (label_set_id){ 0 }),
			  value);
}

void named_stacks_add_text(struct named_stacks *s, struct str stack, int64_t value)
{
	vec_clear(&s->frames);
	while (stack.n) {
		struct str name = str_cut(&stack, ';');

		if (name.n)
			vec_push(&s->frames, named_stacks_frame(s, name));
	}
	named_stacks_add(s, s->frames.v, s->frames.n, value);
}
