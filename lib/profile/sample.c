#include "profile/sample.h"

#include "profile/column.h"

void samples_release(struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		column_release(p, &p->col[i]);
	mem_free(p->col, p->col_cap * sizeof(*p->col));
	mem_free(p->time, p->cap * sizeof(*p->time));
	table_release(&p->sample);
}

static void *grow_zeroed(void *p, size_t was, size_t now)
{
	p = mem_resize(p, was, now);
	memset((char *)p + was, 0, now - was);
	return p;
}

/* Make room for sample rows in all that is kept beside the table. */
static void grow_samples(struct profile *p)
{
	size_t was = p->cap * sizeof(int64_t), now;

	p->cap = p->cap ? p->cap * 2 : 64;
	now = p->cap * sizeof(int64_t);
	if (p->timed)
		p->time = grow_zeroed(p->time, was, now);
	for (size_t i = 0; i < p->ncol; i++) {
		struct column *c = &p->col[i];

		c->v = grow_zeroed(c->v, was, now);
		if (c->frac)
			c->frac = grow_zeroed(c->frac, was, now);
	}
}

/* A sample without stack and labels is real, but its key is that of row 0. */
static sample_id bare_sample(struct profile *p)
{
	if (!p->bare.i)
		p->bare.i = table_append(&p->sample, &(struct sample){ 0 });
	return p->bare;
}

sample_id profile_add_sample(struct profile *p, stack_id stack, labels_id labels, uint64_t time)
{
	struct sample row = { stack, labels };
	sample_id *hint = &p->stack.row[stack.i].sample, id = *hint;

	if (p->timed)
		id.i = table_append(&p->sample, &row);
	else if (!stack.i && !labels.i)
		id = bare_sample(p);
	else if (!sample_is(p, id, row))
		id.i = table_intern(&p->sample, &row);
	*hint = id;
	while (id.i >= p->cap)
		grow_samples(p);
	if (p->timed)
		p->time[id.i] = time;
	return id;
}

/* Add all values of a sample to those of another profile with the same columns. */
static void copy_values(struct profile *to, sample_id new, const struct profile *from,
			sample_id old)
{
	for (uint32_t i = 0; i < from->ncol; i++) {
		profile_add_value(to, i, new, from->col[i].v[old.i]);
		if (from->col[i].frac && from->col[i].frac[old.i])
			profile_add_frac(to, i, new, from->col[i].frac[old.i]);
	}
}

/* The same profile without samples; those of `p` stay as they are. */
static struct profile without_samples(const struct profile *p)
{
	struct profile empty = *p;

	table_init(&empty.sample, sizeof(struct sample), sizeof(struct sample));
	empty.bare.i = 0;
	empty.cap = 0;
	empty.time = NULL;
	empty.col = mem_zeroed(p->col_cap, sizeof(*empty.col));
	for (uint32_t i = 0; i < p->ncol; i++) {
		empty.col[i] = p->col[i];
		empty.col[i].v = NULL;
		empty.col[i].frac = NULL;
	}
	return empty;
}

static void add_copy(struct profile *to, struct sample s, const struct profile *from, uint32_t i)
{
	uint64_t time = from->timed ? from->time[i] : 0;

	copy_values(to, profile_add_sample(to, s.stack, s.labels, time), from, (sample_id){ i });
}

void profile_remap(struct profile *p, const struct sample *to, const uint8_t *keep)
{
	struct profile was = *p;

	*p = without_samples(&was);
	for (uint32_t i = 1; i < was.sample.n; i++)
		if (!keep || keep[i])
			add_copy(p, to[i], &was, i);
	samples_release(&was);
}

struct profile profile_part(const struct profile *p, const sample_id *samples, size_t n)
{
	struct profile part = without_samples(p);

	for (size_t i = 0; i < n; i++)
		add_copy(&part, *profile_sample(p, samples[i]), p, samples[i].i);
	return part;
}

void profile_rejoin(struct profile *p, struct profile *part)
{
	struct profile whole = *part;

	samples_release(part);
	whole.sample = p->sample;
	whole.bare = p->bare;
	whole.cap = p->cap;
	whole.time = p->time;
	whole.col = p->col;
	whole.col_cap = p->col_cap;
	whole.ncol = p->ncol;
	*p = whole;
}
