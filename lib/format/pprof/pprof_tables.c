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

/* Each row was a field of the message, so their number is bounded by its size. */
static void make_room(struct pprof_reader *r)
{
	vec_reserve(&r->function_rows, r->nfunction);
	vec_reserve(&r->locations, r->nlocation);
	vec_reserve(&r->frame_rows, r->nlocation);
}

static void enter_functions(struct pprof_reader *r)
{
	vec_append_zeroed(&r->functions, r->function_rows.n);
	dict_add_funcs(r->p->dict, r->function_rows.v, r->function_rows.n, r->functions.v);
}

/* Locations */

/* Read one line of a location: its function, line and column. */
static struct loc read_line(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "line", pb_bytes(pb, f));
	struct loc row = { 0 };
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

/*
 * Read the fields of a location: its lines become rows, and what they share is returned in
 * *shared. Returns the location's id.
 */
static uint64_t read_location_fields(struct pprof_reader *r, struct pb *pb,
				     const struct pb_field *f, struct loc *shared)
{
	struct pb m = pb_inside(pb, "location", pb_bytes(pb, f));
	uint64_t id = 0, mapping = 0, address = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LOCATION_ID: id = pb_int(&m, &g); break;
		case LOCATION_MAPPING_ID: mapping = pb_int(&m, &g); break;
		case LOCATION_ADDRESS: address = pb_int(&m, &g); break;
		case LOCATION_LINE: vec_push(&r->frame_rows, read_line(r, &m, &g)); break;
		case LOCATION_IS_FOLDED: shared->flags |= pb_int(&m, &g) ? LOC_FOLDED : 0; break;
		}
	}
	set_address(r, pb, f, shared, mapping, address);
	return id;
}

/*
 * Each line of a location becomes a frame. The message has the innermost line first; all
 * but the outermost are inlined calls. A location without lines is one frame.
 */
static void read_location(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pprof_location_row new = { .first = (uint32_t)r->frame_rows.n };
	struct loc shared = { 0 }, *row;
	uint64_t skipped = r->in->skipped, id;

	id = read_location_fields(r, pb, f, &shared);
	if (r->frame_rows.n == new.first)
		vec_push(&r->frame_rows, { 0 });
	new.n = (uint32_t)(r->frame_rows.n - new.first);
	row = r->frame_rows.v + new.first;
	mem_reverse(row, new.n, sizeof(*row));
	for (uint32_t i = 0; i < new.n; i++) {
		row[i].map = shared.map;
		row[i].addr = shared.addr;
		row[i].flags = shared.flags | (i ? LOC_INLINED : 0);
	}
	vec_push(&r->locations, new);
	if (r->in->skipped == skipped) /* samples must not use a malformed location */
		enter_id(pb, f, &r->location_ids, id, r->locations.n);
}

static void enter_frames(struct pprof_reader *r)
{
	vec_append_zeroed(&r->frames, r->frame_rows.n);
	dict_add_locs(r->p->dict, r->frame_rows.v, r->frame_rows.n, r->frames.v);
}

loc_id pprof_frame_of_id(const struct pprof_reader *r, uint64_t id)
{
	size_t position = ids_find(&r->location_ids, id);
	const struct pprof_location_row *l;

	if (!position)
		return (loc_id){ 0 };
	l = &r->locations.v[position - 1];
	return l->n == 1 ? r->frames.v[l->first] : (loc_id){ SEVERAL_FRAMES | (uint32_t)position };
}

/* Samples name the same few locations again and again. Most writers number them 1, 2, 3 ... */
static void note_frames_of_ids(struct pprof_reader *r)
{
	const struct ids *ids = &r->location_ids;
	size_t n = ids->in_order == r->locations.n ? ids->in_order + 1 : ids->nsmall;

	vec_append_zeroed(&r->frame_of_id, n);
	for (size_t id = 1; id < n; id++)
		r->frame_of_id.v[id] = pprof_frame_of_id(r, id);
}

bool pprof_read_tables(struct pprof_reader *r)
{
	make_room(r);
	if (!pprof_each(r, PROFILE_SAMPLE_TYPE, read_sample_type) ||
	    !pprof_each(r, PROFILE_MAPPING, read_mapping) ||
	    !pprof_each(r, PROFILE_FUNCTION, read_function))
		return false;
	enter_functions(r);
	if (!pprof_each(r, PROFILE_LOCATION, read_location))
		return false;
	enter_frames(r);
	note_frames_of_ids(r);
	return true;
}
