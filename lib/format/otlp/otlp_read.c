/*
 * Reading OTLP profiles. All profiles of a message become one: each has one sample type, and
 * a sample that several of them have, by stack and labels, is one row.
 *
 * The layout of Sample changed between 1.9 and 1.10 without another name, so that what were
 * values would be read as attributes. The wire types of the fields tell the two apart. Before
 * 1.8 there was no table of stacks: such a message would read as empty, and is an error.
 */
#include <stddef.h>
#include <stdio.h>

#include "format/otlp/otlp.h"
#include "io/pb_memory.h"
#include "otlp.pb-c.h"

enum { MOST_LABELS = 1024, FRAMES_PER_BYTE = 64, FRAMES_LEAST = 1 << 20 };

struct mapping_row {
	map_id row;
	uint64_t start;
	uint32_t flags; /* of its frames */
};

struct location_row {
	uint32_t first, n; /* in reader.frames, outermost first */
};

/* An attribute: a label if key.i, and what only some attributes mean. */
struct attribute {
	struct label label;
	str_id name; /* the attribute's own key */
	str_id list; /* an encoded ArrayValue */
	bool is_true;
};

struct layout;

struct otlp_reader {
	struct in *in;
	struct profile *p;
	struct str message;
	uint64_t pos;
	bool is_old; /* the layout of 1.8 and 1.9 */
	VEC(struct str) strings;
	VEC(str_id) string_ids;
	VEC(struct mapping_row) mappings;
	VEC(func_id) functions;
	VEC(struct location_row) locations;
	VEC(loc_id) frames;
	VEC(struct attribute) attributes;
	VEC(label_set_id) links;
	VEC(stack_id) stacks;
	VEC(loc_id) stack_frames;
	uint64_t frames_left; /* that stacks may still have */
	uint64_t nunread;     /* attributes whose kind of value labels cannot hold */
	size_t nattribute;    /* rows of the table, before it is read */
	struct layout *layout;
	bool has_dictionary;
	/* Of the profiles so far: */
	int32_t comments; /* the attribute with the list of comments */
	int64_t end, longest;
};

/* The message in a field; NULL after an error. To be freed with protobuf_c_message_free_... */
static void *unpack(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
		    const ProtobufCMessageDescriptor *descriptor)
{
	struct str bytes = pb_bytes(pb, f);
	ProtobufCMessage *m;

	if (r->in->failed)
		return NULL;
	m = protobuf_c_message_unpack(descriptor, &pb_memory, bytes.n, (const uint8_t *)bytes.p);
	if (!m)
		in_bad_at(r->in, pb_pos(pb, f->at), "%s is damaged, or too large",
			  descriptor->short_name);
	return m;
}

static void free_message(void *message)
{
	protobuf_c_message_free_unpacked(message, &pb_memory);
}

/* Is the index one of the n rows of a table? An error if not. */
static bool check_index(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			int64_t index, size_t n, const char *what)
{
	if (index >= 0 && (uint64_t)index < n)
		return true;
	in_bad_at(r->in, pb_pos(pb, f->at), "names %s %lld of %zu", what, (long long)index, n);
	return false;
}

static str_id string_at(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			int32_t index)
{
	if (!index || !check_index(r, pb, f, index, r->string_ids.n, "string"))
		return (str_id){ 0 };
	return r->string_ids.v[index];
}

static uint32_t line_number(int64_t line)
{
	return line > 0 && line <= INT32_MAX ? (uint32_t)line : 0;
}

/* Walking */

typedef void read_part(struct otlp_reader *r, struct pb *pb, const struct pb_field *f);

/* Call `read` for each field of this number in a message. */
static void each_part(struct otlp_reader *r, struct pb pb, uint32_t number, read_part *read)
{
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f))
		if (f.number == number)
			read(r, &pb, &f);
}

/* The same for each row of a table of the dictionary. */
static void each_row(struct otlp_reader *r, uint32_t table, read_part *read)
{
	struct pb pb = pb_open(r->in, "profiles", r->message, r->pos);
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f))
		if (f.number == DATA_DICTIONARY)
			each_part(r, pb_inside(&pb, "dictionary", pb_bytes(&pb, &f)), table, read);
}

