#include "remote/otlp_answer.h"

#include "io/json_read.h"
#include "otlp_answer.pb-c.h"

static bool read_message(struct str body, struct otlp_answer *a)
{
	OtlpAnswer__ExportResponse *r =
		otlp_answer__export_response__unpack(NULL, body.n, (const uint8_t *)body.p);

	if (!r)
		return false;
	if (r->partial_success) {
		a->rejected = r->partial_success->rejected_profiles;
		buf_add(&a->message, str_of(r->partial_success->error_message));
	}
	otlp_answer__export_response__free_unpacked(r, NULL);
	return true;
}

/* Names are in camel case; an int64 is a string, or a number. */
static void read_partial_success(struct json_in *j, struct otlp_answer *a)
{
	struct str key;

	if (j->kind == JSON_NULL || !json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		if (str_eq(key, S("errorMessage")))
			buf_add(&a->message, json_string(j));
		else if (!str_eq(key, S("rejectedProfiles")))
			continue;
		else if (j->kind == JSON_NUMBER)
			a->rejected = json_i64(j);
		else if (!str_i64(json_string(j), &a->rejected))
			json_fail(j, "rejectedProfiles is not a number");
	}
}

static bool read_json(struct str body, struct otlp_answer *a)
{
	struct json_in j;
	struct str key;
	struct in in;
	bool ok = in_open_memory(&in, "", body);

	if (ok) {
		json_in_open(&j, &in);
		json_first(&j);
		json_enter(&j, JSON_OBJECT);
		while (json_member(&j, &key))
			if (str_eq(key, S("partialSuccess")))
				read_partial_success(&j, a);
		ok = json_finished(&j);
		json_in_close(&j);
	}
	ok = in_close(&in) && ok;
	in_release(&in);
	return ok;
}

bool otlp_answer_read(struct str body, bool is_json, struct otlp_answer *a)
{
	*a = (struct otlp_answer){ 0 };
	return is_json ? read_json(body, a) : read_message(body, a);
}
