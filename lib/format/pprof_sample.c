#include "format/pprof_reader.h"

enum { BATCH = 32 }; /* samples added together */

static bool unknown_location(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			     uint64_t id)
{
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu names location %llu, which is not there",
		  r->nsample, (unsigned long long)id);
	return false;
}

/* Append the frames of the sample at hand to r->stacks. */
static bool find_frames(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	const uint64_t *id = (const uint64_t *)r->ids.p;
	const struct pprof_place *places = (const struct pprof_place *)r->places.p;
	loc_id *to;

	for (size_t i = BUF_COUNT(&r->ids, *id); i-- > 0;) {
		size_t at = ids_find(&r->location_ids, id[i]);
		struct pprof_place place;

		if (!at)
			return unknown_location(r, pb, f, id[i]);
		place = places[at - 1];
		to = (loc_id *)buf_room(&r->stacks, (1 + place.n) * sizeof(*to));
		to[0] = place.outer;
		for (uint32_t j = 0; j < place.n; j++)
			to[1 + j] = ((const loc_id *)r->inlined.p)[place.first + j];
		r->stacks.n += (1 + place.n) * sizeof(*to);
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
	const struct pprof_target *t = (const struct pprof_target *)r->targets.p;

	for (size_t i = 0; i < BUF_COUNT(&r->targets, struct pprof_target); i++) {
		int64_t scaled = (int64_t)v[i];

		if (t[i].scale != 1)
			scaled = sat_mul(r->p, scaled, t[i].scale);
		profile_add_value(r->p, t[i].col, sample, scaled);
	}
}

static void add_batch(struct pprof_reader *r)
{
	struct batch_sample *sample = (struct batch_sample *)r->batch.p;
	size_t n = BUF_COUNT(&r->batch, *sample),
	       ntarget = BUF_COUNT(&r->targets, struct pprof_target);
	const uint64_t *v = (const uint64_t *)r->values.p;

	profile_add_batch(r->p, (const loc_id *)r->stacks.p, sample, n);
	for (size_t i = 0; i < n; i++)
		add_values(r, sample[i].row, v + i * ntarget);
	r->batch.n = r->stacks.n = r->values.n = 0;
}

/* Is the sample at hand one that can be added? */
static bool check_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			 size_t nvalue)
{
	size_t ntarget = BUF_COUNT(&r->targets, struct pprof_target);

	if (nvalue == ntarget)
		return find_frames(r, pb, f);
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu has %zu values for %zu sample types",
		  r->nsample, nvalue, ntarget);
	return false;
}

static void read_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample", pb_bytes(pb, f));
	struct batch_sample new = { .first = BUF_COUNT(&r->stacks, loc_id) };
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
		r->stacks.n = new.first * sizeof(loc_id);
		return;
	}
	new.n = BUF_COUNT(&r->stacks, loc_id) - new.first;
	buf_put(&r->batch, &new, sizeof(new));
	if (BUF_COUNT(&r->batch, new) == BATCH)
		add_batch(r);
}

bool pprof_read_samples(struct pprof_reader *r)
{
	if (r->nsample && !r->targets.n)
		return in_fail_at(r->in, r->pos, "profile: has samples and no sample type");
	r->nsample = 0;
	if (!pprof_each(r, PROFILE_SAMPLE, read_sample))
		return false;
	add_batch(r);
	return true;
}
