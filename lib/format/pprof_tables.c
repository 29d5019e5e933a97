#include "format/pprof_reader.h"

static uint32_t line_number(uint64_t line)
{
	return line <= INT32_MAX ? (uint32_t)line : 0;
}

static void read_sample_type(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample_type", pb_bytes(pb, f));
	str_id type = { 0 }, unit = { 0 };
	struct pprof_target t, *seen = (struct pprof_target *)r->targets.p;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case VALUE_TYPE_TYPE: type = pprof_string(r, &m, &g); break;
		case VALUE_TYPE_UNIT: unit = pprof_string(r, &m, &g); break;
		}
	}
	t.col = profile_column(r->p, type, unit, &t.scale);
	for (size_t i = 0; i < BUF_COUNT(&r->targets, struct pprof_target); i++)
		if (seen[i].col == t.col)
			pb_fail(pb, f, "is %.*s, which stands here already",
				STR_ARG(dict_text(r->p->dict, type)));
	buf_put(&r->targets, &t, sizeof(t));
}

static void take_id(struct pb *pb, const struct pb_field *f, struct ids *ids, uint64_t id,
		    size_t place)
{
	if (!id)
		pb_fail(pb, f, "has no id, or id 0");
	else if (!ids_add(ids, id, place))
		pb_fail(pb, f, "has id %llu, which is taken", (unsigned long long)id);
}

static void read_mapping(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	static const uint32_t flags[] = { MAP_FUNCTIONS, MAP_FILENAMES, MAP_LINES, MAP_INLINES };
	struct pb m = pb_inside(pb, "mapping", pb_bytes(pb, f));
	struct mapping row = { 0 };
	struct pprof_mapped new;
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
	buf_put(&r->mappings, &new, sizeof(new));
	take_id(pb, f, &r->mapping_ids, id, BUF_COUNT(&r->mappings, struct pprof_mapped));
}

static void read_function(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "function", pb_bytes(pb, f));
	struct func row = { 0 };
	func_id new;
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
	new = dict_add_func(r->p->dict, row);
	buf_put(&r->functions, &new, sizeof(new));
	if (!r->have_function_ids)
		id = BUF_COUNT(&r->functions, func_id);
	take_id(pb, f, &r->function_ids, id, BUF_COUNT(&r->functions, func_id));
}

/* Locations */

/* One line of a location. */
static loc_id read_line(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			struct loc row)
{
	struct pb m = pb_inside(pb, "line", pb_bytes(pb, f));
	uint64_t id = 0;
	size_t place;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LINE_FUNCTION_ID: id = pb_int(&m, &g); break;
		case LINE_LINE: row.line = line_number(pb_int(&m, &g)); break;
		case LINE_COLUMN: row.column = line_number(pb_int(&m, &g)); break;
		}
	}
	place = id ? ids_find(&r->function_ids, id) : 0;
	if (place)
		row.func = ((func_id *)r->functions.p)[place - 1];
	else if (id)
		in_bad_at(r->in, pb_pos(pb, f->at), "line: names function %llu, which is not there",
			  (unsigned long long)id);
	return dict_add_loc(r->p->dict, row);
}

/* The address of a location, kept relative to its mapping. */
static void set_address(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			struct loc *row, uint64_t mapping, uint64_t address)
{
	size_t place = mapping ? ids_find(&r->mapping_ids, mapping) : 0;
	struct pprof_mapped m = { 0 };

	if (place)
		m = ((struct pprof_mapped *)r->mappings.p)[place - 1];
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

/* The location's own fields, and how many lines it has. */
static uint64_t read_location_head(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
				   struct loc *row, size_t *nline)
{
	struct pb m = pb_inside(pb, "location", pb_bytes(pb, f));
	uint64_t id = 0, mapping = 0, address = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LOCATION_ID: id = pb_int(&m, &g); break;
		case LOCATION_MAPPING_ID: mapping = pb_int(&m, &g); break;
		case LOCATION_ADDRESS: address = pb_int(&m, &g); break;
		case LOCATION_LINE: ++*nline; break;
		case LOCATION_IS_FOLDED: row->flags |= pb_int(&m, &g) ? LOC_FOLDED : 0; break;
		}
	}
	set_address(r, pb, f, row, mapping, address);
	return id;
}

static void reverse(loc_id *frame, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		loc_id swap = frame[i];

		frame[i] = frame[n - 1 - i];
		frame[n - 1 - i] = swap;
	}
}

/* The lines, of which the last is the outermost, and the others inlined into it. */
static struct pprof_place read_lines(struct pprof_reader *r, struct pb *pb,
				     const struct pb_field *f, struct loc row, size_t nline)
{
	struct pb m = pb_inside(pb, "location", pb_bytes(pb, f));
	struct pprof_place new = { .first = (uint32_t)BUF_COUNT(&r->inlined, loc_id) };
	struct pb_field g;

	row.flags |= LOC_INLINED;
	while (pb_next(&m, &g)) {
		if (g.number != LOCATION_LINE)
			continue;
		if (--nline) {
			loc_id inlined = read_line(r, &m, &g, row);

			buf_put(&r->inlined, &inlined, sizeof(inlined));
			new.n++;
			continue;
		}
		row.flags &= ~(uint32_t)LOC_INLINED;
		new.outer = read_line(r, &m, &g, row);
	}
	if (new.n)
		reverse((loc_id *)r->inlined.p + new.first, new.n);
	return new;
}

static void read_location(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pprof_place new = { 0 };
	struct loc row = { 0 };
	size_t nline = 0;
	uint64_t id = read_location_head(r, pb, f, &row, &nline), skipped = r->in->skipped;

	if (nline)
		new = read_lines(r, pb, f, row, nline);
	else
		new.outer = dict_add_loc(r->p->dict, row);
	buf_put(&r->places, &new, sizeof(new));
	if (r->in->skipped == skipped) /* a broken one is not to be found */
		take_id(pb, f, &r->location_ids, id, BUF_COUNT(&r->places, new));
}

bool pprof_read_tables(struct pprof_reader *r)
{
	return pprof_each(r, PROFILE_SAMPLE_TYPE, read_sample_type) &&
	       pprof_each(r, PROFILE_MAPPING, read_mapping) &&
	       pprof_each(r, PROFILE_FUNCTION, read_function) &&
	       pprof_each(r, PROFILE_LOCATION, read_location);
}
