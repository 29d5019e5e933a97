#include "format/json/tree_samples.h"

/*
 * A chain of n nodes with samples has n * n / 2 frames. MOST_FRAMES are always allowed;
 * beyond them, the number of frames is limited in proportion to the size of the input.
 */
enum { MOST_FRAMES = 32 << 20, FRAMES_PER_BYTE = 8 };

void tree_samples_init(struct tree_samples *t, struct json_in *j, struct profile *p)
{
	tree_samples_init_in(t, j->in, p);
	t->j = j;
}

void tree_samples_init_in(struct tree_samples *t, struct in *in, struct profile *p)
{
	*t = (struct tree_samples){ .in = in, .p = p };
	table_init(&t->sums, sizeof(struct tree_sum), 8);
}

void tree_samples_release(struct tree_samples *t)
{
	table_release(&t->sums);
	vec_release(&t->groups);
	vec_release(&t->times);
	vec_release(&t->frames);
	vec_release(&t->stacks);
}

uint32_t tree_group(struct tree_samples *t, label_set_id labels, uint32_t count_col,
		    uint32_t value_col)
{
	vec_push(&t->groups, { labels, count_col, value_col, 1 });
	return (uint32_t)t->groups.n;
}

static void add_decimal(struct profile *p, struct tree_sum *s, struct json_decimal v)
{
	s->value = sat_add(p, s->value, v.whole);
	s->frac += v.frac;
	if (s->frac >= FRAC_ONE) {
		s->frac -= FRAC_ONE;
		s->value = sat_add(p, s->value, 1);
	}
}

void tree_add(struct tree_samples *t, uint32_t group, uint32_t node, uint64_t time, int64_t count,
	      struct json_decimal value)
{
	struct tree_sum key = { .group = group, .node = node }, *s;
	uint32_t row = table_intern(&t->sums, &key);
	bool has_value = t->groups.v[group - 1].value_col != TREE_NO_COLUMN;

	s = table_row(&t->sums, row);
	s->count = sat_add(t->p, s->count, count);
	add_decimal(t->p, s, value);
	if (t->p->keep_times)
		vec_push(&t->times, { time, row, has_value ? value.whole : count });
}

static bool PRINTF(2, 3) tree_fail(struct tree_samples *t, const char *fmt, ...)
{
	struct buf why = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&why, fmt, ap);
	va_end(ap);
	if (t->j)
		json_fail(t->j, "%.*s", STR_ARG(buf_str(&why)));
	else
		in_fail_at(t->in, in_pos(t->in), "%.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return false;
}

/* Gather the frames of a node's stack, leaf first. */
static bool gather_frames(struct tree_samples *t, uint32_t node)
{
	size_t steps = 0;

	vec_clear(&t->frames);
	for (; node; node = t->node[node].parent) {
		uint32_t frame = t->node[node].frame;

		if (++steps >= t->nnode)
			return tree_fail(t, "the stacks go round in a circle");
		if (t->loc && frame >= t->nloc)
			return tree_fail(t, "a stack names frame %u of %zu frames", frame - 1,
					 t->nloc - 1);
		if (frame)
			vec_push(&t->frames, t->loc ? t->loc[frame] : (loc_id){ frame });
	}
	t->nstep += steps;
	return true;
}

static bool make_stack(struct tree_samples *t, uint32_t node)
{
	if (!gather_frames(t, node))
		return false;
	if (t->nstep > MOST_FRAMES &&
	    t->nstep / FRAMES_PER_BYTE > (t->j ? t->j->pos : in_pos(t->in)))
		return tree_fail(t, "the tree is too deep: its stacks have more than %llu frames",
				 (unsigned long long)t->nstep);
	if (!in_fits(t->in, t->frames.n, 2 * sizeof(loc_id)))
		return false;
	vec_reverse(&t->frames);
	t->stacks.v[node] = dict_add_stack(t->p->dict, t->frames.v, t->frames.n);
	return true;
}

static sample_id sum_sample(struct tree_samples *t, const struct tree_sum *s)
{
	return profile_add_sample(t->p, t->stacks.v[s->node], t->groups.v[s->group - 1].labels);
}

static void add_sum(struct tree_samples *t, const struct tree_sum *s)
{
	const struct tree_group *g = &t->groups.v[s->group - 1];
	sample_id sample = sum_sample(t, s);
	struct json_decimal value = json_decimal_times((struct json_decimal){ s->value, s->frac },
						       g->scale);

	if (g->count_col != TREE_NO_COLUMN)
		profile_add_value(t->p, g->count_col, sample, s->count);
	if (g->value_col == TREE_NO_COLUMN)
		return;
	profile_add_value(t->p, g->value_col, sample, value.whole);
	if (value.frac)
		profile_add_frac(t->p, g->value_col, sample, value.frac);
}

static void add_times(struct tree_samples *t)
{
	for (size_t i = 0; i < t->times.n; i++) {
		const struct tree_time *at = &t->times.v[i];
		const struct tree_sum *s = table_row(&t->sums, at->sum);
		const struct tree_group *g = &t->groups.v[s->group - 1];
		uint32_t col = g->value_col == TREE_NO_COLUMN ? g->count_col : g->value_col;

		profile_observe(t->p, at->time * (uint64_t)g->scale, sum_sample(t, s), col,
				sat_mul(t->p, at->value, g->scale));
	}
}

bool tree_finish(struct tree_samples *t, const struct tree_node *node, size_t nnode,
		 const loc_id *loc, size_t nloc)
{
	t->node = node;
	t->nnode = nnode;
	t->loc = loc;
	t->nloc = nloc;
	index_release(&t->sums.index); /* no sum is looked for again; stacks need the memory */
	vec_append_zeroed(&t->stacks, nnode);
	for (uint32_t i = 1; i < t->sums.n; i++) {
		const struct tree_sum *s = table_row(&t->sums, i);

		if (!t->stacks.v[s->node].i && s->node && !make_stack(t, s->node))
			return false;
		add_sum(t, s);
	}
	add_times(t);
	return true;
}
