/*
 * pprof: google/pprof's profile.proto, read by walking the wire.
 *
 * Each profile of a stream is a message in its own frame (gzip member, zstd
 * frame). A frame that ends inside a field goes on in the next one: some
 * compressors cut their output into members. Fields may come in any order, so a
 * message is walked once to see what is where, and then kind by kind.
 *
 * Met in the wild and accepted: ids that are addresses; repeated integers packed
 * and not, mixed; function ids that are all 0 (.NET), taken to be 1, 2, 3 ...
 */
#include "format/format.h"
#include "format/pprof_ids.h"
#include "format/pprof_write.h"
#include "io/pb.h"

/* A mapping: its row, where it was mapped, and what that says of its frames. */
struct mapped {
	map_id row;
	uint32_t flags;
	uint64_t start;
};

/* A location: its outermost frame, and n more from `first` in reader.inlined. */
struct place {
	loc_id outer;
	uint32_t first, n;
};

/* A sample type: where its values go. */
struct target {
	uint32_t col;
	int64_t scale;
};

enum { BATCH = 32 }; /* samples added together */

struct reader {
	struct in *in;
	struct profile *p;
	struct str message;
	uint64_t pos; /* of the message in the input */
	/* By field number: where the first begins, where the last ends. */
	struct {
		const uint8_t *from, *to;
	} part[PROFILE_DOC_URL + 1];
	struct buf strings;  /* struct str: the string table */
	struct buf comments; /* uint64_t: string indexes */
	str_id *string_id;   /* by string index, once used */
	size_t nstring, nsample, nmapping, nlocation, nfunction;
	bool have_function_ids;
	struct ids mapping_ids, location_ids, function_ids;
	struct buf mappings;  /* struct mapped */
	struct buf functions; /* func_id */
	struct buf places;    /* struct place: locations */
	struct buf inlined;   /* loc_id: frames of locations but the outermost */
	struct buf targets;   /* struct target */
	struct buf ids;       /* uint64_t: the locations of the sample at hand */
	struct buf batch;     /* struct batch_sample: read, but not added yet */
	struct buf stacks;    /* loc_id: their frames */
	struct buf values;    /* uint64_t: their values */
};

/* Small things */

static struct pb open_message(const struct reader *r)
{
	return pb_open(r->in, "profile", r->message, r->pos);
}

/*
 * The next field of that number. To be called with the whole message first;
 * fields of one kind mostly stand together, so only the part between the first
 * and the last of them is walked.
 */
static bool next_of(const struct reader *r, struct pb *pb, uint32_t number, struct pb_field *f)
{
	if (pb->at < r->part[number].from)
		pb->at = r->part[number].from;
	while (pb->at < r->part[number].to && pb_next(pb, f))
		if (f->number == number)
			return true;
	return false;
}

/* String `index` of the message, as a string of the profile. */
static str_id string(struct reader *r, struct pb *pb, const struct pb_field *f, uint64_t index)
{
	if (index >= r->nstring) {
		pb_fail(pb, f, "names string %llu of %zu", (unsigned long long)index, r->nstring);
		return (str_id){ 0 };
	}
	if (!r->string_id[index].i)
		r->string_id[index] = profile_str(r->p, ((struct str *)r->strings.p)[index]);
	return r->string_id[index];
}

static str_id string_field(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	return string(r, pb, f, pb_int(pb, f));
}

static uint32_t line_number(uint64_t line)
{
	return line <= INT32_MAX ? (uint32_t)line : 0;
}

/* The first walk: strings, counts, and where things are */

static void read_string(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	struct str s = pb_bytes(pb, f);

	if (!r->nstring && s.n)
		pb_fail(pb, f, "is the first string, which must be empty");
	buf_put(&r->strings, &s, sizeof(s));
	r->nstring++;
}

/* Remember whether functions have ids at all. */
static void look_at_function(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "function", pb_bytes(pb, f));
	struct pb_field g;

	r->nfunction++;
	while (!r->have_function_ids && pb_next(&m, &g))
		if (g.number == FUNCTION_ID && g.value)
			r->have_function_ids = true;
}

