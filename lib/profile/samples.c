#include "profile/samples.h"

void samples_release(struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		column_release(p, &p->col[i]);
	mem_free(p->col, p->col_cap * sizeof(*p->col));
	mem_free(p->newest, p->nnewest * sizeof(*p->newest));
	mem_free(p->older, p->cap * sizeof(*p->older));
	table_release(&p->sample);
}

void samples_clear(struct profile *p)
{
	for (uint32_t i = 1; i < p->sample.n; i++)
		p->newest[profile_sample(p, (sample_id){ i })->stack.i] = 0;
	table_clear(&p->sample);
	p->next = 0;
	for (size_t i = 0; i < p->ncol; i++)
		column_release(p, &p->col[i]);
	p->ncol = 0;
}

static void *grow_zeroed(void *p, size_t was, size_t now)
{
	p = mem_resize(p, was, now);
	memset((char *)p + was, 0, now - was);
	return p;
}

/* Make room for sample rows in the columns. */
static void grow_columns(struct profile *p)
{
	size_t was = p->cap * sizeof(int64_t), now;

	p->older = mem_resize(p->older, p->cap * sizeof(*p->older),
			      (p->cap ? p->cap * 2 : 64) * sizeof(*p->older));
	p->cap = p->cap ? p->cap * 2 : 64;
	now = p->cap * sizeof(int64_t);
	for (size_t i = 0; i < p->ncol; i++) {
		struct column *c = &p->col[i];

		c->v = grow_zeroed(c->v, was, now);
		if (c->frac)
			c->frac = grow_zeroed(c->frac, was, now);
	}
}

static void grow_newest(struct profile *p, uint32_t stack)
{
	size_t was = p->nnewest;

	p->newest = mem_grow(p->newest, &p->nnewest, max_size(stack + 1, p->dict->stack.n),
			     sizeof(*p->newest));
	memset(p->newest + was, 0, (p->nnewest - was) * sizeof(*p->newest));
}

/* A chain has a sample for each label set of a stack. In longer chains the index is used. */
enum { LONGEST_WALK = 16 };

/*
 * The sample with this stack and these labels, or 0. Most stacks have few samples, so
 * their chain is walked, which needs no hash. *steps counts the samples that differ.
 */
static uint32_t find_sample(const struct profile *p, struct sample row, int *steps)
{
	uint32_t i = newest_sample(p, row.stack);

	for (*steps = 0; i && *steps < LONGEST_WALK; i = p->older[i], ++*steps)
		if (profile_sample(p, (sample_id){ i })->labels.i == row.labels.i)
			return i;
	return i ? table_find(&p->sample, &row) : 0;
}

/* Enter the samples of a chain that has become long into the index. */
static void enter_chain(struct profile *p, uint32_t i)
{
	for (; i; i = p->older[i])
		table_enter(&p->sample, i);
}

/* Append a sample that is not there, as find_sample() has found in so many steps. */
static uint32_t append_sample(struct profile *p, struct sample row, int steps)
{
	uint32_t i = table_append(&p->sample, &row);

	if (row.stack.i >= p->nnewest)
		grow_newest(p, row.stack.i);
	while (i >= p->cap)
		grow_columns(p);
	p->older[i] = p->newest[row.stack.i];
	p->newest[row.stack.i] = i;
	if (steps == LONGEST_WALK - 1)
		enter_chain(p, i);
	else if (steps == LONGEST_WALK)
		table_enter(&p->sample, i);
	return i;
}

sample_id profile_find_or_add_sample(struct profile *p, struct sample row)
{
	int steps;
	uint32_t i = find_sample(p, row, &steps);

	if (!i)
		i = append_sample(p, row, steps);
	p->next = i + 1;
	return (sample_id){ i };
}

/* Add all values of a sample of another profile with the same columns. */
static void add_values(struct profile *to, sample_id new, const struct profile *from, sample_id old)
{
	for (uint32_t i = 0; i < from->ncol; i++) {
		profile_add_value(to, i, new, from->col[i].v[old.i]);
		if (from->col[i].frac && from->col[i].frac[old.i])
			profile_add_frac(to, i, new, from->col[i].frac[old.i]);
	}
}

/* Renumber the samples of observations, and drop those of samples that were left out. */
static void remap_observations(struct profile *p, const sample_id *now)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nobservation; i++) {
		struct observation o = p->observation[i];

		o.sample = now[o.sample.i];
		if (o.sample.i)
			p->observation[n++] = o;
	}
	p->nobservation = n;
}

/* Copy the columns of p without values, into a profile without samples. */
static void copy_columns(struct profile *to, const struct profile *p)
{
	to->ncol = p->ncol;
	to->col_cap = p->ncol;
	to->col = mem_zeroed(p->ncol, sizeof(*to->col));
	for (uint32_t i = 0; i < p->ncol; i++) {
		to->col[i] = p->col[i];
		to->col[i].v = NULL;
		to->col[i].frac = NULL;
	}
}

void profile_remap(struct profile *p, const struct sample *to, const uint8_t *keep)
{
	struct profile was = *p;
	sample_id *now = mem_zeroed(was.sample.n, sizeof(*now));

	table_init(&p->sample, sizeof(struct sample), sizeof(struct sample));
	p->newest = p->older = NULL;
	p->nnewest = p->cap = 0;
	p->next = 0;
	copy_columns(p, &was);
	for (uint32_t i = 1; i < was.sample.n; i++) {
		if (keep && !keep[i])
			continue;
		now[i] = profile_add_sample(p, to[i].stack, to[i].labels);
		add_values(p, now[i], &was, (sample_id){ i });
	}
	remap_observations(p, now);
	mem_free(now, was.sample.n * sizeof(*now));
	samples_release(&was);
}

void profile_init_part(struct profile *part, const struct profile *p, const sample_id *samples,
		       size_t n)
{
	profile_init(part, p->dict);
	part->head = p->head;
	part->nprofile = p->nprofile;
	for (size_t i = 0; i < profile_ncomment(p); i++)
		profile_add_comment(part, dict_text(p->dict, profile_comment(p, i)));
	copy_columns(part, p);
	for (size_t i = 0; i < n; i++) {
		const struct sample *s = profile_sample(p, samples[i]);

		add_values(part, profile_add_sample(part, s->stack, s->labels), p, samples[i]);
	}
}
