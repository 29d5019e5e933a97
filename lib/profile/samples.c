#include "profile/samples.h"

void samples_release(struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		column_release(p, &p->col[i]);
	mem_free(p->col, p->col_cap * sizeof(*p->col));
	mem_free(p->newest, p->nnewest * sizeof(*p->newest));
	table_release(&p->sample);
}

void samples_clear(struct profile *p)
{
	for (uint32_t i = 1; i < p->sample.n; i++)
		p->newest[profile_sample(p, (sample_id){ i })->stack.i] = 0;
	table_clear(&p->sample);
	for (size_t i = 0; i < p->ncol; i++)
		column_release(p, &p->col[i]);
	p->ncol = p->cap = 0;
	p->bare.i = 0;
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

/* A sample without stack and labels is real, but its key is that of row 0. */
static uint32_t bare_sample(struct profile *p)
{
	if (!p->bare.i)
		p->bare.i = table_append(&p->sample, &(struct sample){ 0 });
	return p->bare.i;
}

sample_id profile_add_sample(struct profile *p, stack_id stack, label_set_id labels)
{
	struct sample row = { stack, labels };
	uint32_t i = newest_sample(p, stack);

	if (sample_is(p, i, row))
		return (sample_id){ i };
	i = stack.i || labels.i ? table_intern(&p->sample, &row) : bare_sample(p);
	if (stack.i >= p->nnewest)
		grow_newest(p, stack.i);
	p->newest[stack.i] = i;
	while (i >= p->cap)
		grow_columns(p);
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

/* Observations of samples that moved; of those that were left out, none stays. */
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

/* The columns of p without values, for a profile that has no samples yet. */
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
	p->newest = NULL;
	p->nnewest = p->cap = 0;
	p->bare.i = 0;
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
