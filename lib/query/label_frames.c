#include "query/label_frames.h"

#include "base/vec.h"
#include "query/sample_groups.h"

/* A label that becomes a frame. */
struct frame_label {
	struct str name;
	str_id key;
	loc_id *of_set; /* by set of labels: the frame, 0 = not made yet */
	bool found;
};

struct frame_labels VEC_OF(struct frame_label);

static void add_names(struct frame_labels *l, const struct profile *p, struct str list)
{
	while (list.n) {
		struct str name = str_cut(&list, ',');

		vec_push(l, { .name = name,
			      .key = dict_find_str(p->dict, name),
			      .of_set = mem_zeroed(p->dict->label_set.n, sizeof(loc_id)) });
	}
}

static void release_labels(struct frame_labels *l, size_t nset)
{
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->v[i].of_set, nset * sizeof(loc_id));
	vec_release(l);
}

static loc_id label_frame(struct frame_label *l, struct profile *p, label_set_id set)
{
	struct loc loc = { 0 };
	struct func func = { 0 };

	if (l->of_set[set.i].i)
		return l->of_set[set.i];
	if (l->key.i)
		func.name = label_set_value(p, set, l->key);
	if (func.name.i) {
		l->found = true;
		func.file = l->key;
		loc.func = dict_add_func(p->dict, func);
	}
	l->of_set[set.i] = dict_add_loc(p->dict, loc);
	return l->of_set[set.i];
}

static void push_frames(struct frame_labels *l, struct profile *p, label_set_id set,
			struct buf *stack)
{
	for (size_t i = 0; i < l->n; i++) {
		loc_id frame = label_frame(&l->v[i], p, set);

		buf_put(stack, &frame, sizeof(frame));
	}
}

static void name_missing(const struct frame_labels *l, struct buf *missing, size_t *n)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].found)
			continue;
		buf_add(missing, missing->n ? S(", ") : S(""));
		buf_add(missing, l->v[i].name);
		++*n;
	}
}

size_t label_frames_add(const struct label_frames *f, struct profile *p, struct buf *missing)
{
	struct frame_labels roots = { 0 }, leaves = { 0 };
	size_t nset = p->dict->label_set.n, nsample = p->sample.n, nmissing = 0, n;
	struct sample *to = mem_zeroed(nsample, sizeof(*to));
	struct buf stack = { 0 };

	add_names(&roots, p, f->roots);
	add_names(&leaves, p, f->leaves);
	for (uint32_t i = 1; i < nsample; i++) {
		const loc_id *frames;

		to[i] = *profile_sample(p, (sample_id){ i });
		stack.n = 0;
		push_frames(&roots, p, to[i].labels, &stack);
		frames = dict_frames(p->dict, to[i].stack, &n);
		buf_put(&stack, frames, n * sizeof(*frames));
		push_frames(&leaves, p, to[i].labels, &stack);
		to[i].stack = dict_add_stack(p->dict, (const loc_id *)stack.p,
					     BUF_COUNT(&stack, loc_id));
	}
	if (roots.n + leaves.n)
		profile_remap(p, to, NULL);
	name_missing(&roots, missing, &nmissing);
	name_missing(&leaves, missing, &nmissing);
	release_labels(&roots, nset);
	release_labels(&leaves, nset);
	buf_release(&stack);
	mem_free(to, nsample * sizeof(*to));
	return nmissing;
}
