/*
 * The dictionary of an OTLP message: its tables, from the rows that the message names. Inlined
 * frames and the frame that they are inlined into are one location, with a line for each.
 */
#include "format/otlp/otlp_writer.h"

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
	otlp_put(&w->dictionary, TABLE_STACKS, &m);
}

static void put_line(struct otlp_writer *w, loc_id loc)
{
	const struct loc *l = dict_loc(w->p->dict, loc);
	Otlp__Line m = OTLP__LINE__INIT;

	m.function_index = (int32_t)number_of(&w->functions, l->func.i);
	m.line = l->line;
	m.column = l->column;
	otlp_put(&w->message, 3, &m);
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
	otlp_push_true(w, OTLP_IS_FOLDED, l->flags & LOC_FOLDED);
	if (l->flags & LOC_KERNEL)
		otlp_push_text(w, OTLP_FRAME_TYPE, dict_intern(w->p->dict, S("kernel")));
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
	otlp_push_text(w, OTLP_BUILD_ID, row.build_id);
	otlp_push_true(w, OTLP_HAS_FUNCTIONS, row.flags & MAP_FUNCTIONS);
	otlp_push_true(w, OTLP_HAS_FILENAMES, row.flags & MAP_FILENAMES);
	otlp_push_true(w, OTLP_HAS_LINES, row.flags & MAP_LINES);
	otlp_push_true(w, OTLP_HAS_INLINES, row.flags & MAP_INLINES);
	m.memory_start = mapping_start(&row);
	m.memory_limit = m.memory_start + row.size;
	m.file_offset = row.offset;
	m.filename_strindex = otlp_string_index(w, row.file);
	m.n_attribute_indices = w->list.n;
	m.attribute_indices = w->list.v;
	otlp_put(&w->dictionary, TABLE_MAPPINGS, &m);
}

static void put_function(struct otlp_writer *w, func_id func)
{
	const struct func *f = dict_func(w->p->dict, func);
	Otlp__Function m = OTLP__FUNCTION__INIT;

	m.name_strindex = otlp_string_index(w, f->name);
	m.system_name_strindex = otlp_string_index(w, f->linkage);
	m.filename_strindex = otlp_string_index(w, f->file);
	m.start_line = f->line;
	otlp_put(&w->dictionary, TABLE_FUNCTIONS, &m);
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
	otlp_put(&w->dictionary, TABLE_LINKS, &m);
}

static void put_attribute(struct otlp_writer *w, const struct attribute_row *row)
{
	Otlp__KeyValueAndUnit m = OTLP__KEY_VALUE_AND_UNIT__INIT;
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;
	struct str text = dict_text(w->p->dict, row->text);

	m.key_strindex = otlp_string_index(w, row->key);
	m.unit_strindex = otlp_string_index(w, row->unit);
	m.value = &v;
	switch ((enum attribute_kind)row->kind) {
	case TEXT:
		v.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
		v.string_value = otlp_text(w, row->text);
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
	otlp_put(&w->dictionary, TABLE_ATTRIBUTES, &m);
}

/* Each table refers to rows of the tables that are written after it. */
void otlp_put_dictionary(struct otlp_writer *w)
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
		pb_put_bytes_always(b, TABLE_STRINGS, otlp_utf8(w, (str_id){ w->strings.row[i] }));
}