/* Call `read` for each profile of the message. */
static void each_profile(struct otlp_reader *r, read_part *read)
{
	struct pb data = pb_open(r->in, "profiles", r->message, r->pos), resource;
	struct pb_field f, g;

	while (!r->in->failed && pb_next(&data, &f)) {
		if (f.number != DATA_RESOURCE_PROFILES)
			continue;
		resource = pb_inside(&data, "resource_profiles", pb_bytes(&data, &f));
		while (!r->in->failed && pb_next(&resource, &g))
			if (g.number == RESOURCE_SCOPE_PROFILES)
				each_part(r,
					  pb_inside(&resource, "scope_profiles",
						    pb_bytes(&resource, &g)),
					  SCOPE_PROFILES, read);
	}
}

/* The layout: see the head of this file. */

struct layout {
	size_t nattribute; /* rows of the table of attributes */
	bool is_new, is_old, has_samples, has_locations;
};

/*
 * A sample that has neither links nor values in fields 3 and 4 is new if its only list is one
 * of attributes: then it has times, and the list names rows that there are.
 */
static void survey_sample(struct layout *l, struct pb pb)
{
	bool has_list = false, has_times = false, in_table = true;
	struct buf list = { 0 };
	struct pb_field f;

	while (pb_next(&pb, &f)) {
		l->is_new |= (f.number == 4 && f.wire == PB_LEN) ||
			     (f.number == 3 && f.wire == PB_VARINT);
		l->is_old |= (f.number == 3 && f.wire == PB_LEN) ||
			     (f.number == 4 && f.wire == PB_VARINT);
		l->has_locations |= f.number == 2 && f.wire == PB_VARINT;
		has_times |= f.number == 5;
		if (f.number != 2 || f.wire != PB_LEN)
			continue;
		has_list = true;
		pb_ints(&pb, &f, &list);
	}
	for (size_t i = 0; i < BUF_COUNT(&list, uint64_t); i++)
		in_table &= ((uint64_t *)(void *)list.p)[i] < l->nattribute;
	if (!l->is_new && has_list && !(has_times && in_table))
		l->is_old = true;
	buf_release(&list);
}

static void survey_profile(struct otlp_reader *r, struct pb *outer, const struct pb_field *f)
{
	struct layout *l = r->layout;
	struct pb pb = pb_inside(outer, "profile", pb_bytes(outer, f));
	struct pb_field g;

	while (!l->is_new && pb_next(&pb, &g)) {
		l->has_locations |= g.number == PROFILE_TIME && g.wire == PB_LEN;
		if (g.number != PROFILE_SAMPLES || g.wire != PB_LEN)
			continue;
		l->has_samples = true;
		survey_sample(l, pb_inside(&pb, "sample", g.bytes));
	}
}

static void count_attribute(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	(void)pb;
	(void)f;
	r->nattribute++;
}

static bool find_layout(struct otlp_reader *r)
{
	struct layout l = { 0 };

	each_row(r, TABLE_ATTRIBUTES, count_attribute);
	l.nattribute = r->nattribute;
	r->layout = &l;
	each_profile(r, survey_profile);
	if (r->in->failed)
		return false;
	if (l.has_samples && (!r->has_dictionary || (l.has_locations && !l.is_new)))
		return in_fail_at(r->in, r->pos,
				  "profiles of OTLP before 1.8, whose samples have no stacks that "
				  "could be read");
	r->is_old = l.is_old && !l.is_new;
	return true;
}

/* Attributes */

static str_id label_key(struct otlp_reader *r, str_id name)
{
	struct str text = dict_text(r->p->dict, name);

	for (size_t i = 0; i < notlp_keys; i++)
		if (str_eq(text, str_of(otlp_keys[i].attribute)))
			return dict_intern(r->p->dict, str_of(otlp_keys[i].label));
	return name;
}

