/* The tables of the dictionary. */
#include "format/otlp/otlp_reader.h"
#include "profile/frame_type.h"

/* The limit of frames in all stacks, since a few bytes may refer to many frames. */
enum { FRAMES_PER_BYTE = 64, FRAMES_LEAST = 1 << 20 };

static void read_string(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct str s = pb_bytes(pb, f);

	if (!r->strings.n && s.n)
		pb_fail(pb, f, "is the first string, which must be empty");
	vec_push(&r->strings, s);
}

static uint32_t mapping_claim(struct otlp_reader *r, const struct otlp_attribute *a)
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
		if (a->is_true && otlp_is_named(r, a, claims[i].name))
			return claims[i].flag;
	return 0;
}

/* The GNU build id is preferred to those of other kinds. */
static void mapping_attribute(struct otlp_reader *r, struct mapping *row,
			      const struct otlp_attribute *a)
{
	struct str name = dict_text(r->p->dict, a->name);

	row->flags |= mapping_claim(r, a);
	if (str_eq(name, S(OTLP_BUILD_ID)) ||
	    (!row->build_id.i && str_starts(name, S("process.executable.build_id."))))
		row->build_id = a->label.str;
}

static void read_mapping(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Mapping *m = otlp_unpack(r, pb, f, &otlp__mapping__descriptor);
	struct mapping row = { 0 };
	struct otlp_mapping_row new = { 0 };

	if (m && r->mappings.n) {
		row.start = new.start = m->memory_start;
		row.size = m->memory_limit > row.start ? m->memory_limit - row.start : 0;
		row.offset = m->file_offset;
		row.file = otlp_string(r, pb, f, m->filename_strindex);
		for (size_t i = 0; i < m->n_attribute_indices; i++) {
			const struct otlp_attribute *a = otlp_attribute_at(r, pb, f,
									   m->attribute_indices[i]);

			if (a)
				mapping_attribute(r, &row, a);
		}
		new.flags = mapping_flags(dict_text(r->p->dict, row.file));
		new.row = dict_add_mapping(r->p->dict, row);
		if (r->mappings.n == 1)
			r->p->head.main_map = new.row;
	}
	if (m)
		otlp_free(r, m);
	vec_push(&r->mappings, new);
}

static void read_function(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Function *m = otlp_unpack(r, pb, f, &otlp__function__descriptor);
	func_id id = { 0 };

	if (m) {
		id = dict_add_func(r->p->dict,
				   (struct func){
					   .name = otlp_string(r, pb, f, m->name_strindex),
					   .linkage = otlp_string(r, pb, f,
								  m->system_name_strindex),
					   .file = otlp_string(r, pb, f, m->filename_strindex),
					   .line = otlp_line(m->start_line),
				   });
		otlp_free(r, m);
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
	Otlp__Link *m = otlp_unpack(r, pb, f, &otlp__link__descriptor);
	label_set_id set = { 0 };

	if (m) {
		set = add_id(r, set, S("trace_id"), m->trace_id);
		set = add_id(r, set, S("span_id"), m->span_id);
		otlp_free(r, m);
	}
	vec_push(&r->links, set);
}

/* Locations and stacks */

static void location_attribute(struct otlp_reader *r, struct loc *row,
			       const struct otlp_attribute *a)
{
	if (otlp_is_named(r, a, OTLP_IS_FOLDED) && a->is_true)
		row->flags |= LOC_FOLDED;
	else if (otlp_is_named(r, a, OTLP_FRAME_TYPE))
		row->flags |= frame_type_named(dict_text(r->p->dict, a->label.str));
}

/* The fields that all lines of a location share. */
static struct loc location_head(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				const Otlp__Location *m)
{
	struct otlp_mapping_row mapping = { 0 };
	struct loc row = { 0 };

	if (m->mapping_index &&
	    otlp_check_index(r, pb, f, m->mapping_index, r->mappings.n, "mapping"))
		mapping = r->mappings.v[m->mapping_index];
	row.map = mapping.row;
	row.flags = mapping.flags;
	if (m->address) {
		row.addr = m->address - mapping.start;
		row.flags |= LOC_ADDR;
	}
	for (size_t i = 0; i < m->n_attribute_indices; i++) {
		const struct otlp_attribute *a = otlp_attribute_at(r, pb, f,
								   m->attribute_indices[i]);

		if (a)
			location_attribute(r, &row, a);
	}
	if (row.flags & LOC_TYPES && !row.map.i)
		row.map = frame_type_mapping(r->p->dict, row.flags);
	return row;
}

static void read_location(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	Otlp__Location *m = otlp_unpack(r, pb, f, &otlp__location__descriptor);
	struct otlp_location_row new = { .first = (uint32_t)r->frames.n };
	struct loc row;

	if (m) {
		row = location_head(r, pb, f, m);
		if (!m->n_lines)
			vec_push(&r->frames, dict_add_loc(r->p->dict, row));
		for (size_t i = m->n_lines; i-- > 0;) {
			const Otlp__Line *line = m->lines[i];
			struct loc frame = row;

			if (line->function_index && otlp_check_index(r, pb, f, line->function_index,
								     r->functions.n, "function"))
				frame.func = r->functions.v[line->function_index];
			frame.line = otlp_line(line->line);
			frame.column = otlp_line(line->column);
			if (i + 1 < m->n_lines)
				frame.flags |= LOC_INLINED;
			vec_push(&r->frames, dict_add_loc(r->p->dict, frame));
		}
		otlp_free(r, m);
	}
	new.n = (uint32_t)(r->frames.n - new.first);
	vec_push(&r->locations, new);
}

static void push_location(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
			  int32_t index)
{
	const struct otlp_location_row *l;

	if (!otlp_check_index(r, pb, f, index, r->locations.n, "location"))
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
	Otlp__Stack *m = otlp_unpack(r, pb, f, &otlp__stack__descriptor);
	stack_id stack = { 0 };

	if (m) {
		vec_clear(&r->stack_frames);
		for (size_t i = m->n_location_indices; i-- > 0 && !r->in->failed;)
			push_location(r, pb, f, m->location_indices[i]);
		stack = dict_add_stack(r->p->dict, r->stack_frames.v, r->stack_frames.n);
		otlp_free(r, m);
	}
	vec_push(&r->stacks, stack);
}

bool otlp_read_tables(struct otlp_reader *r)
{
	r->frames_left = r->message.n * FRAMES_PER_BYTE + FRAMES_LEAST;
	otlp_each_row(r, TABLE_STRINGS, read_string);
	if (r->in->failed)
		return false;
	vec_append_zeroed(&r->string_ids, r->strings.n);
	dict_intern_all(r->p->dict, r->strings.v, r->strings.n, r->string_ids.v);
	otlp_each_row(r, TABLE_ATTRIBUTES, otlp_read_attribute);
	otlp_each_row(r, TABLE_MAPPINGS, read_mapping);
	otlp_each_row(r, TABLE_FUNCTIONS, read_function);
	otlp_each_row(r, TABLE_LINKS, read_link);
	otlp_each_row(r, TABLE_LOCATIONS, read_location);
	otlp_each_row(r, TABLE_STACKS, read_stack);
	return !r->in->failed;
}
