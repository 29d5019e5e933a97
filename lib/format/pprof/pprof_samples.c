/* Samples: their locations become stacks, which an adder enters into the profile. */
#include "format/pprof/pprof.h"

/* Repeated integers */

/* Add a field to the integers of several fields. */
static __attribute__((noinline)) void join_packed(struct pb *pb, const struct pb_field *f,
						  struct str *all, struct buf *joined)
{
	if (!mem_grow_fits(joined->cap, all->n, f->bytes.n + PB_MOST_VARINT, 1)) {
		in_fail_memory(pb->in);
		return;
	}
	if (all->p != joined->p) {
		joined->n = 0;
		buf_add(joined, *all);
	}
	if (f->wire == PB_LEN)
		buf_add(joined, f->bytes);
	else
		pb_put_varint(joined, pb_int(pb, f));
	*all = buf_str(joined);
}

/*
 * Add a field to a repeated integer of the sample. Mostly that is one packed field, whose
 * bytes are used where they lie.
 */
static inline void add_packed(struct pb *pb, const struct pb_field *f, struct str *all,
			      struct buf *joined)
{
	const char *p = f->bytes.p;
	size_t n = f->bytes.n;

	if (f->wire == PB_LEN && n && p[n - 1] & 0x80)
		pb_fail(pb, f, "ends inside an integer");
	else if (f->wire == PB_LEN && !all->n)
		all->p = p, all->n = n;
	else
		join_packed(pb, f, all, joined);
}

/* A cursor over packed integers; errors in joined ones get the place of the sample. */
static struct pb open_packed(const struct pb *pb, const struct pb_field *f, struct str packed,
			     const struct buf *joined)
{
	return packed.p == joined->p ? pb_open(pb->in, "sample", packed, pb_pos(pb, f->at)) :
				       pb_inside(pb, "sample", packed);
}

/* Locations */

enum id_kind {
	IDS_PLAIN,   /* each is a location of one frame */
	IDS_SEVERAL, /* some are locations of several */
	IDS_OTHER,   /* some are unknown or large */
};

/*
 * Decode packed location ids to what frame_of_id has for them, root first. Sets *n to their
 * number.
 *
 * The list is leaf first, so it is decoded from its end. That is also fast: the upper bits
 * of an id come first, so each byte only shifts and adds, and writes what the bits so far
 * stand for, to the same place until the id is complete. Branches on the sizes of ids, which
 * alternate, would be mispredicted. If the bits stand for nothing, at the end or on the way,
 * the ids are IDS_OTHER: that includes all integers that are too long.
 */
static enum id_kind unpack_locations(const struct pprof_reader *r, struct str packed, loc_id *to,
				     size_t *n)
{
	const loc_id *frame_of_id = r->frame_of_id.v;
	const size_t nid = r->frame_of_id.n;
	uint32_t all = 0, least = UINT32_MAX;
	uint64_t id = 0;
	size_t at = 0;

	for (size_t i = packed.n; i-- > 0;) {
		uint64_t byte = (uint8_t)packed.p[i], is_next = byte < 0x80;
		loc_id frame;

		at += is_next;
		id = (id << 7 & (is_next - 1)) | (byte & 0x7f);
		frame = frame_of_id[id < nid ? id : 0];
		to[at - 1] = frame;
		all |= frame.i;
		least = frame.i < least ? frame.i : least;
	}
	*n = at;
	return !least ? IDS_OTHER : all & SEVERAL_FRAMES ? IDS_SEVERAL : IDS_PLAIN;
}

/* The same for n ids that may be large or unknown; false if one is unknown. */
static bool find_locations(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			   struct str packed, loc_id *to, size_t n)
{
	struct pb ids = open_packed(pb, f, packed, &r->joined_ids);

	while (n-- > 0) {
		uint64_t id = pb_varint(&ids);

		to[n] = pprof_frame_of_id(r, id);
		if (r->in->failed)
			return false;
		if (!to[n].i) {
			in_bad_at(r->in, pb_pos(pb, f->at),
				  "sample %zu names location %llu, which is not there", r->nsample,
				  (unsigned long long)id);
			return false;
		}
	}
	return true;
}

static struct pprof_location_row location_of(const struct pprof_reader *r, loc_id to)
{
	return r->locations.v[(to.i & ~SEVERAL_FRAMES) - 1];
}

