#include "format/pprof/pprof.h"

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
	if (!mem_fits(8 * (r->stack.n + l.n + nleft) * sizeof(*r->stack.v)))
		return in_fail_memory(r->in);
	vec_append(&r->stack, r->frames.v + l.first, l.n);
	vec_reserve(&r->stack, r->stack.n + nleft);
	return true;
}

/* Put the frames of the sample at hand in r->stack: its locations stand leaf first. */
static bool put_frames(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	const uint64_t *id = (const uint64_t *)r->ids.p;
	size_t n = BUF_COUNT(&r->ids, *id);

	vec_reserve(&r->stack, r->stack.n + n);
	while (n-- > 0) {
		size_t at = ids_find(&r->location_ids, id[n]);
		struct pprof_location_row l;

		if (!at)
			return unknown_location(r, pb, f, id[n]);
		l = r->locations.v[at - 1];
		if (l.n == 1)
			r->stack.v[r->stack.n++] = r->frames.v[l.first];
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
	label_set_id labels = { 0 };
	const uint64_t *v;
	struct pb_field g;

	r->nsample++;
	r->ids.n = r->values.n = 0;
	vec_clear(&r->stack);
	while (pb_next(&m, &g)) {
		switch (g.number) {
		case SAMPLE_LOCATION_ID: pb_ints(&m, &g, &r->ids); break;
		case SAMPLE_VALUE: pb_ints(&m, &g, &r->values); break;
		case SAMPLE_LABEL: labels = read_label(r, &m, &g, labels); break;
		}
	}
	if (r->in->failed || !check_sample(r, pb, f, BUF_COUNT(&r->values, *v)))
		return;
	adder_sample(&r->adder, r->stack.v, r->stack.n, labels);
	v = (const uint64_t *)r->values.p;
	for (size_t i = 0; i < r->targets.n; i++)
		adder_value(&r->adder, r->targets.v[i].col, (int64_t)v[i], r->targets.v[i].scale,
			    0);
}

bool pprof_read_samples(struct pprof_reader *r)
{
	if (r->nsample && !r->targets.n)
		return in_fail_at(r->in, r->pos, "profile: has samples and no sample type");
	r->nsample = 0;
	adder_begin(&r->adder, r->p, !r->in->options.no_thread);
	pprof_each(r, PROFILE_SAMPLE, read_sample);
	adder_end(&r->adder);
	return !r->in->failed;
}
