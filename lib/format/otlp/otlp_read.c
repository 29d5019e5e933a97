/*
 * Reading OTLP profiles. All profiles of a message become one. Each has one sample type;
 * samples of several profiles with the same stack and labels become one row.
 */
#include "format/otlp/otlp_reader.h"
#include "io/pb_memory.h"

/* Samples */

/* A profile of the message, with one sample type. */
struct part {
	uint32_t col;
	int64_t scale;
	label_set_id labels; /* of its resource, of its scope, and its own */
	int64_t time, duration;
};

struct sample_fields {
	int32_t stack, link;
	const int32_t *attributes;
	const int64_t *values;
	const uint64_t *times;
	size_t nattribute, nvalue, ntime;
};

static label_set_id sample_labels(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				  label_set_id set, const struct sample_fields *s)
{
	for (size_t i = 0; i < s->nattribute; i++) {
		const struct otlp_attribute *a = otlp_attribute_at(r, pb, f, s->attributes[i]);

		if (a)
			otlp_add_attribute(r, &set, a);
	}
	if (s->link && otlp_check_index(r, pb, f, s->link, r->links.n, "link"))
		for (label_set_id link = r->links.v[s->link]; link.i;
		     link = dict_label_set(r->p->dict, link)->rest)
			set = dict_add_label(r->p->dict, set,
					     *dict_label(r->p->dict,
							 dict_label_set(r->p->dict, link)->label));
	return set;
}

static void add_values(struct otlp_reader *r, const struct part *part, sample_id sample,
		       const struct sample_fields *s)
{
	size_t n = s->nvalue ? s->nvalue : s->ntime; /* times alone count for 1 each */

	for (size_t i = 0; i < n; i++) {
		int64_t v = sat_mul(r->p, s->nvalue ? s->values[i] : 1, part->scale);

		profile_add_value(r->p, part->col, sample, v);
		if (s->ntime)
			profile_observe(r->p, s->times[i], sample, part->col, v);
	}
}

static void add_sample(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
		       const struct part *part, const struct sample_fields *s)
{
	stack_id stack = { 0 };

	if (s->nvalue && s->ntime && s->nvalue != s->ntime) {
		in_bad_at(r->in, pb_pos(pb, f->at), "a sample has %zu values and %zu times",
			  s->nvalue, s->ntime);
		return;
	}
	if (s->nattribute > OTLP_MOST_LABELS) {
		in_bad_at(r->in, pb_pos(pb, f->at), "a sample has %zu attributes", s->nattribute);
		return;
	}
	if (s->stack && !otlp_check_index(r, pb, f, s->stack, r->stacks.n, "stack"))
		return;
	if (s->stack)
		stack = r->stacks.v[s->stack];
	add_values(r, part,
		   profile_add_sample(r->p, stack, sample_labels(r, pb, f, part->labels, s)), s);
}

static void read_old_sample(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			    const struct part *part)
{
	Otlp__OldSample *m = otlp_unpack(r, pb, f, &otlp__old_sample__descriptor);

	if (!m)
		return;
	add_sample(r, pb, f, part,
		   &(struct sample_fields){ m->stack_index, m->link_index, m->attribute_indices,
					    m->values, m->timestamps_unix_nano,
					    m->n_attribute_indices, m->n_values,
					    m->n_timestamps_unix_nano });
	otlp_free(r, m);
}

static void read_sample(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			const struct part *part)
{
	Otlp__Sample *m = otlp_unpack(r, pb, f, &otlp__sample__descriptor);

	if (!m)
		return;
	add_sample(r, pb, f, part,
		   &(struct sample_fields){ m->stack_index, m->link_index, m->attribute_indices,
					    m->values, m->timestamps_unix_nano,
					    m->n_attribute_indices, m->n_values,
					    m->n_timestamps_unix_nano });
	otlp_free(r, m);
}

/* Profiles */

