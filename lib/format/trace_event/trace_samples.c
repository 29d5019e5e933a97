/*
 * Samples whose stacks are in "stackFrames", a tree by id:
 *
 *	"stackFrames": {"5": {"name": "f", "category": "lib.so", "parent": "4"}}
 *
 * A sample lasts until the next one of its thread; the last one counts, but has no time.
 */
#include <stdlib.h>

#include "format/trace_event/trace_event.h"

uint32_t trace_stack(struct trace_reader *r, struct str id)
{
	uint32_t n = strings_intern(&r->stack_ids, id);

	while (r->stacks.n <= n)
		vec_push(&r->stacks, { 0 });
	return n;
}

static void read_stack_frame(struct trace_reader *r, uint32_t number)
{
	struct dictionary *d = r->p->dict;
	struct str key;
	str_id name = { 0 };
	struct loc row = { 0 };
	uint32_t parent = 0;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("name")) && r->j->kind == JSON_STRING)
			name = dict_intern(d, r->j->text);
		else if (str_eq(key, S("parent")) && r->j->kind != JSON_NULL)
			parent = trace_stack(r, trace_text(r->j));
	}
	row.func = dict_add_func(d, (struct func){ .name = name });
	r->stacks.v[number] = (struct trace_stack){ dict_add_loc(d, row).i, parent };
}

void trace_read_stack_frames(struct trace_reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_stack_frame(r, trace_stack(r, key));
}

static int by_thread(const void *a, const void *b)
{
	const struct trace_sample *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* The frames as a tree in which the number of a node is that of the frame's id. */
static void list_nodes(struct trace_reader *r, struct v8_tree *tree)
{
	vec_append_zeroed(tree, r->stacks.n);
	for (size_t i = 1; i < r->stacks.n; i++)
		tree->v[i] = (struct tree_node){ r->stacks.v[i].parent, r->stacks.v[i].loc };
}

static void add_samples(struct trace_reader *r, struct tree_samples *to)
{
	uint32_t samples, cpu, group = 0;

	v8_cpu_columns(r->p, &samples, &cpu);
	for (size_t i = 0; i < r->samples.n; i++) {
		const struct trace_sample *s = &r->samples.v[i], *next = s + 1;
		int64_t ns = 0;

		if (!i || s->thread != s[-1].thread)
			group = tree_group(to, trace_labels(r, s->thread), samples, cpu);
		if (i + 1 < r->samples.n && next->thread == s->thread &&
		    __builtin_sub_overflow(next->ts, s->ts, &ns))
			ns = INT64_MAX;
		tree_add(to, group, s->stack, s->ts > 0 ? (uint64_t)s->ts : 0, 1,
			 (struct json_decimal){ ns });
	}
}

void trace_add_samples(struct trace_reader *r)
{
	struct tree_samples samples;
	struct v8_tree tree = { 0 };

	if (!r->samples.n)
		return;
	tree_samples_init(&samples, r->j, r->p);
	qsort(r->samples.v, r->samples.n, sizeof(*r->samples.v), by_thread);
	add_samples(r, &samples);
	list_nodes(r, &tree);
	tree_finish(&samples, tree.v, tree.n, NULL, 0);
	vec_release(&tree);
	tree_samples_release(&samples);
}