static bool survey(struct reader *r)
{
	struct pb pb = open_message(r);
	struct pb_field f;

	while (pb_next(&pb, &f)) {
		if (f.number > PROFILE_DOC_URL)
			continue;
		if (!r->part[f.number].from)
			r->part[f.number].from = f.at;
		r->part[f.number].to = pb.at;
		switch (f.number) {
		case PROFILE_STRING_TABLE: read_string(r, &pb, &f); break;
		case PROFILE_FUNCTION: look_at_function(r, &pb, &f); break;
		case PROFILE_SAMPLE: r->nsample++; break;
		case PROFILE_MAPPING: r->nmapping++; break;
		case PROFILE_LOCATION: r->nlocation++; break;
		case PROFILE_COMMENT: pb_ints(&pb, &f, &r->comments); break;
		}
	}
	if (!r->in->failed && !r->nstring)
		in_fail_at(r->in, r->pos, "profile: has no string table");
	return !r->in->failed;
}

/* The header */

static void read_period_type(struct reader *r, struct pb *pb, const struct pb_field *f,
			     struct header *h)
{
	struct pb m = pb_inside(pb, "period_type", pb_bytes(pb, f));
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case VALUE_TYPE_TYPE: h->period_type = string_field(r, &m, &g); break;
		case VALUE_TYPE_UNIT: h->period_unit = string_field(r, &m, &g); break;
		}
	}
}

/* Profiles that were joined without frames have these fields more than once. */
static void read_time(struct pb *pb, const struct pb_field *f, int64_t *time)
{
	int64_t first = *time;

	*time = (int64_t)pb_int(pb, f);
	if (first && *time)
		pb_fail(pb, f,
			"stands here a second time: two profiles without compression "
			"frames around them cannot be told apart");
}

static bool read_comments(struct reader *r)
{
	const uint64_t *comment = (const uint64_t *)r->comments.p;

	for (size_t i = 0; i < BUF_COUNT(&r->comments, *comment); i++) {
		if (comment[i] >= r->nstring)
			return in_fail_at(r->in, r->pos,
					  "profile: comment %zu names string %llu of %zu", i + 1,
					  (unsigned long long)comment[i], r->nstring);
		profile_add_comment(r->p, ((struct str *)r->strings.p)[comment[i]]);
	}
	return true;
}

/* A field that may stand once; the last one counts, as protobuf has it. */
static void read_header_field(struct reader *r, struct pb *pb, const struct pb_field *f,
			      struct header *h)
{
	switch (f->number) {
	case PROFILE_DROP_FRAMES: h->drop_frames = string_field(r, pb, f); break;
	case PROFILE_KEEP_FRAMES: h->keep_frames = string_field(r, pb, f); break;
	case PROFILE_TIME_NANOS: read_time(pb, f, &h->time); break;
	case PROFILE_DURATION_NANOS: h->duration = (int64_t)pb_int(pb, f); break;
	case PROFILE_PERIOD_TYPE: read_period_type(r, pb, f, h); break;
	case PROFILE_PERIOD: h->period = (int64_t)pb_int(pb, f); break;
	case PROFILE_DEFAULT_SAMPLE_TYPE: h->default_type = string_field(r, pb, f); break;
	case PROFILE_DOC_URL: h->doc_url = string_field(r, pb, f); break;
	}
}

static bool read_header(struct reader *r)
{
	struct header h = { 0 };
	struct pb_field f;

	for (uint32_t number = PROFILE_DROP_FRAMES; number <= PROFILE_DOC_URL; number++) {
		struct pb pb = open_message(r);

		while (next_of(r, &pb, number, &f))
			read_header_field(r, &pb, &f, &h);
	}
	if (!read_comments(r))
		return false;
	if (!r->in->failed && !profile_describe(r->p, &h))
		in_fail_at(r->in, r->pos,
			   "profile: its period type is %.*s, and that of those before it %.*s",
			   STR_ARG(profile_text(r->p, h.period_type)),
			   STR_ARG(profile_text(r->p, r->p->head.period_type)));
	return !r->in->failed;
}

/* Sample types, mappings, functions */

static void read_sample_type(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample_type", pb_bytes(pb, f));
	str_id type = { 0 }, unit = { 0 };
	struct target t, *seen = (struct target *)r->targets.p;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case VALUE_TYPE_TYPE: type = string_field(r, &m, &g); break;
		case VALUE_TYPE_UNIT: unit = string_field(r, &m, &g); break;
		}
	}
	t.col = profile_column(r->p, type, unit, &t.scale);
	for (size_t i = 0; i < BUF_COUNT(&r->targets, struct target); i++)
		if (seen[i].col == t.col)
			pb_fail(pb, f, "is %.*s, which stands here already",
				STR_ARG(profile_text(r->p, type)));
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

