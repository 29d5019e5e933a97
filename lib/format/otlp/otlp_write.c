/*
 * Writing OTLP profiles, in the layout of 1.10: one message, with a profile for each sample
 * type, all in one resource and scope. Rows of the dictionary are written in order of first
 * use, after a row 0 of each table that means "none". The message is built in memory.
 *
 * Labels are attributes of samples. If all samples have the same service name, it is an
 * attribute of the resource, where servers look for it. Data that only pprof has is written as
 * OpenTelemetry's conventions say: comments, for instance, are an attribute of the first
 * profile.
 */
#include "format/numbers.h"
#include "format/otlp/otlp.h"
#include "otlp.pb-c.h"
#include "profile/frame_type.h"

/* A frame inlined into `outer`: together they are one location. */
struct group {
	uint32_t outer; /* a location row: see struct otlp_writer */
	loc_id loc;
};

enum attribute_kind { TEXT, NUMBER, BOOLEAN, LIST };

struct attribute_row {
	str_id key, text, unit;
	uint32_t kind;
	int64_t number;
};

_Static_assert(sizeof(struct attribute_row) == 24, "no padding");

/* The span that a sample belongs to, by its ids in hexadecimal. */
struct link_row {
	str_id trace, span;
};

_Static_assert(sizeof(struct link_row) == 8, "no padding");

struct otlp_writer {
	struct profile *p;
	struct table groups;     /* struct group */
	struct table attributes; /* struct attribute_row: the rows of the message */
	struct table links;      /* struct link_row, likewise */
	struct numbers strings, functions, mappings, stacks;
	/* A row i < p->dict->loc.n is that frame alone; p->dict->loc.n + i is group i. */
	struct numbers locations;
	struct buf dictionary, profiles, message, text;
	VEC(int32_t) list;
	str_id service; /* that all samples have, or 0 */
};

static int32_t string_index(struct otlp_writer *w, str_id s)
{
	return (int32_t)number_of(&w->strings, s.i);
}

static void put_packed(struct buf *b, uint32_t field, const void *message)
{
	const ProtobufCMessage *m = message;
	size_t n = protobuf_c_message_get_packed_size(m);

	pb_put_varint(b, (uint64_t)field << 3 | PB_LEN);
	pb_put_varint(b, n);
	b->n += protobuf_c_message_pack(m, (uint8_t *)buf_room(b, n));
}

/* Strings are UTF-8 in protobuf: bytes that are not become U+FFFD. */
static struct str utf8(struct otlp_writer *w, str_id s)
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

/* The same for protobuf-c; the dictionary's strings end with a NUL. */
static char *text_of(struct otlp_writer *w, str_id s)
{
	return (char *)utf8(w, s).p;
}

/* Attributes */

static str_id attribute_key(struct otlp_writer *w, str_id label)
{
	struct str text = dict_text(w->p->dict, label);

	for (size_t i = 0; i < notlp_keys; i++)
		if (str_eq(text, str_of(otlp_keys[i].label)))
			return dict_intern(w->p->dict, str_of(otlp_keys[i].attribute));
	return label;
}

static void push_attribute(struct otlp_writer *w, struct attribute_row row)
{
	vec_push(&w->list, (int32_t)table_intern(&w->attributes, &row));
}

static void push_text(struct otlp_writer *w, const char *key, str_id text)
{
	if (text.i)
		push_attribute(w,
			       (struct attribute_row){ .key = dict_intern(w->p->dict, str_of(key)),
						       .text = text });
}

static void push_true(struct otlp_writer *w, const char *key, bool is_true)
{
	if (is_true)
		push_attribute(w,
			       (struct attribute_row){ .key = dict_intern(w->p->dict, str_of(key)),
						       .kind = BOOLEAN,
						       .number = 1 });
}

static bool is_service(struct otlp_writer *w, const struct label *l)
{
	return w->service.i && l->str.i == w->service.i &&
	       str_eq(dict_text(w->p->dict, l->key), S("service_name"));
}

/* The value of a label that is an id with that many hexadecimal digits, or 0. */
static str_id span_label(const struct otlp_writer *w, label_set_id set, const char *key,
			 size_t digits)
{
	const struct dictionary *d = w->p->dict;
	str_id name = dict_find_str(d, str_of(key));
	const struct label *l = name.i ? dict_find_label(d, set, name) : NULL;
	struct str text = l ? dict_text(d, l->str) : S("");

	for (size_t i = 0; i < text.n; i++)
		if (hex_digit(text.p[i]) < 0 || (text.p[i] >= 'A' && text.p[i] <= 'F'))
			return (str_id){ 0 };
	return text.n == digits ? l->str : (str_id){ 0 };
}