/* Take a value into a label. Lists and the like stay unread, and the label's key 0. */
static struct attribute attribute_of(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				     str_id name, const Otlp__AnyValue *v)
{
	struct attribute a = { .name = name, .label.key = label_key(r, name) };
	char number[32];

	switch (v ? v->value_case : OTLP__ANY_VALUE__VALUE__NOT_SET) {
	case OTLP__ANY_VALUE__VALUE_STRING_VALUE:
		a.label.str = dict_intern(r->p->dict, str_of(v->string_value));
		break;
	case OTLP__ANY_VALUE__VALUE_STRING_VALUE_STRINDEX:
		a.label.str = string_at(r, pb, f, v->string_value_strindex);
		break;
	case OTLP__ANY_VALUE__VALUE_INT_VALUE:
		a.label.is_num = 1;
		a.label.num = v->int_value;
		break;
	case OTLP__ANY_VALUE__VALUE_BOOL_VALUE:
		a.is_true = v->bool_value;
		a.label.str = dict_intern(r->p->dict, a.is_true ? S("true") : S("false"));
		break;
	case OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE:
		snprintf(number, sizeof(number), "%.17g", v->double_value);
		a.label.str = dict_intern(r->p->dict, str_of(number));
		break;
	case OTLP__ANY_VALUE__VALUE_ARRAY_VALUE:
		a.list = dict_intern(r->p->dict,
				     str((const char *)v->array_value.data, v->array_value.len));
		a.label.key.i = 0;
		break;
	default: a.label.key.i = 0;
	}
	return a;
}

static void read_attribute(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__KeyValueAndUnit *m = unpack(r, pb, f, &otlp__key_value_and_unit__descriptor);
	struct attribute a = { 0 };

	if (m) {
		a = attribute_of(r, pb, f, string_at(r, pb, f, m->key_strindex), m->value);
		if (a.label.is_num)
			a.label.unit = string_at(r, pb, f, m->unit_strindex);
		free_message(m);
	}
	vec_push(&r->attributes, a);
}

static const struct attribute *attribute_at(struct otlp_reader *r, struct pb *pb,
					    const struct pb_field *f, int32_t index)
{
	if (!index || !check_index(r, pb, f, index, r->attributes.n, "attribute"))
		return NULL;
	return &r->attributes.v[index];
}

static bool is_named(struct otlp_reader *r, const struct attribute *a, const char *name)
{
	return str_eq(dict_text(r->p->dict, a->name), str_of(name));
}

static void add_attribute(struct otlp_reader *r, label_set_id *set, const struct attribute *a)
{
	if (a->label.key.i)
		*set = dict_add_label(r->p->dict, *set, a->label);
	else if (a->name.i)
		r->nunread++;
}

/* Add the attributes in a list of a resource or scope. */
static label_set_id add_key_values(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				   label_set_id set, Otlp__KeyValue *const *list, size_t n)
{
	for (size_t i = 0; i < n && i < MOST_LABELS; i++) {
		str_id name = list[i]->key_strindex ? string_at(r, pb, f, list[i]->key_strindex) :
						      dict_intern(r->p->dict, str_of(list[i]->key));
		struct attribute a = attribute_of(r, pb, f, name, list[i]->value);

		if (is_named(r, &a, OTLP_DEFAULT_TYPE))
			r->p->head.default_type = a.label.str;
		else if (!str_starts(dict_text(r->p->dict, name), S("pprof.scope.")))
			add_attribute(r, &set, &a);
	}
	return set;
}

/* Tables */

static void read_string(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct str s = pb_bytes(pb, f);

	if (!r->strings.n && s.n)
		pb_fail(pb, f, "is the first string, which must be empty");
	vec_push(&r->strings, s);
}

static uint32_t mapping_claim(struct otlp_reader *r, const struct attribute *a)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} claims[] = {
		{ OTLP_HAS_FUNCTIONS, MAP_FUNCTIONS },
		{ OTLP_HAS_FILENAMES, MAP_FILENAMES },
		{ OTLP_HAS_LINES, MAP_LINES },
		{ OTLP_HAS_INLINES, MAP_INLINES },
	};

	for (size_t i = 0; i < LEN(claims); i++)
		if (a->is_true && is_named(r, a, claims[i].name))
			return claims[i].flag;
	return 0;
}