static void read_type(struct otlp_reader *r, struct pb *pb, const struct pb_field *f, str_id *type,
		      str_id *unit)
{
	Otlp__ValueType *m = otlp_unpack(r, pb, f, &otlp__value_type__descriptor);

	if (!m)
		return;
	*type = otlp_string(r, pb, f, m->type_strindex);
	*unit = otlp_string(r, pb, f, m->unit_strindex);
	otlp_free(r, m);
}

static void profile_attribute(struct otlp_reader *r, struct part *part,
			      const struct otlp_attribute *a, int32_t index)
{
	struct header *h = &r->p->head;

	if (otlp_is_named(r, a, OTLP_COMMENT))
		r->comments = index;
	else if (otlp_is_named(r, a, OTLP_DOC_URL))
		h->doc_url = a->label.str;
	else if (otlp_is_named(r, a, OTLP_DROP_FRAMES))
		h->drop_frames = a->label.str;
	else if (otlp_is_named(r, a, OTLP_KEEP_FRAMES))
		h->keep_frames = a->label.str;
	else
		otlp_add_attribute(r, &part->labels, a);
}

static void read_profile_attributes(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				    struct part *part)
{
	struct buf list = { 0 };
	const uint64_t *index;

	pb_ints(pb, f, &list);
	index = (const uint64_t *)(void *)list.p;
	for (size_t i = 0; i < BUF_COUNT(&list, *index) && i < OTLP_MOST_LABELS; i++) {
		const struct otlp_attribute *a = otlp_attribute_at(r, pb, f, (int32_t)index[i]);

		if (a)
			profile_attribute(r, part, a, (int32_t)index[i]);
	}
	buf_release(&list);
}

static int64_t bounded(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* Read a profile without its samples. Unknown fields may be those of 1.8. */
static void read_head(struct otlp_reader *r, struct pb pb, struct part *part)
{
	struct header *h = &r->p->head;
	str_id type = { 0 }, unit = { 0 }, period_type = { 0 }, period_unit = { 0 };
	int64_t period = 0;
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f)) {
		switch (f.number) {
		case PROFILE_SAMPLE_TYPE: read_type(r, &pb, &f, &type, &unit); break;
		case PROFILE_TIME: part->time = bounded(pb_fixed(&pb, &f)); break;
		case PROFILE_DURATION: part->duration = bounded(pb_int(&pb, &f)); break;
		case PROFILE_PERIOD_TYPE: read_type(r, &pb, &f, &period_type, &period_unit); break;
		case PROFILE_PERIOD: period = (int64_t)pb_int(&pb, &f); break;
		case PROFILE_ATTRIBUTES:
			if (f.wire == PB_LEN || f.wire == PB_VARINT)
				read_profile_attributes(r, &pb, &f, part);
			break;
		}
	}
	part->col = profile_column(r->p, type, unit, &part->scale);
	if (!h->period_type.i && !h->period) {
		h->period_type = period_type;
		h->period_unit = period_unit;
		h->period = period;
	}
}

static void add_window(struct otlp_reader *r, const struct part *part)
{
	struct header *h = &r->p->head;
	int64_t end = sat_add(r->p, part->time, part->duration);

	if (part->time && (!h->time || part->time < h->time))
		h->time = part->time;
	if (part->time && end > r->end)
		r->end = end;
	if (part->duration > r->longest)
		r->longest = part->duration;
}

static void read_profile(struct otlp_reader *r, struct pb *outer, const struct pb_field *f,
			 label_set_id labels)
{
	struct pb pb = pb_inside(outer, "profile", pb_bytes(outer, f));
	struct part part = { .labels = labels };
	struct pb_field g;

	read_head(r, pb, &part);
	add_window(r, &part);
	while (!r->in->failed && pb_next(&pb, &g)) {
		if (g.number != PROFILE_SAMPLES)
			continue;
		if (r->is_old)
			read_old_sample(r, &pb, &g, &part);
		else
			read_sample(r, &pb, &g, &part);
	}
}

/* Resources and scopes, whose attributes apply to all samples in them. */

