/*
 * Writing pprof. Rows of the model become messages in order of first use: samples come
 * first and number the locations; locations number functions and mappings; strings come
 * last. The whole profile is built in memory.
 *
 * An inlined frame is a row of its own in the model; here it is one of the lines of a
 * location.
 */
#include "format/pprof/pprof.h"

#include "analyze/total.h"
#include "format/numbers.h"
#include "io/pb.h"

/* A frame inlined into `outer`: together they are one pprof location. */
struct group {
	uint32_t outer; /* a location row: see struct writer */
	loc_id loc;
};

struct writer {
	struct profile *p;
	struct buf *b;
	struct table group;
	struct numbers strings, functions, mappings;
	/*
	 * Numbers of pprof locations. A location row i < p->dict->loc.n is that frame
	 * alone; row p->dict->loc.n + i is group i.
	 */
	struct numbers locations;
	struct buf message, inner, list; /* scratch */
};

static void put_string(struct writer *w, struct buf *b, uint32_t field, str_id s)
{
	pb_put_int(b, field, number_of(&w->strings, s.i));
}

static void put_message(struct writer *w, uint32_t field, const struct buf *message)
{
	pb_put_bytes_always(w->b, field, buf_str(message));
}

/* Samples */

static void push_u64(struct buf *list, uint64_t v)
{
	memcpy(buf_room(list, sizeof(v)), &v, sizeof(v));
	list->n += sizeof(v);
}

static void put_list(struct writer *w, uint32_t field)
{
	if (w->list.n)
		pb_put_packed(&w->message, field, (uint64_t *)w->list.p,
			      BUF_COUNT(&w->list, uint64_t));
	w->list.n = 0;
}

static void put_label(struct writer *w, const struct label *l)
{
	struct buf *b = &w->inner;

	b->n = 0;
	put_string(w, b, LABEL_KEY, l->key);
	put_string(w, b, LABEL_STR, l->str);
	pb_put_int(b, LABEL_NUM, (uint64_t)l->num);
	put_string(w, b, LABEL_NUM_UNIT, l->unit);
	pb_put_bytes_always(&w->message, SAMPLE_LABEL, buf_str(b));
}

/* A set lists its labels in reverse order. */
static void put_labels(struct writer *w, label_set_id set)
{
	w->list.n = 0;
	for (; set.i; set = dict_label_set(w->p->dict, set)->rest)
		push_u64(&w->list, dict_label_set(w->p->dict, set)->label.i);
	for (size_t i = BUF_COUNT(&w->list, uint64_t); i-- > 0;) {
		label_id id = { (uint32_t)((uint64_t *)w->list.p)[i] };

		put_label(w, dict_label(w->p->dict, id));
	}
	w->list.n = 0;
}

static bool has_value(const struct profile *p, sample_id sample)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		if (profile_value(p, i, sample))
			return true;
	return false;
}

/* The location row of frame *i and the frames inlined into it; *i becomes the last of them. */
static uint32_t location_row(struct writer *w, const loc_id *frame, size_t n, size_t *i)
{
	struct group g = { .outer = frame[*i].i };

	for (; *i + 1 < n && dict_is_inlined(w->p->dict, frame[*i], frame[*i + 1]); ++*i) {
		g.loc = frame[*i + 1];
		g.outer = w->p->dict->loc.n + table_intern(&w->group, &g);
	}
	return g.outer;
}

/* Write the locations of a stack, leaf first. */
static void put_locations(struct writer *w, stack_id stack)
{
	size_t n, first;
	const loc_id *frame = dict_frames(w->p->dict, stack, &n);
	uint64_t *row;

	w->list.n = 0;
	row = (uint64_t *)buf_room(&w->list, n * sizeof(*row));
	first = n;
	for (size_t i = 0; i < n; i++)
		row[--first] = number_of(&w->locations, location_row(w, frame, n, &i));
	if (n)
		pb_put_packed(&w->message, SAMPLE_LOCATION_ID, row + first, n - first);
}

