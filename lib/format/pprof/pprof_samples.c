#include "format/pprof/pprof.h"

enum { BATCH = 32 }; /* samples added together */

static bool unknown_location(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			     uint64_t id)
{
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu names location %llu, which is not there",
		  r->nsample, (unsigned long long)id);
	return false;
}

/* The frames of a location that other calls are inlined into. */
static bool put_inlined(struct pprof_reader *r, struct pprof_location_row l, size_t nleft)
{
	/* A few bytes can name a location of many lines again and again. */
	if (!vec_fits(&r->stacks, l.n + nleft))
		return in_fail_memory(r->in);
	vec_append(&r->stacks, r->frames.v + l.first, l.n);
	vec_reserve(&r->stacks, r->stacks.n + nleft);
	return true;
}

/* Append the frames of the sample at hand to r->stacks: its locations stand leaf first. */
static bool put_frames(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	const uint64_t *id = (const uint64_t *)r->ids.p;
	size_t n = BUF_COUNT(&r->ids, *id);

	vec_reserve(&r->stacks, r->stacks.n + n);
	while (n-- > 0) {
		size_t at = ids_find(&r->location_ids, id[n]);
		struct pprof_location_row l;

		if (!at)
			return unknown_location(r, pb, f, id[n]);
		l = r->locations.v[at - 1];
		if (l.n == 1)
			r->stacks.v[r->stacks.n++] = r->frames.v[l.first];
		else if (!put_inlined(r, l, n))
			return false;
	}
	return true;
}

static label_set_id read_label(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			       label_set_id set)
{
	struct pb m = pb_inside(pb, "label", pb_bytes(pb, f));
	struct label l = { 0 };
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LABEL_KEY: l.key = pprof_string(r, &m, &g); break;
		case LABEL_STR: l.str = pprof_string(r, &m, &g); break;
		case LABEL_NUM: l.num = (int64_t)pb_int(&m, &g); break;
		case LABEL_NUM_UNIT: l.unit = pprof_string(r, &m, &g); break;
		}
	}
	l.is_num = !l.str.i;
	if (l.str.i)
		l.num = 0, l.unit.i = 0;
	return dict_add_label(r->p->dict, set, l);
}

static void add_values(struct pprof_reader *r, sample_id sample, const uint64_t *v)
{
	for (size_t i = 0; i < r->targets.n; i++) {
		const struct pprof_target *t = &r->targets.v[i];
		int64_t scaled = (int64_t)v[i];

		if (t->scale != 1)
			scaled = sat_mul(r->p, scaled, t->scale);
		profile_add_value(r->p, t->col, sample, scaled);
	}
}

static bool add_batch(struct pprof_reader *r)
{
	const uint64_t *v = (const uint64_t *)r->values.p;

	if (!mem_fits(2 * r->stacks.n * sizeof(*r->stacks.v)))
		return in_fail_memory(r->in);
	profile_add_batch(r->p, r->stacks.v, r->batch.v, r->batch.n);
	for (size_t i = 0; i < r->batch.n; i++)
		add_values(r, r->batch.v[i].row, v + i * r->targets.n);
	vec_clear(&r->batch);
	vec_clear(&r->stacks);
	r->values.n = 0;
	return true;
}

/* Is the sample at hand one that can be added? */
static bool check_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			 size_t nvalue)
{
	if (nvalue == r->targets.n)
		return put_frames(r, pb, f);
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu has %zu values for %zu sample types",
		  r->nsample, nvalue, r->targets.n);
	return false;
}

static void read_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample", pb_bytes(pb, f));
	struct batch_sample new = { .first = r->stacks.n };
	size_t nvalue = r->values.n;
	struct pb_field g;

	r->nsample++;
	r->ids.n = 0;
	while (pb_next(&m, &g)) {
		switch (g.number) {
		case SAMPLE_LOCATION_ID: pb_ints(&m, &g, &r->ids); break;
		case SAMPLE_VALUE: pb_ints(&m, &g, &r->values); break;
		case SAMPLE_LABEL: new.labels = read_label(r, &m, &g, new.labels); break;
		}
	}
	if (r->in->failed || !check_sample(r, pb, f, (r->values.n - nvalue) / sizeof(uint64_t))) {
		r->values.n = nvalue;
		r->stacks.n = new.first;
		return;
	}
	new.n = r->stacks.n - new.first;
	vec_push(&r->batch, new);
	if (r->batch.n == BATCH && !add_batch(r))
		pb->at = pb->end;
}

bool pprof_read_samples(struct pprof_reader *r)
{
	if (r->nsample && !r->targets.n)
		return in_fail_at(r->in, r->pos, "profile: has samples and no sample type");
	r->nsample = 0;
	if (!pprof_each(r, PROFILE_SAMPLE, read_sample))
		return false;
	return add_batch(r);
}
