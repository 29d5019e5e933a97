#include "record/process/resource_text.h"

#include "io/pb.h"

enum { MOST_VALUE = 256 }; /* bytes */

static const struct {
	const char *attribute, *label;
} known[] = {
	{ "service.name", "service_name" },
	{ "service.version", "service_version" },
	{ "deployment.environment.name", "deployment_environment" },
	{ "deployment.environment", "deployment_environment" }, /* the old name */
	{ "service.instance.id", "instance" },
};

bool resource_is_plain(struct str value)
{
	uint32_t code;
	size_t n;

	if (!value.n || value.n > MOST_VALUE)
		return false;
	for (; value.n; value = str_skip(value, n)) {
		n = str_utf8(value, &code);
		if (!n || code < ' ' || code == 0x7f)
			return false;
	}
	return true;
}

void resource_add(struct buf *labels, struct str attribute, struct str value)
{
	for (size_t i = 0; i < LEN(known); i++)
		if (str_eq(attribute, str_of(known[i].attribute)) && resource_is_plain(value))
			buf_printf(labels, "%s=%.*s\n", known[i].label, STR_ARG(value));
}

/* The environment */

static void unescape(struct str s, struct buf *to)
{
	to->n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n && s.p[i] == '%' ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;

		buf_ch(to, low >= 0 ? (char)(high << 4 | low) : s.p[i]);
		i += low >= 0 ? 2 : 0;
	}
}

static void add_list(struct buf *labels, struct str list)
{
	struct buf value = { 0 };

	while (list.n) {
		struct str text = str_cut(&list, ','), key = str_cut(&text, '=');

		unescape(str_trim(text), &value);
		resource_add(labels, str_trim(key), buf_str(&value));
	}
	buf_release(&value);
}

/* OTEL_SERVICE_NAME takes precedence over the list. */
void resource_of_environment(struct buf *labels, struct str environment)
{
	struct str list = S("");

	while (environment.n) {
		struct str value = str_cut(&environment, '\0'), key = str_cut(&value, '=');

		if (str_eq(key, S("OTEL_SERVICE_NAME")))
			resource_add(labels, S("service.name"), value);
		else if (str_eq(key, S("OTEL_RESOURCE_ATTRIBUTES")))
			list = value;
	}
	add_list(labels, list);
}

/* The process context */

/* The string of an AnyValue; empty if that is of another type. */
static struct str string_value(const struct pb *outer, struct str message)
{
	struct pb pb = pb_inside(outer, "AnyValue", message);
	struct str text = S("");
	struct pb_field f;

	while (pb_next(&pb, &f))
		if (f.number == 1)
			text = pb_bytes(&pb, &f);
	return text;
}

/* Reads a KeyValue: its key, and its value, an AnyValue inside the message that is returned. */
static struct pb read_key_value(const struct pb *outer, struct str message, struct str *key,
				struct str *value)
{
	struct pb pb = pb_inside(outer, "KeyValue", message);
	struct pb_field f;

	*key = *value = S("");
	while (pb_next(&pb, &f)) {
		if (f.number == 1)
			*key = pb_bytes(&pb, &f);
		else if (f.number == 2)
			*value = pb_bytes(&pb, &f);
	}
	return pb;
}

static void add_key_value(struct buf *labels, const struct pb *outer, struct str message)
{
	struct str key, value;
	struct pb pb = read_key_value(outer, message, &key, &value);

	resource_add(labels, key, string_value(&pb, value));
}

static void add_resource(struct buf *labels, const struct pb *outer, struct str message)
{
	struct pb pb = pb_inside(outer, "Resource", message);
	struct pb_field f;

	while (pb_next(&pb, &f))
		if (f.number == 1)
			add_key_value(labels, &pb, pb_bytes(&pb, &f));
}

/* Calls a function for each attribute of the process itself, not of its resource. */
static bool each_attribute(struct str payload,
			   void (*take)(void *context, const struct pb *pb, struct str message),
			   void *context)
{
	struct in quiet = { .name = "" };
	struct pb pb = pb_open(&quiet, "ProcessContext", payload, 0);
	struct pb_field f;
	bool ok;

	while (pb_next(&pb, &f))
		if (f.number == 2)
			take(context, &pb, pb_bytes(&pb, &f));
	ok = !quiet.failed;
	in_release(&quiet);
	return ok;
}

struct thread_keys {
	struct buf *keys;
	bool has_schema;
};

static void add_key(struct buf *keys, struct str key)
{
	if (resource_is_plain(key) && str_chr(key, '=') < 0)
		buf_add(keys, key);
	buf_ch(keys, '\n');
}

/* An AnyValue that is a list of strings. */
static void add_keys(struct buf *keys, const struct pb *outer, struct str message)
{
	struct pb value = pb_inside(outer, "AnyValue", message);
	struct pb_field f, g;

	while (pb_next(&value, &f)) {
		struct pb list = pb_inside(&value, "ArrayValue",
					   f.number == 5 ? pb_bytes(&value, &f) : S(""));

		while (pb_next(&list, &g))
			if (g.number == 1)
				add_key(keys, string_value(&list, pb_bytes(&list, &g)));
	}
}

static void take_thread_key(void *context, const struct pb *outer, struct str message)
{
	struct thread_keys *k = context;
	struct str key, value;
	struct pb pb = read_key_value(outer, message, &key, &value);

	if (str_eq(key, S("threadlocal.attribute_key_map"))) {
		add_keys(k->keys, &pb, value);
	} else if (str_eq(key, S("threadlocal.schema_version"))) {
		value = string_value(&pb, value);
		k->has_schema = str_eq(value, S("tlsdesc_v1_dev")) || str_eq(value, S("tls_v1"));
	}
}

bool resource_thread_keys(struct buf *keys, struct str payload)
{
	struct thread_keys k = { .keys = keys };
	size_t before = keys->n;
	bool ok = each_attribute(payload, take_thread_key, &k) && k.has_schema;

	if (!ok)
		keys->n = before;
	return ok;
}

bool resource_of_context(struct buf *labels, struct str payload)
{
	struct in quiet = { .name = "" };
	struct pb pb = pb_open(&quiet, "ProcessContext", payload, 0);
	size_t before = labels->n;
	struct pb_field f;
	bool ok;

	while (pb_next(&pb, &f)) {
		if (f.number == 1)
			add_resource(labels, &pb, pb_bytes(&pb, &f));
		else if (f.number == 2)
			add_key_value(labels, &pb, pb_bytes(&pb, &f));
	}
	ok = !quiet.failed;
	if (!ok)
		labels->n = before;
	in_release(&quiet);
	return ok;
}
