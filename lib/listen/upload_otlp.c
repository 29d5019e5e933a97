/*
 * OTLP over HTTP, protobuf or JSON: one export request, with the profiles of any number of
 * resources. The format's reader merges them into one profile; here it is divided again by
 * service, so that each service's profile is stored separately.
 */
#include "base/vec.h"
#include "listen/upload_parts.h"

/* The samples of each value of service_name, in order of appearance. */
struct services {
	VEC(struct str) name;
	VEC(uint32_t) of_sample; /* by sample: index into name */
};

static struct str service_of(const struct profile *p, str_id key, uint32_t sample)
{
	const struct label *l =
		dict_find_label(p->dict, profile_sample(p, (sample_id){ sample })->labels, key);

	return l ? dict_text(p->dict, l->str) : S("");
}

static bool find_services(struct upload_reader *r, const struct profile *p, struct services *s)
{
	str_id key = dict_find_str(p->dict, S("service_name"));

	vec_append_zeroed(&s->of_sample, p->sample.n);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		struct str name = service_of(p, key, i);
		size_t at = 0;

		while (at < s->name.n && !str_eq(s->name.v[at], name))
			at++;
		if (at == s->name.n)
			vec_push(&s->name, name);
		if (s->name.n > r->limits->profiles)
			return upload_refuse(r, 413, "more than %u services in one request",
					     r->limits->profiles);
		s->of_sample.v[i] = (uint32_t)at;
	}
	return true;
}

/* Keep only the samples of one service in r->p, and add it. */
static bool add_service(struct upload_reader *r, const struct services *s, uint32_t which,
			struct profile *whole)
{
	VEC(sample_id) samples = { 0 };

	for (uint32_t i = 1; i < whole->sample.n; i++)
		if (s->of_sample.v[i] == which)
			vec_push(&samples, { i });
	profile_release(r->p);
	profile_init_part(r->p, whole, samples.v, samples.n);
	if (which)
		profile_drop_counts(r->p);
	vec_release(&samples);
	r->labels.i = 0;
	if (!s->name.v[which].n)
		upload_default_label(r, S("service_name"), S("unknown_service"));
	return upload_add_read_profile(r);
}

static bool add_services(struct upload_reader *r)
{
	struct services s = { 0 };
	struct profile whole;
	bool ok;

	profile_init(&whole, r->p->dict);
	profile_move(&whole, r->p);
	ok = find_services(r, &whole, &s);
	for (uint32_t i = 0; ok && i < s.name.n; i++)
		ok = add_service(r, &s, i, &whole);
	profile_release(&whole);
	vec_release(&s.name);
	vec_release(&s.of_sample);
	return ok;
}

bool upload_read_otlp(struct upload_reader *r)
{
	struct str type = r->upload->field[UPLOAD_CONTENT_TYPE];
	bool is_json = media_type_is(type, "application/json");

	if (!is_json && !media_type_is(type, "application/x-protobuf") &&
	    !media_type_is(type, "application/protobuf"))
		return upload_refuse(r, 415,
				     "Content-Type: %.*s: expected application/x-protobuf "
				     "or application/json",
				     STR_ARG(type));
	if (!is_json && !r->upload->field[UPLOAD_BODY].n)
		return true; /* a message without profiles */
	return upload_each_profile(r, "body", r->upload->field[UPLOAD_BODY],
				   is_json ? &format_otlp_json : &format_otlp, add_services);
}
