#include "source/span_file.h"

#include "io/json_read.h"

static struct str keep_text(struct span_file *s, struct json_in *j)
{
	return arena_str(&s->text, json_string(j));
}

/* Keep an id as lower-case hexadecimal. */
static struct str keep_id(struct span_file *s, struct json_in *j)
{
	struct str id = keep_text(s, j);

	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] >= 'A' && id.p[i] <= 'F')
			((char *)id.p)[i] = (char)(id.p[i] - 'A' + 'a');
	return id;
}

/* The format writes 64-bit integers as strings; numbers are accepted, too. */
static int64_t read_time(struct json_in *j)
{
	int64_t ns = 0;

	if (j->kind == JSON_NUMBER)
		return json_i64(j);
	if (!str_i64(json_string(j), &ns))
		json_fail(j, "expected nanoseconds since 1970");
	return ns;
}

static void read_span(struct span_file *s, struct json_in *j)
{
	struct span span = { 0 };
	struct str key;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		if (str_eq(key, S("traceId")))
			span.trace = keep_id(s, j);
		else if (str_eq(key, S("spanId")))
			span.id = keep_id(s, j);
		else if (str_eq(key, S("name")))
			span.name = keep_text(s, j);
		else if (str_eq(key, S("startTimeUnixNano")))
			span.start = read_time(j);
		else if (str_eq(key, S("endTimeUnixNano")))
			span.end = read_time(j);
	}
	vec_push(&s->span, span);
}

static void read_scope(struct span_file *s, struct json_in *j)
{
	struct str key;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key))
		if (str_eq(key, S("spans")) && json_enter(j, JSON_ARRAY))
			while (json_element(j))
				read_span(s, j);
}

/* {"stringValue": "api"} */
static struct str read_value(struct span_file *s, struct json_in *j)
{
	struct str key, value = { 0 };

	if (json_enter(j, JSON_OBJECT))
		while (json_member(j, &key))
			if (str_eq(key, S("stringValue")))
				value = keep_text(s, j);
	return value;
}

static void read_attribute(struct span_file *s, struct json_in *j, struct str *service)
{
	struct str key, value = { 0 };
	bool is_service = false;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		if (str_eq(key, S("key")))
			is_service = str_eq(json_string(j), S("service.name"));
		else if (str_eq(key, S("value")))
			value = read_value(s, j);
	}
	if (is_service)
		*service = value;
}

static void read_resource(struct span_file *s, struct json_in *j, struct str *service)
{
	struct str key;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key))
		if (str_eq(key, S("attributes")) && json_enter(j, JSON_ARRAY))
			while (json_element(j))
				read_attribute(s, j, service);
}

/* The resource may come after its spans. */
static void read_resource_spans(struct span_file *s, struct json_in *j)
{
	struct str key, service = { 0 };
	size_t from = s->span.n;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		if (str_eq(key, S("resource")))
			read_resource(s, j, &service);
		else if (str_eq(key, S("scopeSpans")) && json_enter(j, JSON_ARRAY))
			while (json_element(j))
				read_scope(s, j);
	}
	for (size_t i = from; i < s->span.n; i++)
		s->span.v[i].service = service;
}

static void read_export(struct span_file *s, struct json_in *j)
{
	struct str key;

	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key))
		if (str_eq(key, S("resourceSpans")) && json_enter(j, JSON_ARRAY))
			while (json_element(j))
				read_resource_spans(s, j);
}

static void number_ids(struct span_file *s)
{
	for (size_t i = 0; i < s->span.n; i++) {
		uint32_t number = strings_intern(&s->id, s->span.v[i].id);

		if (number < s->of_id.n)
			continue;
		vec_append_zeroed(&s->of_id, number + 1 - s->of_id.n);
		s->of_id.v[number] = (uint32_t)i;
	}
}

bool span_file_read_in(struct span_file *s, struct in *in, struct buf *error)
{
	struct json_in j;
	bool ok;

	*s = (struct span_file){ 0 };
	strings_init(&s->id);
	if (!in->failed) {
		json_in_open(&j, in);
		j.several = true;
		while (json_next(&j) != JSON_END)
			read_export(s, &j);
		json_in_close(&j);
	}
	ok = in_close(in);
	if (!ok)
		buf_add(error, str_of(in->error.p));
	number_ids(s);
	return ok;
}

bool span_file_read(struct span_file *s, const char *path, struct buf *error)
{
	struct in in;
	bool ok;

	in_open(&in, path);
	ok = span_file_read_in(s, &in, error);
	in_release(&in);
	return ok;
}

void span_file_release(struct span_file *s)
{
	vec_release(&s->span);
	vec_release(&s->of_id);
	arena_release(&s->text);
	strings_release(&s->id);
}

struct span *span_file_find(const struct span_file *s, struct str id)
{
	uint32_t number = strings_find(&s->id, id);

	return number ? &s->span.v[s->of_id.v[number]] : NULL;
}