/* The ids of a trace and its span are a link, if both exist and are complete. */
static struct link_row link_of(const struct otlp_writer *w, label_set_id set)
{
	struct link_row link = { span_label(w, set, "trace_id", 32),
				 span_label(w, set, "span_id", 16) };

	return link.trace.i && link.span.i ? link : (struct link_row){ 0 };
}

static bool is_in_link(const struct otlp_writer *w, struct link_row link, const struct label *l)
{
	struct str key = dict_text(w->p->dict, l->key);

	return (link.trace.i && l->str.i == link.trace.i && str_eq(key, S("trace_id"))) ||
	       (link.span.i && l->str.i == link.span.i && str_eq(key, S("span_id")));
}

static void push_labels(struct otlp_writer *w, label_set_id set, struct link_row link)
{
	const struct dictionary *d = w->p->dict;

	for (; set.i; set = dict_label_set(d, set)->rest) {
		struct label l = *dict_label(d, dict_label_set(d, set)->label);

		if (!is_service(w, &l) && !is_in_link(w, link, &l))
			push_attribute(w, (struct attribute_row){ .key = attribute_key(w, l.key),
								  .text = l.str,
								  .unit = l.unit,
								  .kind = l.is_num ? NUMBER : TEXT,
								  .number = l.num });
	}
	vec_reverse(&w->list);
}

/* The service's name, if all samples have the same one. */
static str_id common_service(const struct profile *p)
{
	str_id key = dict_find_str(p->dict, S("service_name")), service = { 0 };

	for (uint32_t i = 1; i < p->sample.n && key.i; i++) {
		const struct label *l =
			dict_find_label(p->dict, profile_sample(p, (sample_id){ i })->labels, key);

		if (!l || l->is_num || (service.i && service.i != l->str.i))
			return (str_id){ 0 };
		service = l->str;
	}
	return service;
}

/* Samples */

static void put_sample(struct otlp_writer *w, struct buf *b, sample_id sample, int64_t value)
{
	const struct sample *s = profile_sample(w->p, sample);
	struct link_row link = link_of(w, s->labels);
	Otlp__Sample m = OTLP__SAMPLE__INIT;

	vec_clear(&w->list);
	push_labels(w, s->labels, link);
	m.link_index = (int32_t)table_intern(&w->links, &link);
	m.stack_index = (int32_t)number_of(&w->stacks, s->stack.i);
	m.n_attribute_indices = w->list.n;
	m.attribute_indices = w->list.v;
	m.n_values = 1;
	m.values = &value;
	put_packed(b, PROFILE_SAMPLES, &m);
}

static void put_samples(struct otlp_writer *w, struct buf *b, uint32_t col)
{
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		int64_t v = profile_value(w->p, col, (sample_id){ i });

		if (v)
			put_sample(w, b, (sample_id){ i }, v);
	}
}

/* Profiles */

static void put_type(struct otlp_writer *w, struct buf *b, uint32_t field, str_id type, str_id unit)
{
	Otlp__ValueType m = OTLP__VALUE_TYPE__INIT;

	m.type_strindex = string_index(w, type);
	m.unit_strindex = string_index(w, unit);
	put_packed(b, field, &m);
}

/* Append a comment to the list of comments, an encoded ArrayValue. */
static void put_comment(struct buf *list, char *text)
{
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;

	v.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	v.string_value = text;
	put_packed(list, 1, &v);
}

/* Comments, with the window if it differs from the duration: see pprof_write.c. */
static void push_comments(struct otlp_writer *w)
{
	const struct header *h = &w->p->head;
	struct buf list = { 0 };

	for (size_t i = 0; i < profile_ncomment(w->p); i++)
		put_comment(&list, text_of(w, profile_comment(w->p, i)));
	if (h->time && profile_end(h) - h->time != h->duration) {
		w->text.n = 0;
		buf_printf(&w->text, "window_ns=%lld", (long long)(profile_end(h) - h->time));
		buf_ch(&w->text, '\0');
		put_comment(&list, w->text.p);
	}
	if (list.n)
		push_attribute(w, (struct attribute_row){
					  .key = dict_intern(w->p->dict, S(OTLP_COMMENT)),
					  .text = dict_intern(w->p->dict, buf_str(&list)),
					  .kind = LIST });
	buf_release(&list);
}

