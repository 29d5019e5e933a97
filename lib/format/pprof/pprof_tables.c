/*
 * The tables to which samples refer: sample types, mappings, functions, locations. All
 * rows of a table are read before they are entered into the dictionary together, which
 * waits for memory less often.
 */
#include "format/pprof/pprof.h"

static uint32_t line_number(uint64_t line)
{
	return line <= INT32_MAX ? (uint32_t)line : 0;
}

static void read_sample_type(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample_type", pb_bytes(pb, f));
	str_id type = { 0 }, unit = { 0 };
	struct pprof_target t;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case VALUE_TYPE_TYPE: type = pprof_string(r, &m, &g); break;
		case VALUE_TYPE_UNIT: unit = pprof_string(r, &m, &g); break;
		}
	}
	t.col = profile_column(r->p, type, unit, &t.scale);
	for (size_t i = 0; i < r->targets.n; i++)
		if (r->targets.v[i].col == t.col)
			pb_fail(pb, f, "is %.*s, which is a sample type already",
				STR_ARG(dict_text(r->p->dict, type)));
	vec_push(&r->targets, t);
}

/* Enter the id of a row; position: that of the row in its array, from 1. */
static void enter_id(struct pb *pb, const struct pb_field *f, struct ids *ids, uint64_t id,
		     size_t position)
{
	if (!id)
		pb_fail(pb, f, "has no id, or id 0");
	else if (!ids_add(ids, id, position))
		pb_fail(pb, f, "has id %llu, which is taken", (unsigned long long)id);
}

static void read_mapping(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	static const uint32_t flags[] = { MAP_FUNCTIONS, MAP_FILENAMES, MAP_LINES, MAP_INLINES };
	struct pb m = pb_inside(pb, "mapping", pb_bytes(pb, f));
	struct mapping row = { 0 };
	struct pprof_mapping_row new;
	uint64_t id = 0, limit = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case MAPPING_ID: id = pb_int(&m, &g); break;
		case MAPPING_START: row.start = pb_int(&m, &g); break;
		case MAPPING_LIMIT: limit = pb_int(&m, &g); break;
		case MAPPING_OFFSET: row.offset = pb_int(&m, &g); break;
		case MAPPING_FILENAME: row.file = pprof_string(r, &m, &g); break;
		case MAPPING_BUILD_ID: row.build_id = pprof_string(r, &m, &g); break;
		case MAPPING_HAS_FUNCTIONS:
		case MAPPING_HAS_FILENAMES:
		case MAPPING_HAS_LINE_NUMBERS:
		case MAPPING_HAS_INLINE_FRAMES:
			row.flags |= pb_int(&m, &g) ? flags[g.number - MAPPING_HAS_FUNCTIONS] : 0;
			break;
		}
	}
	row.size = limit > row.start ? limit - row.start : 0;
	new.start = row.start;
	new.flags = mapping_flags(dict_text(r->p->dict, row.file));
	new.row = dict_add_mapping(r->p->dict, row);
	if (!r->mappings.n)
		r->p->head.main_map = new.row;
	vec_push(&r->mappings, new);
	enter_id(pb, f, &r->mapping_ids, id, r->mappings.n);
}

static void read_function(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "function", pb_bytes(pb, f));
	struct func row = { 0 };
	uint64_t id = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case FUNCTION_ID: id = pb_int(&m, &g); break;
		case FUNCTION_NAME: row.name = pprof_string(r, &m, &g); break;
		case FUNCTION_SYSTEM_NAME: row.linkage = pprof_string(r, &m, &g); break;
		case FUNCTION_FILENAME: row.file = pprof_string(r, &m, &g); break;
		case FUNCTION_START_LINE: row.line = line_number(pb_int(&m, &g)); break;
		}
	}
	vec_push(&r->function_rows, row);
	enter_id(pb, f, &r->function_ids, r->have_function_ids ? id : r->function_rows.n,
		 r->function_rows.n);
}

static void enter_functions(struct pprof_reader *r)
{
	vec_append_zeroed(&r->functions, r->function_rows.n);
	dict_add_funcs(r->p->dict, r->function_rows.v, r->function_rows.n, r->functions.v);
}