static void read_mapping(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	static const uint32_t flags[] = { MAP_FUNCTIONS, MAP_FILENAMES, MAP_LINES, MAP_INLINES };
	struct pb m = pb_inside(pb, "mapping", pb_bytes(pb, f));
	struct mapping row = { 0 };
	struct mapped new;
	uint64_t id = 0, limit = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case MAPPING_ID: id = pb_int(&m, &g); break;
		case MAPPING_START: row.start = pb_int(&m, &g); break;
		case MAPPING_LIMIT: limit = pb_int(&m, &g); break;
		case MAPPING_OFFSET: row.offset = pb_int(&m, &g); break;
		case MAPPING_FILENAME: row.file = string_field(r, &m, &g); break;
		case MAPPING_BUILD_ID: row.build_id = string_field(r, &m, &g); break;
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
	new.flags = mapping_flags(profile_text(r->p, row.file));
	new.row = profile_add_mapping(r->p, row);
	buf_put(&r->mappings, &new, sizeof(new));
	take_id(pb, f, &r->mapping_ids, id, BUF_COUNT(&r->mappings, struct mapped));
}

static void read_function(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "function", pb_bytes(pb, f));
	struct func row = { 0 };
	func_id new;
	uint64_t id = 0;
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case FUNCTION_ID: id = pb_int(&m, &g); break;
		case FUNCTION_NAME: row.name = string_field(r, &m, &g); break;
		case FUNCTION_SYSTEM_NAME: row.linkage = string_field(r, &m, &g); break;
		case FUNCTION_FILENAME: row.file = string_field(r, &m, &g); break;
		case FUNCTION_START_LINE: row.line = line_number(pb_int(&m, &g)); break;
		}
	}
	new = profile_add_func(r->p, row);
	buf_put(&r->functions, &new, sizeof(new));
	if (!r->have_function_ids)
		id = BUF_COUNT(&r->functions, func_id);
	take_id(pb, f, &r->function_ids, id, BUF_COUNT(&r->functions, func_id));
}

/* Locations */

/* One line of a location. */
static loc_id read_line(struct reader *r, struct pb *pb, const struct pb_field *f, struct loc row)
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
	return profile_add_loc(r->p, row);
}

/* The address of a location, kept relative to its mapping. */
static void set_address(struct reader *r, struct pb *pb, const struct pb_field *f, struct loc *row,
			uint64_t mapping, uint64_t address)
{
	size_t place = mapping ? ids_find(&r->mapping_ids, mapping) : 0;
	struct mapped m = { 0 };

	if (place)
		m = ((struct mapped *)r->mappings.p)[place - 1];
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
static uint64_t read_location_head(struct reader *r, struct pb *pb, const struct pb_field *f,
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
static struct place read_lines(struct reader *r, struct pb *pb, const struct pb_field *f,
			       struct loc row, size_t nline)
{
	struct pb m = pb_inside(pb, "location", pb_bytes(pb, f));
	struct place new = { .first = (uint32_t)BUF_COUNT(&r->inlined, loc_id) };
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

static void read_location(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	struct place new = { 0 };
	struct loc row = { 0 };
	size_t nline = 0;
	uint64_t id = read_location_head(r, pb, f, &row, &nline), skipped = r->in->skipped;

	if (nline)
		new = read_lines(r, pb, f, row, nline);
	else
		new.outer = profile_add_loc(r->p, row);
	buf_put(&r->places, &new, sizeof(new));
	if (r->in->skipped == skipped) /* a broken one is not to be found */
		take_id(pb, f, &r->location_ids, id, BUF_COUNT(&r->places, new));
}

/* Samples */

static bool unknown_location(struct reader *r, struct pb *pb, const struct pb_field *f, uint64_t id)
{
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu names location %llu, which is not there",
		  r->nsample, (unsigned long long)id);
	return false;
}

/* Append the frames of the sample at hand to r->stacks. */
static bool find_frames(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	const uint64_t *id = (const uint64_t *)r->ids.p;
	const struct place *places = (const struct place *)r->places.p;
	loc_id *to;

	for (size_t i = BUF_COUNT(&r->ids, *id); i-- > 0;) {
		size_t at = ids_find(&r->location_ids, id[i]);
		struct place place;

		if (!at)
			return unknown_location(r, pb, f, id[i]);
		place = places[at - 1];
		to = (loc_id *)buf_room(&r->stacks, (1 + place.n) * sizeof(*to));
		to[0] = place.outer;
		for (uint32_t j = 0; j < place.n; j++)
			to[1 + j] = ((const loc_id *)r->inlined.p)[place.first + j];
		r->stacks.n += (1 + place.n) * sizeof(*to);
	}
	return true;
}

static labels_id read_label(struct reader *r, struct pb *pb, const struct pb_field *f,
			    labels_id set)
{
	struct pb m = pb_inside(pb, "label", pb_bytes(pb, f));
	struct label l = { 0 };
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case LABEL_KEY: l.key = string_field(r, &m, &g); break;
		case LABEL_STR: l.str = string_field(r, &m, &g); break;
		case LABEL_NUM: l.num = (int64_t)pb_int(&m, &g); break;
		case LABEL_NUM_UNIT: l.unit = string_field(r, &m, &g); break;
		}
	}
	l.is_num = !l.str.i;
	if (l.str.i)
		l.num = 0, l.unit.i = 0;
	return profile_add_label(r->p, set, l);
}