static void put_profile_attributes(struct otlp_writer *w, struct buf *b)
{
	const struct header *h = &w->p->head;
	struct buf packed = { 0 };

	vec_clear(&w->list);
	push_comments(w);
	push_text(w, OTLP_DOC_URL, h->doc_url);
	push_text(w, OTLP_DROP_FRAMES, h->drop_frames);
	push_text(w, OTLP_KEEP_FRAMES, h->keep_frames);
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

/* The dictionary */

/* The location row of frame *i and the frames inlined into it; *i becomes the last of them. */
static uint32_t location_row(struct otlp_writer *w, const loc_id *frame, size_t n, size_t *i)
{
	struct group g = { .outer = frame[*i].i };

	for (; *i + 1 < n && dict_is_inlined(w->p->dict, frame[*i], frame[*i + 1]); ++*i) {
		g.loc = frame[*i + 1];
		g.outer = w->p->dict->loc.n + table_intern(&w->groups, &g);
	}
	return g.outer;
}

static void put_stack(struct otlp_writer *w, stack_id stack)
{
	Otlp__Stack m = OTLP__STACK__INIT;
	size_t n;
	const loc_id *frame = dict_frames(w->p->dict, stack, &n);

	vec_clear(&w->list);
	for (size_t i = 0; i < n; i++)
		vec_push(&w->list,
			 (int32_t)number_of(&w->locations, location_row(w, frame, n, &i)));
	vec_reverse(&w->list);
	m.n_location_indices = w->list.n;
	m.location_indices = w->list.v;
	put_packed(&w->dictionary, TABLE_STACKS, &m);
}

static void put_line(struct otlp_writer *w, loc_id loc)
{
	const struct loc *l = dict_loc(w->p->dict, loc);
	Otlp__Line m = OTLP__LINE__INIT;

	m.function_index = (int32_t)number_of(&w->functions, l->func.i);
	m.line = l->line;
	m.column = l->column;
	put_packed(&w->message, 3, &m);
}

/* Put all lines of a location row, innermost first. Returns the outermost frame. */
static const struct loc *put_lines(struct otlp_writer *w, uint32_t row)
{
	const struct loc *l;
	bool several = row >= w->p->dict->loc.n;

	while (row >= w->p->dict->loc.n) {
		const struct group *g = table_row(&w->groups, row - w->p->dict->loc.n);

		put_line(w, g->loc);
		row = g->outer;
	}
	l = dict_loc(w->p->dict, (loc_id){ row });
	if (several || l->func.i || l->line || l->column)
		put_line(w, (loc_id){ row });
	return l;
}

/* A mapping of unknown size starts at 0, since its limit must be above its start. */
static uint64_t mapping_start(const struct mapping *m)
{
	return m->size ? m->start : 0;
}

/* Is it the mapping of frames without a file, which have only a type in OTLP? */
static bool stands_for_type(const struct otlp_writer *w, map_id map)
{
	return frame_type_of_mapping(dict_text(w->p->dict, dict_mapping(w->p->dict, map)->file));
}

/* "native" is the type of all code in files for which there is no better one. */
static struct str frame_type(const struct loc *l)
{
	struct str name = frame_type_name(l->flags);

	return !name.n && l->map.i && l->flags & LOC_ADDR && !(l->flags & LOC_JIT) ? S("native") :
										     name;
}

/* The lines of a location are its last field here: they are encoded one by one. */
static void put_location(struct otlp_writer *w, uint32_t row)
{
	Otlp__Location m = OTLP__LOCATION__INIT;
	const struct loc *l;
	struct buf *b = &w->message;
	size_t n;

	b->n = 0;
	l = put_lines(w, row);
	vec_clear(&w->list);
	push_true(w, OTLP_IS_FOLDED, l->flags & LOC_FOLDED);
	push_text(w, OTLP_FRAME_TYPE, dict_intern(w->p->dict, frame_type(l)));
	if (!stands_for_type(w, l->map))
		m.mapping_index = (int32_t)number_of(&w->mappings, l->map.i);
	if (l->flags & LOC_ADDR)
		m.address = l->addr + mapping_start(dict_mapping(w->p->dict, l->map));
	m.n_attribute_indices = w->list.n;
	m.attribute_indices = w->list.v;
	n = protobuf_c_message_get_packed_size(&m.base);
	b->n += protobuf_c_message_pack(&m.base, (uint8_t *)buf_room(b, n));
	pb_put_bytes_always(&w->dictionary, TABLE_LOCATIONS, buf_str(b));
}

static void put_mapping(struct otlp_writer *w, map_id map)
{
	const struct mapping row = *dict_mapping(w->p->dict, map);
	Otlp__Mapping m = OTLP__MAPPING__INIT;

	vec_clear(&w->list);
	push_text(w, OTLP_BUILD_ID, row.build_id);
	push_true(w, OTLP_HAS_FUNCTIONS, row.flags & MAP_FUNCTIONS);
	push_true(w, OTLP_HAS_FILENAMES, row.flags & MAP_FILENAMES);
	push_true(w, OTLP_HAS_LINES, row.flags & MAP_LINES);
	push_true(w, OTLP_HAS_INLINES, row.flags & MAP_INLINES);
	m.memory_start = mapping_start(&row);
	m.memory_limit = m.memory_start + row.size;
	m.file_offset = row.offset;
	m.filename_strindex = string_index(w, row.file);
	m.n_attribute_indices = w->list.n;
	m.attribute_indices = w->list.v;
	put_packed(&w->dictionary, TABLE_MAPPINGS, &m);
}

static void put_function(struct otlp_writer *w, func_id func)
{
	const struct func *f = dict_func(w->p->dict, func);
	Otlp__Function m = OTLP__FUNCTION__INIT;

	m.name_strindex = string_index(w, f->name);
	m.system_name_strindex = string_index(w, f->linkage);
	m.filename_strindex = string_index(w, f->file);
	m.start_line = f->line;
	put_packed(&w->dictionary, TABLE_FUNCTIONS, &m);
}

static ProtobufCBinaryData binary(struct str hex, uint8_t *to)
{
	for (size_t i = 0; i < hex.n / 2; i++)
		to[i] = (uint8_t)(hex_digit(hex.p[2 * i]) << 4 | hex_digit(hex.p[2 * i + 1]));
	return (ProtobufCBinaryData){ hex.n / 2, to };
}

static void put_link(struct otlp_writer *w, const struct link_row *row)
{
	Otlp__Link m = OTLP__LINK__INIT;
	uint8_t trace[16], span[8];

	m.trace_id = binary(dict_text(w->p->dict, row->trace), trace);
	m.span_id = binary(dict_text(w->p->dict, row->span), span);
	put_packed(&w->dictionary, TABLE_LINKS, &m);
}

static void put_attribute(struct otlp_writer *w, const struct attribute_row *row)
{
	Otlp__KeyValueAndUnit m = OTLP__KEY_VALUE_AND_UNIT__INIT;
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;
	struct str text = dict_text(w->p->dict, row->text);

	m.key_strindex = string_index(w, row->key);
	m.unit_strindex = string_index(w, row->unit);
	m.value = &v;
	switch ((enum attribute_kind)row->kind) {
	case TEXT:
		v.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
		v.string_value = text_of(w, row->text);
		break;
	case NUMBER:
		v.value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
		v.int_value = row->number;
		break;
	case BOOLEAN:
		v.value_case = OTLP__ANY_VALUE__VALUE_BOOL_VALUE;
		v.bool_value = true;
		break;
	case LIST:
		v.value_case = OTLP__ANY_VALUE__VALUE_ARRAY_VALUE;
		v.array_value = (ProtobufCBinaryData){ text.n, (uint8_t *)text.p };
		break;
	}
	put_packed(&w->dictionary, TABLE_ATTRIBUTES, &m);
}

/* Each table refers to rows of the tables that are written after it. */
static void put_dictionary(struct otlp_writer *w)
{
	struct buf *b = &w->dictionary;

	for (uint32_t table = TABLE_MAPPINGS; table <= TABLE_STACKS; table++)
		pb_put_bytes_always(b, table, S("")); /* row 0 */
	for (uint32_t i = 1; i < w->stacks.n; i++)
		put_stack(w, (stack_id){ w->stacks.row[i] });
	for (uint32_t i = 1; i < w->locations.n; i++)
		put_location(w, w->locations.row[i]);
	for (uint32_t i = 1; i < w->mappings.n; i++)
		put_mapping(w, (map_id){ w->mappings.row[i] });
	for (uint32_t i = 1; i < w->functions.n; i++)
		put_function(w, (func_id){ w->functions.row[i] });
	for (uint32_t i = 1; i < w->links.n; i++)
		put_link(w, table_row(&w->links, i));
	for (uint32_t i = 1; i < w->attributes.n; i++)
		put_attribute(w, table_row(&w->attributes, i));
	for (uint32_t i = 1; i < w->strings.n; i++)
		pb_put_bytes_always(b, TABLE_STRINGS, utf8(w, (str_id){ w->strings.row[i] }));
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
	put_packed(b, field, &m);
}

static void put_data(struct otlp_writer *w, struct buf *to)
{
	struct buf scope = { 0 }, inner = { 0 }, resource = { 0 };

	if (w->p->head.default_type.i)
		put_key_value(&inner, 3, OTLP_DEFAULT_TYPE, text_of(w, w->p->head.default_type));
	pb_put_bytes_always(&scope, SCOPE_SCOPE, buf_str(&inner));
	buf_add(&scope, buf_str(&w->profiles));
	inner.n = 0;
	if (w->service.i)
		put_key_value(&inner, 1, "service.name", text_of(w, w->service));
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
	struct otlp_writer w = { .p = p, .service = common_service(p) };

	profile_round(p);
	otlp_writer_init(&w);
	number_of(&w.mappings, profile_main_map(p).i); /* the first is the program's own */
	for (uint32_t i = 0; i < p->ncol; i++)
		put_profile(&w, i);
	put_dictionary(&w);
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