/* Locations */

/* Read one line of a location; `row` has the fields that all its lines share. */
static struct loc read_line(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			    struct loc row)
{
	struct pb m = pb_inside(pb, "line", pb_bytes(pb, f));
	uint64_t id = 0;
	size_t position;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LINE_FUNCTION_ID: id = pb_int(&m, &g); break;
		case LINE_LINE: row.line = line_number(pb_int(&m, &g)); break;
		case LINE_COLUMN: row.column = line_number(pb_int(&m, &g)); break;
		}
	}
	position = id ? ids_find(&r->function_ids, id) : 0;
	if (position)
		row.func = r->functions.v[position - 1];
	else if (id)
		in_bad_at(r->in, pb_pos(pb, f->at), "line: names function %llu, which is not there",
			  (unsigned long long)id);
	return row;
}

/* Set the mapping of a location, and its address, relative to the mapping. */
static void set_address(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			struct loc *row, uint64_t mapping, uint64_t address)
{
	size_t position = mapping ? ids_find(&r->mapping_ids, mapping) : 0;
	struct pprof_mapping_row m = { 0 };

	if (position)
		m = r->mappings.v[position - 1];
	else if (mapping)
		in_bad_at(r->in, pb_pos(pb, f->at),
			  "location: names mapping %llu, which is not there",
			  (unsigned long long)mapping);
	row->map = m.row;
	row->flags |= m.flags;
	if (address) {
		row->addr = address - m.start;
		row->flags |= LOC_ADDR;
	}
}

/* Read the fields of a location, except for its lines. Returns its id. */
static uint64_t read_location_head(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
				   struct loc *row)
{
	struct pb m = pb_inside(pb, "location", pb_bytes(pb, f));
	uint64_t id = 0, mapping = 0, address = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LOCATION_ID: id = pb_int(&m, &g); break;
		case LOCATION_MAPPING_ID: mapping = pb_int(&m, &g); break;
		case LOCATION_ADDRESS: address = pb_int(&m, &g); break;
		case LOCATION_IS_FOLDED: row->flags |= pb_int(&m, &g) ? LOC_FOLDED : 0; break;
		}
	}
	set_address(r, pb, f, row, mapping, address);
	return id;
}

/*
 * Each line of a location becomes a frame. The message has the innermost line first; all
 * but the outermost are inlined calls. A location without lines is one frame.
 */
static void read_location(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pprof_location_row new = { .first = (uint32_t)r->frame_rows.n };
	uint64_t skipped = r->in->skipped, id;
	struct loc row = { 0 };
	struct pb m;
	struct pb_field g;

	id = read_location_head(r, pb, f, &row);
	m = pb_inside(pb, "location", pb_bytes(pb, f));
	while (pb_next(&m, &g))
		if (g.number == LOCATION_LINE)
			vec_push(&r->frame_rows, read_line(r, &m, &g, row));
	if (r->frame_rows.n == new.first)
		vec_push(&r->frame_rows, row);
	new.n = (uint32_t)(r->frame_rows.n - new.first);
	mem_reverse(r->frame_rows.v + new.first, new.n, sizeof(*r->frame_rows.v));
	for (uint32_t i = 1; i < new.n; i++)
		r->frame_rows.v[new.first + i].flags |= LOC_INLINED;
	vec_push(&r->locations, new);
	if (r->in->skipped == skipped) /* samples must not use a malformed location */
		enter_id(pb, f, &r->location_ids, id, r->locations.n);
}

static void enter_frames(struct pprof_reader *r)
{
	vec_append_zeroed(&r->frames, r->frame_rows.n);
	dict_add_locs(r->p->dict, r->frame_rows.v, r->frame_rows.n, r->frames.v);
}

bool pprof_read_tables(struct pprof_reader *r)
{
	if (!pprof_each(r, PROFILE_SAMPLE_TYPE, read_sample_type) ||
	    !pprof_each(r, PROFILE_MAPPING, read_mapping) ||
	    !pprof_each(r, PROFILE_FUNCTION, read_function))
		return false;
	enter_functions(r);
	if (!pprof_each(r, PROFILE_LOCATION, read_location))
		return false;
	enter_frames(r);
	return true;
}
