#include "format/pprof_reader.h"

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

/* String `index` of the message, as a string of the profile. */
static str_id string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f,
		     uint64_t index)
{
	if (index >= r->nstring) {
		pb_fail(pb, f, "names string %llu of %zu", (unsigned long long)index, r->nstring);
		return (str_id){ 0 };
	}
	if (!r->string_id[index].i)
		r->string_id[index] = dict_intern(r->p->dict, ((struct str *)r->strings.p)[index]);
	return r->string_id[index];
}

str_id pprof_string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
{
	return string(r, pb, f, pb_int(pb, f));
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

	if (!r->nstring && s.n)
		pb_fail(pb, f, "is the first string, which must be empty");
	buf_put(&r->strings, &s, sizeof(s));
	r->nstring++;
}

/* Remember whether functions have ids at all. */
static void look_at_function(struct pprof_reader *r, struct pb *pb, const struct pb_field *f)
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
