/*
 * Writing OTLP profiles, in the layout of 1.10: one message, with a profile for each sample
 * type, all in one resource and scope, and the dictionary after them.
 *
 * Data that only pprof has is an attribute: comments, for instance, are an attribute of the
 * first profile.
 */
#include "analyze/total.h"
#include "format/otlp/otlp_writer.h"

int32_t otlp_string_index(struct otlp_writer *w, str_id s)
{
	return (int32_t)number_of(&w->strings, s.i);
}

void otlp_put(struct buf *b, uint32_t field, const void *message)
{
	const ProtobufCMessage *m = message;
	size_t n = protobuf_c_message_get_packed_size(m);

	pb_put_varint(b, (uint64_t)field << 3 | PB_LEN);
	pb_put_varint(b, n);
	b->n += protobuf_c_message_pack(m, (uint8_t *)buf_room(b, n));
}

struct str otlp_utf8(struct otlp_writer *w, str_id s)
{
	struct str text = dict_text(w->p->dict, s), rest = text;
	uint32_t code;
	size_t n;

	while (rest.n && (n = str_utf8(rest, &code)))
		rest = str_skip(rest, n);
	if (!rest.n)
		return text;
	w->text.n = 0;
	for (rest = text; rest.n; rest = str_skip(rest, n ? n : 1)) {
		n = str_utf8(rest, &code);
		buf_add(&w->text, n ? str(rest.p, n) : S("\xef\xbf\xbd"));
	}
	return dict_text(w->p->dict, dict_intern(w->p->dict, buf_str(&w->text)));
}

char *otlp_text(struct otlp_writer *w, str_id s)
{
	return (char *)otlp_utf8(w, s).p;
}

/* Samples */

static void put_sample(struct otlp_writer *w, struct buf *b, sample_id sample, int64_t value)
{
	const struct sample *s = profile_sample(w->p, sample);
	struct link_row link = otlp_link_of(w, s->labels);
	Otlp__Sample m = OTLP__SAMPLE__INIT;

	vec_clear(&w->list);
	otlp_push_labels(w, s->labels, link);
	m.link_index = (int32_t)table_intern(&w->links, &link);
	m.stack_index = (int32_t)number_of(&w->stacks, s->stack.i);
	m.n_attribute_indices = w->list.n;
	m.attribute_indices = w->list.v;
	m.n_values = 1;
	m.values = &value;
	otlp_put(b, PROFILE_SAMPLES, &m);
}

static void put_samples(struct otlp_writer *w, struct buf *b, uint32_t col)
{
	sample_id empty = empty_base(w->p);

	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		int64_t v = profile_value(w->p, col, (sample_id){ i });

		if (v || i == empty.i)
			put_sample(w, b, (sample_id){ i }, v);
	}
}

/* Profiles */

static void put_type(struct otlp_writer *w, struct buf *b, uint32_t field, str_id type, str_id unit)
{
	Otlp__ValueType m = OTLP__VALUE_TYPE__INIT;

	m.type_strindex = otlp_string_index(w, type);
	m.unit_strindex = otlp_string_index(w, unit);
	otlp_put(b, field, &m);
}

static void put_profile_attributes(struct otlp_writer *w, struct buf *b)
{
	const struct header *h = &w->p->head;
	struct buf packed = { 0 };

	vec_clear(&w->list);
	otlp_push_comments(w);
	otlp_push_text(w, OTLP_DOC_URL, h->doc_url);
	otlp_push_text(w, OTLP_DROP_FRAMES, h->drop_frames);
	otlp_push_text(w, OTLP_KEEP_FRAMES, h->keep_frames);
	for (size_t i = 0; i < w->list.n; i++)
		pb_put_varint(&packed, (uint64_t)w->list.v[i]);
	if (packed.n)
		pb_put_bytes_always(b, PROFILE_ATTRIBUTES, buf_str(&packed));
	buf_release(&packed);
}