static void add_values(struct reader *r, sample_id sample, const uint64_t *v)
{
	const struct target *t = (const struct target *)r->targets.p;

	for (size_t i = 0; i < BUF_COUNT(&r->targets, struct target); i++) {
		int64_t scaled = (int64_t)v[i];

		if (t[i].scale != 1)
			scaled = sat_mul(r->p, scaled, t[i].scale);
		profile_add_value(r->p, t[i].col, sample, scaled);
	}
}

static void add_batch(struct reader *r)
{
	struct batch_sample *sample = (struct batch_sample *)r->batch.p;
	size_t n = BUF_COUNT(&r->batch, *sample), ntarget = BUF_COUNT(&r->targets, struct target);
	const uint64_t *v = (const uint64_t *)r->values.p;

	profile_add_batch(r->p, (const loc_id *)r->stacks.p, sample, n);
	for (size_t i = 0; i < n; i++)
		add_values(r, sample[i].row, v + i * ntarget);
	r->batch.n = r->stacks.n = r->values.n = 0;
}

/* Is the sample at hand one that can be added? */
static bool check_sample(struct reader *r, struct pb *pb, const struct pb_field *f, size_t nvalue)
{
	size_t ntarget = BUF_COUNT(&r->targets, struct target);

	if (nvalue == ntarget)
		return find_frames(r, pb, f);
	in_bad_at(r->in, pb_pos(pb, f->at), "sample %zu has %zu values for %zu sample types",
		  r->nsample, nvalue, ntarget);
	return false;
}

static void read_sample(struct reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "sample", pb_bytes(pb, f));
	struct batch_sample new = { .first = BUF_COUNT(&r->stacks, loc_id) };
	size_t nvalue = r->values.n;
	struct pb_field g;

	r->nsample++;
	r->ids.n = 0;
	while (pb_next(&m, &g)) {
		switch (g.number) {
		case SAMPLE_LOCATION_ID: pb_ints(&m, &g, &r->ids); break;
		case SAMPLE_VALUE: pb_ints(&m, &g, &r->values); break;
		case SAMPLE_LABEL: new.labels = read_label(r, &m, &g, new.labels); break;
		}
	}
	if (r->in->failed || !check_sample(r, pb, f, (r->values.n - nvalue) / sizeof(uint64_t))) {
		r->values.n = nvalue;
		r->stacks.n = new.first * sizeof(loc_id);
		return;
	}
	new.n = BUF_COUNT(&r->stacks, loc_id) - new.first;
	buf_put(&r->batch, &new, sizeof(new));
	if (BUF_COUNT(&r->batch, new) == BATCH)
		add_batch(r);
}

/* Messages and frames */

typedef void read_field(struct reader *r, struct pb *pb, const struct pb_field *f);

static bool read_all(struct reader *r, uint32_t number, read_field *read_one)
{
	struct pb pb = open_message(r);
	struct pb_field f;

	while (next_of(r, &pb, number, &f))
		read_one(r, &pb, &f);
	return !r->in->failed;
}