/* The GNU build id is preferred to those of other kinds. */
static void mapping_attribute(struct otlp_reader *r, struct mapping *row, const struct attribute *a)
{
	struct str name = dict_text(r->p->dict, a->name);

	row->flags |= mapping_claim(r, a);
	if (str_eq(name, S(OTLP_BUILD_ID)) ||
	    (!row->build_id.i && str_starts(name, S("process.executable.build_id."))))
		row->build_id = a->label.str;
}

static void read_mapping(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Mapping *m = unpack(r, pb, f, &otlp__mapping__descriptor);
	struct mapping row = { 0 };
	struct mapping_row new = { 0 };

	if (m && r->mappings.n) {
		row.start = new.start = m->memory_start;
		row.size = m->memory_limit > row.start ? m->memory_limit - row.start : 0;
		row.offset = m->file_offset;
		row.file = string_at(r, pb, f, m->filename_strindex);
		for (size_t i = 0; i < m->n_attribute_indices; i++) {
			const struct attribute *a = attribute_at(r, pb, f, m->attribute_indices[i]);

			if (a)
				mapping_attribute(r, &row, a);
		}
		new.flags = mapping_flags(dict_text(r->p->dict, row.file));
		new.row = dict_add_mapping(r->p->dict, row);
		if (r->mappings.n == 1)
			r->p->head.main_map = new.row;
	}
	if (m)
		free_message(m);
	vec_push(&r->mappings, new);
}

static void read_function(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Function *m = unpack(r, pb, f, &otlp__function__descriptor);
	func_id id = { 0 };

	if (m) {
		id = dict_add_func(r->p->dict,
				   (struct func){
					   .name = string_at(r, pb, f, m->name_strindex),
					   .linkage = string_at(r, pb, f, m->system_name_strindex),
					   .file = string_at(r, pb, f, m->filename_strindex),
					   .line = line_number(m->start_line),
				   });
		free_message(m);
	}
	vec_push(&r->functions, id);
}

static label_set_id add_id(struct otlp_reader *r, label_set_id set, struct str key,
			   ProtobufCBinaryData id)
{
	struct buf hex = { 0 };
	bool is_zero = true;

	for (size_t i = 0; i < id.len; i++)
		is_zero &= !id.data[i];
	if (is_zero)
		return set;
	buf_hex(&hex, str((const char *)id.data, id.len));
	set = dict_add_text_label(r->p->dict, set, key, buf_str(&hex));
	buf_release(&hex);
	return set;
}

static void read_link(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Link *m = unpack(r, pb, f, &otlp__link__descriptor);
	label_set_id set = { 0 };

	if (m) {
		set = add_id(r, set, S("trace_id"), m->trace_id);
		set = add_id(r, set, S("span_id"), m->span_id);
		free_message(m);
	}
	vec_push(&r->links, set);
}

/* Locations and stacks */

static void location_attribute(struct otlp_reader *r, struct loc *row, const struct attribute *a)
{
	if (is_named(r, a, OTLP_IS_FOLDED) && a->is_true)
		row->flags |= LOC_FOLDED;
	else if (is_named(r, a, OTLP_FRAME_TYPE) &&
		 str_eq(dict_text(r->p->dict, a->label.str), S("kernel")))
		row->flags |= LOC_KERNEL;
}

/* What all lines of a location share. */
static struct loc location_head(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				const Otlp__Location *m)
{
	struct mapping_row mapping = { 0 };
	struct loc row = { 0 };

	if (m->mapping_index && check_index(r, pb, f, m->mapping_index, r->mappings.n, "mapping"))
		mapping = r->mappings.v[m->mapping_index];
	row.map = mapping.row;
	row.flags = mapping.flags;
	if (m->address) {
		row.addr = m->address - mapping.start;
		row.flags |= LOC_ADDR;
	}
	for (size_t i = 0; i < m->n_attribute_indices; i++) {
		const struct attribute *a = attribute_at(r, pb, f, m->attribute_indices[i]);

		if (a)
			location_attribute(r, &row, a);
	}
	return row;
}