static label_set_id scope_labels(struct otlp_reader *r, struct pb pb, label_set_id set)
{
	Otlp__InstrumentationScope *m;
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f)) {
		if (f.number != SCOPE_SCOPE)
			continue;
		m = otlp_unpack(r, &pb, &f, &otlp__instrumentation_scope__descriptor);
		if (!m)
			continue;
		set = otlp_add_key_values(r, &pb, &f, set, m->attributes, m->n_attributes);
		otlp_free(r, m);
	}
	return set;
}

static label_set_id resource_labels(struct otlp_reader *r, struct pb pb)
{
	label_set_id set = { 0 };
	Otlp__Resource *m;
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f)) {
		if (f.number != RESOURCE_RESOURCE)
			continue;
		m = otlp_unpack(r, &pb, &f, &otlp__resource__descriptor);
		if (!m)
			continue;
		set = otlp_add_key_values(r, &pb, &f, set, m->attributes, m->n_attributes);
		otlp_free(r, m);
	}
	return set;
}

static void read_scope(struct otlp_reader *r, struct pb pb, label_set_id labels)
{
	struct pb_field f;

	labels = scope_labels(r, pb, labels);
	while (!r->in->failed && pb_next(&pb, &f))
		if (f.number == SCOPE_PROFILES)
			read_profile(r, &pb, &f, labels);
}

static void read_resource(struct otlp_reader *r, struct pb *outer, const struct pb_field *f)
{
	struct pb pb = pb_inside(outer, "resource_profiles", pb_bytes(outer, f));
	label_set_id labels = resource_labels(r, pb);
	struct pb_field g;

	while (!r->in->failed && pb_next(&pb, &g))
		if (g.number == RESOURCE_SCOPE_PROFILES)
			read_scope(r, pb_inside(&pb, "scope_profiles", pb_bytes(&pb, &g)), labels);
}

/* The whole */

static void add_comments(struct otlp_reader *r)
{
	struct str list = dict_text(r->p->dict, r->attributes.v[r->comments].list);
	Otlp__ArrayValue *m = (Otlp__ArrayValue *)protobuf_c_message_unpack(
		&otlp__array_value__descriptor, &r->allocator, list.n, (const uint8_t *)list.p);

	if (!m)
		return;
	for (size_t i = 0; i < m->n_values; i++)
		if (m->values[i]->value_case == OTLP__ANY_VALUE__VALUE_STRING_VALUE)
			profile_add_comment(r->p, str_of(m->values[i]->string_value));
	otlp_free(r, m);
}

static void finish(struct otlp_reader *r)
{
	struct header *h = &r->p->head;

	h->duration = h->time ? r->end - h->time : r->longest;
	if (r->comments)
		add_comments(r);
	if (r->nunread)
		in_note(r->in, 0, "attributes left out, which are lists or empty: %llu",
			(unsigned long long)r->nunread);
}

static void otlp_reader_release(struct otlp_reader *r)
{
	vec_release(&r->strings);
	vec_release(&r->string_ids);
	vec_release(&r->mappings);
	vec_release(&r->functions);
	vec_release(&r->locations);
	vec_release(&r->frames);
	vec_release(&r->attributes);
	vec_release(&r->links);
	vec_release(&r->stacks);
	vec_release(&r->stack_frames);
}

static void read_message(struct otlp_reader *r)
{
	struct pb pb = pb_open(r->in, "profiles", r->message, r->pos);
	struct pb_field f;

	if (!otlp_find_layout(r) || !otlp_read_tables(r))
		return;
	while (!r->in->failed && pb_next(&pb, &f))
		if (f.number == DATA_RESOURCE_PROFILES)
			read_resource(r, &pb, &f);
	if (!r->in->failed && !r->p->ncol)
		in_fail_at(r->in, r->pos, "has no profiles");
	if (!r->in->failed)
		finish(r);
}

bool otlp_read(struct in *in, struct profile *p)
{
	struct otlp_reader r = { .in = in, .p = p, .allocator = pb_memory };

	if (!in_frame(in, &r.message))
		return false;
	r.pos = in_pos(in);
	read_message(&r);
	otlp_reader_release(&r);
	return !in->failed;
}