static void put_sample(struct writer *w, sample_id sample)
{
	const struct sample *s = profile_sample(w->p, sample);

	w->message.n = 0;
	put_locations(w, s->stack);
	for (uint32_t i = 0; i < w->p->ncol; i++)
		push_u64(&w->list, (uint64_t)profile_value(w->p, i, sample));
	put_list(w, SAMPLE_VALUE);
	put_labels(w, s->labels);
	put_message(w, PROFILE_SAMPLE, &w->message);
}

/* Tables */

/* A line without function and number is left out unless the location has several lines. */
static void put_line(struct writer *w, loc_id loc, bool is_one_of_several)
{
	const struct loc *l = dict_loc(w->p->dict, loc);

	w->inner.n = 0;
	pb_put_int(&w->inner, LINE_FUNCTION_ID, number_of(&w->functions, l->func.i));
	pb_put_int(&w->inner, LINE_LINE, l->line);
	pb_put_int(&w->inner, LINE_COLUMN, l->column);
	if (w->inner.n || is_one_of_several)
		pb_put_bytes_always(&w->message, LOCATION_LINE, buf_str(&w->inner));
}

/* Write all lines of a location row, innermost first. Returns the outermost frame. */
static loc_id put_lines(struct writer *w, uint32_t row)
{
	bool several = row >= w->p->dict->loc.n;
	loc_id outermost;

	while (row >= w->p->dict->loc.n) {
		const struct group *g = table_row(&w->group, row - w->p->dict->loc.n);

		put_line(w, g->loc, several);
		row = g->outer;
	}
	outermost.i = row;
	put_line(w, outermost, several);
	return outermost;
}

static void put_location(struct writer *w, uint32_t id)
{
	const struct loc *l;
	uint64_t start;

	w->message.n = 0;
	pb_put_int(&w->message, LOCATION_ID, id);
	l = dict_loc(w->p->dict, put_lines(w, w->locations.row[id]));
	start = dict_mapping(w->p->dict, l->map)->start;
	pb_put_int(&w->message, LOCATION_MAPPING_ID, number_of(&w->mappings, l->map.i));
	pb_put_int(&w->message, LOCATION_ADDRESS, l->flags & LOC_ADDR ? l->addr + start : 0);
	pb_put_int(&w->message, LOCATION_IS_FOLDED, (l->flags & LOC_FOLDED) != 0);
	put_message(w, PROFILE_LOCATION, &w->message);
}

static void put_mapping(struct writer *w, uint32_t id)
{
	const struct mapping *m = dict_mapping(w->p->dict, (map_id){ w->mappings.row[id] });
	struct buf *b = &w->message;

	b->n = 0;
	pb_put_int(b, MAPPING_ID, id);
	pb_put_int(b, MAPPING_START, m->start);
	pb_put_int(b, MAPPING_LIMIT, m->size ? m->start + m->size : 0);
	pb_put_int(b, MAPPING_OFFSET, m->offset);
	put_string(w, b, MAPPING_FILENAME, m->file);
	put_string(w, b, MAPPING_BUILD_ID, m->build_id);
	pb_put_int(b, MAPPING_HAS_FUNCTIONS, (m->flags & MAP_FUNCTIONS) != 0);
	pb_put_int(b, MAPPING_HAS_FILENAMES, (m->flags & MAP_FILENAMES) != 0);
	pb_put_int(b, MAPPING_HAS_LINE_NUMBERS, (m->flags & MAP_LINES) != 0);
	pb_put_int(b, MAPPING_HAS_INLINE_FRAMES, (m->flags & MAP_INLINES) != 0);
	put_message(w, PROFILE_MAPPING, b);
}

static void put_function(struct writer *w, uint32_t id)
{
	const struct func *f = dict_func(w->p->dict, (func_id){ w->functions.row[id] });
	struct buf *b = &w->message;

	b->n = 0;
	pb_put_int(b, FUNCTION_ID, id);
	put_string(w, b, FUNCTION_NAME, f->name);
	put_string(w, b, FUNCTION_SYSTEM_NAME, f->linkage);
	put_string(w, b, FUNCTION_FILENAME, f->file);
	pb_put_int(b, FUNCTION_START_LINE, f->line);
	put_message(w, PROFILE_FUNCTION, b);
}