static void read_location(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Location *m = unpack(r, pb, f, &otlp__location__descriptor);
	struct location_row new = { .first = (uint32_t)r->frames.n };
	struct loc row;

	if (m) {
		row = location_head(r, pb, f, m);
		if (!m->n_lines)
			vec_push(&r->frames, dict_add_loc(r->p->dict, row));
		for (size_t i = m->n_lines; i-- > 0;) {
			const Otlp__Line *line = m->lines[i];
			struct loc frame = row;

			if (line->function_index &&
			    check_index(r, pb, f, line->function_index, r->functions.n, "function"))
				frame.func = r->functions.v[line->function_index];
			frame.line = line_number(line->line);
			frame.column = line_number(line->column);
			if (i + 1 < m->n_lines)
				frame.flags |= LOC_INLINED;
			vec_push(&r->frames, dict_add_loc(r->p->dict, frame));
		}
		free_message(m);
	}
	new.n = (uint32_t)(r->frames.n - new.first);
	vec_push(&r->locations, new);
}

static void push_location(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			  int32_t index)
{
	const struct location_row *l;

	if (!check_index(r, pb, f, index, r->locations.n, "location"))
		return;
	l = &r->locations.v[index];
	if (l->n > r->frames_left) {
		pb_fail(pb, f, "has frames out of proportion to its size");
		return;
	}
	r->frames_left -= l->n;
	vec_append(&r->stack_frames, r->frames.v + l->first, l->n);
}

static void read_stack(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Stack *m = unpack(r, pb, f, &otlp__stack__descriptor);
	stack_id stack = { 0 };

	if (m) {
		vec_clear(&r->stack_frames);
		for (size_t i = m->n_location_indices; i-- > 0 && !r->in->failed;)
			push_location(r, pb, f, m->location_indices[i]);
		stack = dict_add_stack(r->p->dict, r->stack_frames.v, r->stack_frames.n);
		free_message(m);
	}
	vec_push(&r->stacks, stack);
}

static void see_dictionary(struct otlp_reader *r)
{
	struct pb pb = pb_open(r->in, "profiles", r->message, r->pos);
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f))
		r->has_dictionary |= f.number == DATA_DICTIONARY;
}

static bool read_tables(struct otlp_reader *r)
{
	each_row(r, TABLE_STRINGS, read_string);
	if (r->in->failed)
		return false;
	vec_append_zeroed(&r->string_ids, r->strings.n);
	dict_intern_all(r->p->dict, r->strings.v, r->strings.n, r->string_ids.v);
	each_row(r, TABLE_ATTRIBUTES, read_attribute);
	each_row(r, TABLE_MAPPINGS, read_mapping);
	each_row(r, TABLE_FUNCTIONS, read_function);
	each_row(r, TABLE_LINKS, read_link);
	each_row(r, TABLE_LOCATIONS, read_location);
	each_row(r, TABLE_STACKS, read_stack);
	return !r->in->failed;
}

/* Samples */

/* A profile of the message, with one sample type. */
struct part {
	uint32_t col;
	int64_t scale;
	label_set_id labels; /* of its resource, its scope, and its own */
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
		const struct attribute *a = attribute_at(r, pb, f, s->attributes[i]);

		if (a)
			add_attribute(r, &set, a);
	}
	if (s->link && check_index(r, pb, f, s->link, r->links.n, "link"))
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
	if (s->nattribute > MOST_LABELS) {
		in_bad_at(r->in, pb_pos(pb, f->at), "a sample has %zu attributes", s->nattribute);
		return;
	}
	if (s->stack && !check_index(r, pb, f, s->stack, r->stacks.n, "stack"))
		return;
	if (s->stack)
		stack = r->stacks.v[s->stack];
	add_values(r, part,
		   profile_add_sample(r->p, stack, sample_labels(r, pb, f, part->labels, s)), s);
}