static void put_profile(struct otlp_writer *w, uint32_t col)
{
	const struct header *h = &w->p->head;
	struct buf b = { 0 };

	put_type(w, &b, PROFILE_SAMPLE_TYPE, w->p->col[col].type, w->p->col[col].unit);
	put_samples(w, &b, col);
	pb_put_fixed64(&b, PROFILE_TIME, (uint64_t)h->time);
	pb_put_int(&b, PROFILE_DURATION, (uint64_t)h->duration);
	if (h->period_type.i || h->period_unit.i)
		put_type(w, &b, PROFILE_PERIOD_TYPE, h->period_type, h->period_unit);
	pb_put_int(&b, PROFILE_PERIOD, (uint64_t)h->period);
	if (!col)
		put_profile_attributes(w, &b);
	pb_put_bytes_always(&w->profiles, SCOPE_PROFILES, buf_str(&b));
	buf_release(&b);
}

/* The whole */

static void put_key_value(struct buf *b, uint32_t field, const char *key, char *text)
{
	Otlp__KeyValue m = OTLP__KEY_VALUE__INIT;
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;

	m.key = (char *)key;
	m.value = &v;
	v.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	v.string_value = text;
	otlp_put(b, field, &m);
}

static void put_data(struct otlp_writer *w, struct buf *to)
{
	struct buf scope = { 0 }, inner = { 0 }, resource = { 0 };

	if (w->p->head.default_type.i)
		put_key_value(&inner, 3, OTLP_DEFAULT_TYPE, otlp_text(w, w->p->head.default_type));
	pb_put_bytes_always(&scope, SCOPE_SCOPE, buf_str(&inner));
	buf_add(&scope, buf_str(&w->profiles));
	inner.n = 0;
	if (w->service.i)
		put_key_value(&inner, 1, "service.name", otlp_text(w, w->service));
	pb_put_bytes_always(&resource, RESOURCE_RESOURCE, buf_str(&inner));
	pb_put_bytes_always(&resource, RESOURCE_SCOPE_PROFILES, buf_str(&scope));
	pb_put_bytes_always(to, DATA_RESOURCE_PROFILES, buf_str(&resource));
	pb_put_bytes_always(to, DATA_DICTIONARY, buf_str(&w->dictionary));
	buf_release(&scope);
	buf_release(&inner);
	buf_release(&resource);
}

static void otlp_writer_init(struct otlp_writer *w)
{
	numbers_init(&w->strings);
	numbers_init(&w->functions);
	numbers_init(&w->mappings);
	numbers_init(&w->locations);
	numbers_init(&w->stacks);
	table_init(&w->groups, sizeof(struct group), sizeof(struct group));
	table_init(&w->links, sizeof(struct link_row), sizeof(struct link_row));
	table_init(&w->attributes, sizeof(struct attribute_row), sizeof(struct attribute_row));
}

static void otlp_writer_release(struct otlp_writer *w)
{
	table_release(&w->groups);
	table_release(&w->links);
	table_release(&w->attributes);
	numbers_release(&w->strings);
	numbers_release(&w->functions);
	numbers_release(&w->mappings);
	numbers_release(&w->locations);
	numbers_release(&w->stacks);
	buf_release(&w->dictionary);
	buf_release(&w->profiles);
	buf_release(&w->message);
	buf_release(&w->text);
	vec_release(&w->list);
}

void otlp_encode(struct profile *p, struct buf *message)
{
	struct otlp_writer w = { .p = p, .service = otlp_common_service(p) };

	profile_round(p);
	otlp_writer_init(&w);
	number_of(&w.mappings, profile_main_map(p).i); /* the first is the program's own */
	for (uint32_t i = 0; i < p->ncol; i++)
		put_profile(&w, i);
	otlp_put_dictionary(&w);
	put_data(&w, message);
	otlp_writer_release(&w);
}

void otlp_write(struct out *out, struct profile *p)
{
	if (!out_binary(out))
		return;
	otlp_encode(p, &out->bytes);
	out_frame(out);
}
