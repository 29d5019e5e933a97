#include "format/pprof_reader.h"

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

static bool read_comments(struct pprof_reader *r)
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
