/* The message as a whole: the ranges of its fields, its strings, its header and comments. */
#include "format/pprof/pprof.h"

struct pb pprof_open(const struct pprof_reader *r)
{
	return pb_open(r->in, "profile", r->message, r->pos);
}

bool pprof_next(const struct pprof_reader *r, struct pb *pb, uint32_t number, struct pb_field *f)
{
	if (pb->at < r->part[number].from)
		pb->at = r->part[number].from;
	while (pb->at < r->part[number].to && pb_next(pb, f))
		if (f->number == number)
			return true;
	return false;
}

str_id pprof_string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	uint64_t index = pb_int(pb, f);

	if (index < r->string_ids.n)
		return r->string_ids.v[index];
	pb_fail(pb, f, "names string %llu of %zu", (unsigned long long)index, r->string_ids.n);
	return (str_id){ 0 };
}

bool pprof_each(struct pprof_reader *r, uint32_t number, pprof_read_field *read_one)
{
	struct pb pb = pprof_open(r);
	struct pb_field f;

	while (pprof_next(r, &pb, number, &f))
		read_one(r, &pb, &f);
	return !r->in->failed;
}

static void read_string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct str s = pb_bytes(pb, f);

	if (!r->strings.n && s.n)
		pb_fail(pb, f, "is the first string, which must be empty");
	vec_push(&r->strings, s);
}

/* Count functions, and find out whether any has an id. */
static void survey_function(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	struct pb m = pb_inside(pb, "function", pb_bytes(pb, f));
	struct pb_field g;

	r->nfunction++;
	while (!r->have_function_ids && pb_next(&m, &g))
		if (g.number == FUNCTION_ID && g.value)
			r->have_function_ids = true;
}

bool pprof_survey(struct pprof_reader *r)
{
	struct pb pb = pprof_open(r);
	struct pb_field f;

	while (pb_next(&pb, &f)) {
		if (f.number > PROFILE_DOC_URL)
			continue;
		if (!r->part[f.number].from)
			r->part[f.number].from = f.at;
		r->part[f.number].to = pb.at;
		switch (f.number) {
		case PROFILE_STRING_TABLE: read_string(r, &pb, &f); break;
		case PROFILE_FUNCTION: survey_function(r, &pb, &f); break;
		case PROFILE_SAMPLE: r->nsample++; break;
		case PROFILE_MAPPING: r->nmapping++; break;
		case PROFILE_LOCATION: r->nlocation++; break;
		case PROFILE_COMMENT: pb_ints(&pb, &f, &r->comments); break;
		}
	}
	if (!r->in->failed && !r->strings.n)
		in_fail_at(r->in, r->pos, "profile: has no string table");
	return !r->in->failed;
}

void pprof_enter_strings(struct pprof_reader *r)
{
	vec_append_zeroed(&r->string_ids, r->strings.n);
	dict_intern_all(r->p->dict, r->strings.v, r->strings.n, r->string_ids.v);
}

/* Header and comments */

static void read_period_type(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			     struct header *h)
{
	struct pb m = pb_inside(pb, "period_type", pb_bytes(pb, f));
	struct pb_field g;

	while (pb_next(&m, &g)) {
		switch (g.number) {
		case VALUE_TYPE_TYPE: h->period_type = pprof_string(r, &m, &g); break;
		case VALUE_TYPE_UNIT: h->period_unit = pprof_string(r, &m, &g); break;
		}
	}
}

/* Two profiles that were joined without compression frames have this field twice. */
static void read_time(struct pb *pb, const struct pb_field *f, int64_t *time)
{
	int64_t first = *time;

	*time = (int64_t)pb_int(pb, f);
	if (first && *time)
		pb_fail(pb, f,
			"occurs twice: the input is two profiles joined without compression, "
			"and one message is expected");
}

static bool read_comments(struct pprof_reader *r)
{
	const uint64_t *comment = (const uint64_t *)r->comments.p;

	for (size_t i = 0; i < BUF_COUNT(&r->comments, *comment); i++) {
		if (comment[i] >= r->strings.n)
			return in_fail_at(r->in, r->pos,
					  "profile: comment %zu names string %llu of %zu", i + 1,
					  (unsigned long long)comment[i], r->strings.n);
		profile_add_comment(r->p, r->strings.v[comment[i]]);
	}
	return true;
}

/* A field that should occur once; as in protobuf, the last one counts. */
static void read_header_field(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
			      struct header *h)
{
	switch (f->number) {
	case PROFILE_DROP_FRAMES: h->drop_frames = pprof_string(r, pb, f); break;
	case PROFILE_KEEP_FRAMES: h->keep_frames = pprof_string(r, pb, f); break;
	case PROFILE_TIME_NANOS: read_time(pb, f, &h->time); break;
	case PROFILE_DURATION_NANOS: h->duration = (int64_t)pb_int(pb, f); break;
	case PROFILE_PERIOD_TYPE: read_period_type(r, pb, f, h); break;
	case PROFILE_PERIOD: h->period = (int64_t)pb_int(pb, f); break;
	case PROFILE_DEFAULT_SAMPLE_TYPE: h->default_type = pprof_string(r, pb, f); break;
	case PROFILE_DOC_URL: h->doc_url = pprof_string(r, pb, f); break;
	}
}

bool pprof_read_header(struct pprof_reader *r)
{
	struct pb_field f;

	for (uint32_t number = PROFILE_DROP_FRAMES; number <= PROFILE_DOC_URL; number++) {
		struct pb pb = pprof_open(r);

		while (pprof_next(r, &pb, number, &f))
			read_header_field(r, &pb, &f, &r->p->head);
	}
	return read_comments(r) && !r->in->failed;
}
