/*
 * Rows of one dictionary in another. A row is entered into `to` when it is first asked
 * for; its new number is kept by the old one. With to == from nothing changes.
 */
#ifndef PROFILE_REMAP_H
#define PROFILE_REMAP_H

#include "profile/dictionary.h"

/* By row of `from`: the number of the row in `to`; 0 = not entered yet. */
struct remap {
	struct dictionary *to;
	const struct dictionary *from; /* gets no more rows until remap_release() */
	uint32_t *str, *func, *map, *loc, *stack, *label_set;
	loc_id *frames; /* scratch: the frames of one stack */
	size_t frame_cap;
};

void remap_init(struct remap *m, struct dictionary *to, const struct dictionary *from);
void remap_release(struct remap *m);

str_id remap_str(struct remap *m, str_id id);
map_id remap_map(struct remap *m, map_id id);
/* The same for a stack or a set, not 0, of another dictionary. */
stack_id remap_other_stack(struct remap *m, stack_id id);
label_set_id remap_other_label_set(struct remap *m, label_set_id id);

static inline stack_id remap_stack(struct remap *m, stack_id id)
{
	return m->to == m->from || !id.i ? id : remap_other_stack(m, id);
}

static inline label_set_id remap_label_set(struct remap *m, label_set_id id)
{
	return m->to == m->from || !id.i ? id : remap_other_label_set(m, id);
}

#endif