/*
 * Room for n frames, or NULL, with an error. In a hostile file, few bytes are many ids, or
 * name a location of many lines repeatedly.
 */
static loc_id *room_for_frames(struct pprof_reader *r, size_t n)
{
	if (mem_fits(8 * n * sizeof(loc_id)))
		return adder_room(&r->adder, n);
	in_fail_memory(r->in);
	return NULL;
}

/* Put the frames of locations that have several in their place. *n grows. */
static bool expand_locations(struct pprof_reader *r, loc_id *to, size_t *n)
{
	size_t total = 0;

	for (size_t i = 0; i < *n; i++)
		total += to[i].i & SEVERAL_FRAMES ? location_of(r, to[i]).n : 1;
	to = room_for_frames(r, total);
	if (!to)
		return false;
	for (size_t i = *n, at = total; i-- > 0;) {
		struct pprof_location_row l;

		if (!(to[i].i & SEVERAL_FRAMES)) {
			to[--at] = to[i];
			continue;
		}
		l = location_of(r, to[i]);
		at -= l.n;
		for (uint32_t k = 0; k < l.n; k++)
			to[at + k] = r->frames.v[l.first + k];
	}
	*n = total;
	return true;
}

/*
 * Write the frames of the current sample to the adder's room. Sets *nframe to their number; false
 * if a location is not there.
 */
static bool read_locations(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			   struct str packed, loc_id *to, size_t *nframe)
{
	enum id_kind kind = unpack_locations(r, packed, to, nframe);

	if (kind == IDS_PLAIN)
		return true;
	return (kind == IDS_SEVERAL || find_locations(r, pb, f, packed, to, *nframe)) &&
	       expand_locations(r, to, nframe);
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

/* Values */

/* The number of packed integers. */
static size_t count_packed(struct str packed)
{
	size_t n = 0;

	for (size_t i = 0; i < packed.n; i++)
		n += !(packed.p[i] & 0x80);
	return n;
}

/* Decode the values of the current sample: one for each sample type. */
static bool read_values(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			struct str packed)
{
	struct pb values = open_packed(pb, f, packed, &r->joined_values);
	size_t n = 0;

	while (n < r->targets.n && values.at < values.end)
		r->values.v[n++] = (int64_t)pb_varint(&values);
	if (!r->in->failed && (n < r->targets.n || values.at < values.end))
		in_bad_at(r->in, pb_pos(pb, f->at),
			  "sample %zu has %zu values for %zu sample types", r->nsample,
			  count_packed(packed), r->targets.n);
	return n == r->targets.n && values.at == values.end && !r->in->failed;
}

static void read_sample(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample", pb_bytes(pb, f));
	struct str locations = { 0 }, values = { 0 };
	label_set_id labels = { 0 };
	struct pb_field g;
	size_t nframe;
	loc_id *frames;

	r->nsample++;
	while (pb_next(&m, &g)) {
		switch (g.number) {
		case SAMPLE_LOCATION_ID: add_packed(&m, &g, &locations, &r->joined_ids); break;
		case SAMPLE_VALUE: add_packed(&m, &g, &values, &r->joined_values); break;
		case SAMPLE_LABEL: labels = read_label(r, &m, &g, labels); break;
		}
	}
	frames = r->in->failed ? NULL : room_for_frames(r, locations.n);
	if (!frames || !read_values(r, pb, f, values) ||
	    !read_locations(r, pb, f, locations, frames, &nframe))
		return;
	adder_sample_here(&r->adder, nframe, labels);
	for (size_t i = 0; i < r->targets.n; i++)
		adder_value(&r->adder, r->targets.v[i].col, r->values.v[i], r->targets.v[i].scale,
			    0);
}

bool pprof_read_samples(struct pprof_reader *r)
{
	if (r->nsample && !r->targets.n)
		return in_fail_at(r->in, r->pos, "profile: has samples but no sample type");
	r->nsample = 0;
	vec_append_zeroed(&r->values, r->targets.n);
	adder_begin(&r->adder, r->p, !r->in->options.no_thread);
	pprof_each(r, PROFILE_SAMPLE, read_sample);
	adder_end(&r->adder);
	return !r->in->failed;
}
