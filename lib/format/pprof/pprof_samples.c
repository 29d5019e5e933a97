/* Samples: their locations become stacks, which an adder enters into the profile. */
#include "format/pprof/pprof.h"

static bool unknown_location(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			     uint64_t id)
{
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu names location %llu, which is not there",
		  r->nsample, (unsigned long long)id);
	return false;
}

/*
 * Give the frames of the current sample, whose locations are leaf first, to the adder.
 * Sets *nframe to their number.
 */
static bool put_frames(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
		       size_t *nframe)
{
	const uint64_t *id = (const uint64_t *)r->ids.p;
	size_t left = BUF_COUNT(&r->ids, *id), n = 0;
	loc_id *to = adder_room(&r->adder, left);

	while (left-- > 0) {
		size_t at = ids_find(&r->location_ids, id[left]);
		struct pprof_location_row l;

		if (!at)
			return unknown_location(r, pb, f, id[left]);
		l = r->locations.v[at - 1];
		if (l.n == 1) {
			to[n++] = r->frames.v[l.first];
			continue;
		}
		/* In a hostile file, a few bytes name a location of many lines repeatedly. */
		if (!mem_fits(8 * (n + l.n + left) * sizeof(*to)))
			return in_fail_memory(r->in);
		to = adder_room(&r->adder, n + l.n + left);
		memcpy(to + n, r->frames.v + l.first, l.n * sizeof(*to));
		n += l.n;
	}
	*nframe = n;
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

/* Can the current sample be added? */
static bool check_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			 size_t nvalue, size_t *nframe)
{
	if (nvalue == r->targets.n)
		return put_frames(r, pb, f, nframe);
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu has %zu values for %zu sample types",
		  r->nsample, nvalue, r->targets.n);
	return false;
}

static void read_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample", pb_bytes(pb, f));
	label_set_id labels = { 0 };
	const uint64_t *v;
	size_t nframe = 0;
	struct pb_field g;

	r->nsample++;
	r->ids.n = r->values.n = 0;
	while (pb_next(&m, &g)) {
		switch (g.number) {
		case SAMPLE_LOCATION_ID: pb_ints(&m, &g, &r->ids); break;
		case SAMPLE_VALUE: pb_ints(&m, &g, &r->values); break;
		case SAMPLE_LABEL: labels = read_label(r, &m, &g, labels); break;
		}
	}
	if (r->in->failed || !check_sample(r, pb, f, BUF_COUNT(&r->values, *v), &nframe))
		return;
	adder_sample_here(&r->adder, nframe, labels);
	v = (const uint64_t *)r->values.p;
	for (size_t i = 0; i < r->targets.n; i++)
		adder_value(&r->adder, r->targets.v[i].col, (int64_t)v[i], r->targets.v[i].scale,
			    0);
}

bool pprof_read_samples(struct pprof_reader *r)
{
	if (r->nsample && !r->targets.n)
		return in_fail_at(r->in, r->pos, "profile: has samples but no sample type");
	r->nsample = 0;
	adder_begin(&r->adder, r->p, !r->in->options.no_thread);
	pprof_each(r, PROFILE_SAMPLE, read_sample);
	adder_end(&r->adder);
	return !r->in->failed;
}