static void put_tables(struct writer *w)
{
	for (uint32_t i = 1; i < w->locations.n; i++)
		put_location(w, i);
	for (uint32_t i = 1; i < w->mappings.n; i++)
		put_mapping(w, i);
	for (uint32_t i = 1; i < w->functions.n; i++)
		put_function(w, i);
}

/* Header */

static void put_value_type(struct writer *w, uint32_t field, str_id type, str_id unit)
{
	w->message.n = 0;
	put_string(w, &w->message, VALUE_TYPE_TYPE, type);
	put_string(w, &w->message, VALUE_TYPE_UNIT, unit);
	put_message(w, field, &w->message);
}

/* Write the window as a comment: profile.proto has no field for it. */
static void put_window(struct writer *w)
{
	const struct header *h = &w->p->head;
	struct buf text = { 0 };

	if (!h->time || profile_end(h) - h->time == h->duration)
		return;
	buf_add(&text, S("window_ns="));
	buf_i64(&text, profile_end(h) - h->time);
	pb_put_int_always(w->b, PROFILE_COMMENT,
			  number_of(&w->strings, dict_intern(w->p->dict, buf_str(&text)).i));
	buf_release(&text);
}

static void put_header(struct writer *w)
{
	const struct header *h = &w->p->head;

	put_string(w, w->b, PROFILE_DROP_FRAMES, h->drop_frames);
	put_string(w, w->b, PROFILE_KEEP_FRAMES, h->keep_frames);
	pb_put_int(w->b, PROFILE_TIME_NANOS, (uint64_t)h->time);
	pb_put_int(w->b, PROFILE_DURATION_NANOS, (uint64_t)h->duration);
	if (h->period_type.i || h->period_unit.i)
		put_value_type(w, PROFILE_PERIOD_TYPE, h->period_type, h->period_unit);
	pb_put_int(w->b, PROFILE_PERIOD, (uint64_t)h->period);
	for (size_t i = 0; i < profile_ncomment(w->p); i++)
		pb_put_int_always(w->b, PROFILE_COMMENT,
				  number_of(&w->strings, profile_comment(w->p, i).i));
	put_window(w);
	put_string(w, w->b, PROFILE_DEFAULT_SAMPLE_TYPE, h->default_type);
	put_string(w, w->b, PROFILE_DOC_URL, h->doc_url);
}

static void put_strings(struct writer *w)
{
	pb_put_bytes_always(w->b, PROFILE_STRING_TABLE, S(""));
	for (uint32_t i = 1; i < w->strings.n; i++)
		pb_put_bytes_always(w->b, PROFILE_STRING_TABLE,
				    strings_get(&w->p->dict->str, w->strings.row[i]));
}

/* Readers assume that the first mapping is that of the main binary. */
static void keep_main_mapping_first(struct writer *w)
{
	number_of(&w->mappings, profile_main_map(w->p).i);
}

static void pprof_writer_release(struct writer *w)
{
	table_release(&w->group);
	numbers_release(&w->strings);
	numbers_release(&w->functions);
	numbers_release(&w->mappings);
	numbers_release(&w->locations);
	buf_release(&w->message);
	buf_release(&w->inner);
	buf_release(&w->list);
}

void pprof_write(struct out *out, struct profile *p)
{
	struct writer w = { .p = p, .b = &out->bytes };
	sample_id empty;

	profile_round(p);
	if (!out_binary(out))
		return;
	numbers_init(&w.strings);
	numbers_init(&w.functions);
	numbers_init(&w.mappings);
	numbers_init(&w.locations);
	table_init(&w.group, sizeof(struct group), sizeof(struct group));
	keep_main_mapping_first(&w);
	for (size_t i = 0; i < p->ncol; i++)
		put_value_type(&w, PROFILE_SAMPLE_TYPE, p->col[i].type, p->col[i].unit);
	empty = empty_base(p);
	for (uint32_t i = 1; i < p->sample.n; i++)
		if (has_value(p, (sample_id){ i }) || i == empty.i)
			put_sample(&w, (sample_id){ i });
	put_tables(&w);
	put_header(&w);
	put_strings(&w);
	pprof_writer_release(&w);
	out_frame(out);
}
