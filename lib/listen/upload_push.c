/*
 * Pyroscope's push API: series, each with labels and samples, which are pprof messages. The
 * protobuf message and its JSON differ only in encoding.
 */
#include "io/json_read.h"
#include "io/pb_memory.h"
#include "listen/base64.h"
#include "listen/upload_parts.h"
#include "push.pb-c.h"

/* Labels */

/*
 * Skip names that are meant for the server. The name of a profile follows from its sample
 * types, except __name__="block" (see finish_block()).
 */
static bool push_label(struct upload_reader *r, struct str key, struct str value)
{
	if (str_eq(key, S("__name__")) || str_eq(key, S("__delta__")) ||
	    str_eq(key, S("__session_id__")))
		return true;
	return upload_label(r, key, value);
}

static bool samples_have_label(const struct profile *p, struct str key)
{
	str_id id = dict_find_str(p->dict, key);

	return id.i && p->sample.n > 1 &&
	       dict_find_label(p->dict, profile_sample(p, (sample_id){ 1 })->labels, id);
}

static bool finish_pushed(struct upload_reader *r, const struct format *format)
{
	(void)format;
	if (!samples_have_label(r->p, S("service_name")))
		upload_default_label(r, S("service_name"), S("unknown_service"));
	return r->status == 200;
}

/* Go's profiles of blocking have the same type names as those of mutexes. */
static bool finish_block(struct upload_reader *r, const struct format *format)
{
	upload_block_types(r->p);
	return finish_pushed(r, format);
}

static bool add_sample(struct upload_reader *r, struct str raw, bool is_block)
{
	return upload_add_profiles(r, "profile", raw, &format_pprof,
				   is_block ? finish_block : finish_pushed);
}

/* Protobuf */

static bool read_series(struct upload_reader *r, const Push__V1__RawProfileSeries *s)
{
	bool is_block = false;

	r->labels.i = 0;
	for (size_t i = 0; i < s->n_labels; i++) {
		struct str key = str_of(s->labels[i]->name), value = str_of(s->labels[i]->value);

		is_block |= str_eq(key, S("__name__")) && str_eq(value, S("block"));
		if (!push_label(r, key, value))
			return false;
	}
	for (size_t i = 0; i < s->n_samples; i++) {
		const ProtobufCBinaryData *raw = &s->samples[i]->raw_profile;

		if (!add_sample(r, str((const char *)raw->data, raw->len), is_block))
			return false;
	}
	return true;
}

static bool read_message(struct upload_reader *r, struct str bytes)
{
	Push__V1__PushRequest *m = push__v1__push_request__unpack(&pb_memory, bytes.n,
								  (const uint8_t *)bytes.p);
	bool ok = true;

	if (!m)
		return upload_refuse(r, 400, "the body is not a PushRequest, or too large");
	for (size_t i = 0; ok && i < m->n_series; i++)
		ok = read_series(r, m->series[i]);
	push__v1__push_request__free_unpacked(m, &pb_memory);
	return ok;
}

/* JSON */

/* A series: its labels may come after its samples. */
struct json_series {
	struct buf text;      /* keys and values of labels, then bytes of profiles */
	VEC(size_t) label;    /* where each key and each value ends */
	VEC(size_t) profiles; /* where each profile ends in `raw` */
	struct buf raw;
};

static void read_json_label(struct json_in *j, struct json_series *s)
{
	struct str key, name = S(""), value = S("");
	struct buf own = { 0 };
	size_t name_end = 0;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		/* The text of a token is valid until the next token. */
		if (str_eq(key, S("name"))) {
			name = json_string(j);
			buf_add(&s->text, name);
			name_end = s->text.n;
		} else if (str_eq(key, S("value"))) {
			value = json_string(j);
			buf_add(&own, value);
		}
	}
	if (!name_end)
		name_end = s->text.n;
	vec_push(&s->label, name_end);
	buf_add(&s->text, buf_str(&own));
	vec_push(&s->label, s->text.n);
	buf_release(&own);
}

static void read_json_sample(struct json_in *j, struct json_series *s)
{
	struct str key;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		if (!str_eq(key, S("rawProfile")) && !str_eq(key, S("raw_profile")))
			continue;
		if (!base64_decode(json_string(j), &s->raw))
			json_fail(j, "rawProfile is not base64");
	}
	vec_push(&s->profiles, s->raw.n);
}

static void read_json_parts(struct json_in *j, struct json_series *s)
{
	struct str key;

	s->text.n = s->raw.n = 0;
	vec_clear(&s->label);
	vec_clear(&s->profiles);
	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		bool labels = str_eq(key, S("labels"));

		if ((!labels && !str_eq(key, S("samples"))) || !json_enter(j, JSON_ARRAY))
			continue;
		while (json_element(j))
			(labels ? read_json_label : read_json_sample)(j, s);
	}
}

static bool add_json_series(struct upload_reader *r, const struct json_series *s)
{
	struct str text = buf_str(&s->text), raw = buf_str(&s->raw);
	bool is_block = false;
	size_t at = 0;

	r->labels.i = 0;
	for (size_t i = 0; i + 1 < s->label.n; i += 2) {
		struct str key = str(text.p + at, s->label.v[i] - at);
		struct str value = str(text.p + s->label.v[i], s->label.v[i + 1] - s->label.v[i]);

		is_block |= str_eq(key, S("__name__")) && str_eq(value, S("block"));
		if (!push_label(r, key, value))
			return false;
		at = s->label.v[i + 1];
	}
	at = 0;
	for (size_t i = 0; i < s->profiles.n; i++) {
		if (!add_sample(r, str(raw.p + at, s->profiles.v[i] - at), is_block))
			return false;
		at = s->profiles.v[i];
	}
	return true;
}

static bool read_json(struct upload_reader *r, struct str bytes)
{
	struct json_series s = { 0 };
	struct json_in j;
	struct in in;
	struct str key;
	bool ok = true;

	in_open_memory(&in, "body", bytes);
	json_in_open(&j, &in);
	json_next(&j);
	if (json_enter(&j, JSON_OBJECT))
		while (ok && json_member(&j, &key))
			if (str_eq(key, S("series")) && json_enter(&j, JSON_ARRAY))
				while (ok && json_element(&j)) {
					read_json_parts(&j, &s);
					ok = !in.failed && add_json_series(r, &s);
				}
	json_in_close(&j);
	if (in.failed)
		ok = upload_refuse(r, in.reason == IN_OVER_MEMORY ? 413 : 400, "%s", in.error.p);
	in_close(&in);
	in_release(&in);
	buf_release(&s.text);
	buf_release(&s.raw);
	vec_release(&s.label);
	vec_release(&s.profiles);
	return ok;
}

bool upload_read_push(struct upload_reader *r)
{
	struct str type = r->upload->field[UPLOAD_CONTENT_TYPE], bytes;
	bool is_json = media_type_is(type, "application/json"), ok;
	struct in in;

	if (!is_json && !media_type_is(type, "application/proto"))
		return upload_refuse(r, 415,
				     "Content-Type: %.*s: expected application/proto or "
				     "application/json",
				     STR_ARG(type));
	ok = upload_unpack(r, &in, "body", r->upload->field[UPLOAD_BODY], &bytes);
	if (ok)
		ok = is_json ? read_json(r, bytes) : read_message(r, bytes);
	in_close(&in);
	in_release(&in);
	if (ok && !r->nprofile)
		return upload_refuse(r, 400, "no profiles received");
	return ok;
}