static void read_old_sample(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			    const struct part *part)
{
	Otlp__OldSample *m = unpack(r, pb, f, &otlp__old_sample__descriptor);

	if (!m)
		return;
	add_sample(r, pb, f, part,
		   &(struct sample_fields){ m->stack_index, m->link_index, m->attribute_indices,
					    m->values, m->timestamps_unix_nano,
					    m->n_attribute_indices, m->n_values,
					    m->n_timestamps_unix_nano });
	free_message(m);
}

static void read_sample(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			const struct part *part)
{
	Otlp__Sample *m = unpack(r, pb, f, &otlp__sample__descriptor);

	if (!m)
		return;
	add_sample(r, pb, f, part,
		   &(struct sample_fields){ m->stack_index, m->link_index, m->attribute_indices,
					    m->values, m->timestamps_unix_nano,
					    m->n_attribute_indices, m->n_values,
					    m->n_timestamps_unix_nano });
	free_message(m);
}

/* Profiles */

static void read_type(struct otlp_reader *r, struct pb *pb, const struct pb_field *f, str_id *type,
		      str_id *unit)
{
	Otlp__ValueType *m = unpack(r, pb, f, &otlp__value_type__descriptor);

	if (!m)
		return;
	*type = string_at(r, pb, f, m->type_strindex);
	*unit = string_at(r, pb, f, m->unit_strindex);
	free_message(m);
}

static void profile_attribute(struct otlp_reader *r, struct part *part, const struct attribute *a,
			      int32_t index)
{
	struct header *h = &r->p->head;

	if (is_named(r, a, OTLP_COMMENT))
		r->comments = index;
	else if (is_named(r, a, OTLP_DOC_URL))
		h->doc_url = a->label.str;
	else if (is_named(r, a, OTLP_DROP_FRAMES))
		h->drop_frames = a->label.str;
	else if (is_named(r, a, OTLP_KEEP_FRAMES))
		h->keep_frames = a->label.str;
	else
		add_attribute(r, &part->labels, a);
}

static void read_profile_attributes(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				    struct part *part)
{
	struct buf list = { 0 };
	const uint64_t *index;

	pb_ints(pb, f, &list);
	index = (const uint64_t *)(void *)list.p;
	for (size_t i = 0; i < BUF_COUNT(&list, *index) && i < MOST_LABELS; i++) {
		const struct attribute *a = attribute_at(r, pb, f, (int32_t)index[i]);

		if (a)
			profile_attribute(r, part, a, (int32_t)index[i]);
	}
	buf_release(&list);
}

static int64_t bounded(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* Read all of a profile but its samples. Fields that are not known may be those of 1.8. */
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

/* Resources and scopes, whose attributes are those of all samples in them. */

static label_set_id scope_labels(struct otlp_reader *r, struct pb pb, label_set_id set)
{
	Otlp__InstrumentationScope *m;
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f)) {
		if (f.number != SCOPE_SCOPE)
			continue;
		m = unpack(r, &pb, &f, &otlp__instrumentation_scope__descriptor);
		if (!m)
			continue;
		set = add_key_values(r, &pb, &f, set, m->attributes, m->n_attributes);
		free_message(m);
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
		m = unpack(r, &pb, &f, &otlp__resource__descriptor);
		if (!m)
			continue;
		set = add_key_values(r, &pb, &f, set, m->attributes, m->n_attributes);
		free_message(m);
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
		&otlp__array_value__descriptor, &pb_memory, list.n, (const uint8_t *)list.p);

	if (!m)
		return;
	for (size_t i = 0; i < m->n_values; i++)
		if (m->values[i]->value_case == OTLP__ANY_VALUE__VALUE_STRING_VALUE)
			profile_add_comment(r->p, str_of(m->values[i]->string_value));
	free_message(m);
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

	r->frames_left = r->message.n * FRAMES_PER_BYTE + FRAMES_LEAST;
	see_dictionary(r);
	if (!find_layout(r) || !read_tables(r))
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
	struct otlp_reader r = { .in = in, .p = p };

	if (!in_frame(in, &r.message))
		return false;
	r.pos = in_pos(in);
	read_message(&r);
	otlp_reader_release(&r);
	return !in->failed;
}