static bool read_samples(struct reader *r)
{
	if (r->nsample && !r->targets.n)
		return in_fail_at(r->in, r->pos, "profile: has samples and no sample type");
	r->nsample = 0;
	if (!read_all(r, PROFILE_SAMPLE, read_sample))
		return false;
	add_batch(r);
	return true;
}

static bool read_message(struct reader *r)
{
	bool ok = survey(r);

	r->string_id = mem_zeroed(r->nstring, sizeof(*r->string_id));
	ids_init(&r->mapping_ids, r->nmapping);
	ids_init(&r->function_ids, r->nfunction);
	ids_init(&r->location_ids, r->nlocation);
	profile_begin(r->p);
	profile_expect(r->p, r->nsample);
	ok = ok && read_header(r) && read_all(r, PROFILE_SAMPLE_TYPE, read_sample_type) &&
	     read_all(r, PROFILE_MAPPING, read_mapping) &&
	     read_all(r, PROFILE_FUNCTION, read_function) &&
	     read_all(r, PROFILE_LOCATION, read_location) && read_samples(r);
	ids_release(&r->location_ids);
	ids_release(&r->function_ids);
	ids_release(&r->mapping_ids);
	mem_free(r->string_id, r->nstring * sizeof(*r->string_id));
	return ok;
}

static void release(struct reader *r)
{
	struct buf *const all[] = { &r->strings, &r->comments, &r->mappings, &r->functions,
				    &r->places,  &r->inlined,  &r->targets,  &r->ids,
				    &r->batch,   &r->stacks,   &r->values };

	for (size_t i = 0; i < LEN(all); i++)
		buf_release(all[i]);
}

/* Do the bytes end where a field does? */
static bool is_whole(struct str bytes)
{
	struct in quiet = { 0 };
	struct pb pb = pb_open(&quiet, "profile", bytes, 0);
	struct pb_field f;

	while (pb_next(&pb, &f))
		;
	buf_release(&quiet.error);
	return !quiet.failed;
}

static bool read(struct in *in, struct profile *p)
{
	struct str message;

	while (in_frame(in, &message)) {
		struct reader r = { .in = in, .p = p, .pos = in_pos(in) };

		while (in_more_frames(in) && !is_whole(message) && in_frame_more(in, &message))
			;
		r.message = message;
		read_message(&r);
		release(&r);
	}
	return !in->failed;
}

static bool plausible(uint32_t number, enum pb_wire wire)
{
	switch (number) {
	case PROFILE_SAMPLE_TYPE:
	case PROFILE_SAMPLE:
	case PROFILE_MAPPING:
	case PROFILE_LOCATION:
	case PROFILE_FUNCTION:
	case PROFILE_STRING_TABLE:
	case PROFILE_PERIOD_TYPE: return wire == PB_LEN;
	case PROFILE_COMMENT: return wire == PB_LEN || wire == PB_VARINT;
	default: return number && number <= PROFILE_DOC_URL && wire == PB_VARINT;
	}
}

/*
 * A message has no magic number. What is proof enough: all of its fields have
 * the numbers and wire types of a profile, each of which is one tag in some
 * thirty, and the first string is empty. The last field may be cut short where
 * the head is.
 */
static int sniff(struct str head, bool all)
{
	enum { BITS_OF_TAG = 5 };
	struct in quiet = { .name = "" };
	struct pb pb = pb_open(&quiet, "profile", head, 0);
	struct pb_field f;
	int bits = 0, nstring = 0;
	bool ok = true;

	while (ok && pb_next(&pb, &f)) {
		ok = plausible(f.number, f.wire);
		if (f.number == PROFILE_STRING_TABLE && !nstring++)
			ok = ok && !f.bytes.n;
		bits += BITS_OF_TAG;
	}
	if (ok && quiet.failed)
		ok = !all && plausible(*f.at >> 3, *f.at & 7);
	buf_release(&quiet.error);
	return ok ? bits + BITS_OF_TAG * quiet.failed : 0;
}

const struct format format_pprof = {
	.name = "pprof",
	.help = "google/pprof's profile.proto, lossless",
	.sniff = sniff,
	.read = read,
	.write = pprof_write,
};
