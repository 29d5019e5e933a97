/*
 * OTLP profiles in JSON: the mapping of protobuf's messages to JSON that OTLP describes
 * (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"), in the layout of 1.10. A
 * table of messages converts between JSON and protobuf in both directions, and the reader
 * and the writer of protobuf do the rest.
 *
 * - Integers of 64 bits are strings or numbers, and written as strings; enumerations are
 *   numbers; ids of traces, spans and profiles are hexadecimal, and other bytes base64.
 * - Members that the table lacks are counted and left out, as OTLP requires of receivers:
 *   among them are a profile's payload in another format, and values of bytes.
 * - The names of older layouts ("sample", "locationIndices" ...) are not known.
 */
#include "format/format.h"
#include "format/json/json_paths.h"
#include "format/otlp/otlp.h"
#include "io/json.h"
#include "io/json_read.h"

enum { DEEPEST = 100 }; /* protobuf's own limit of nesting */

enum member_kind {
	INTEGER,
	WIDE_INTEGER,
	WIDE_UNSIGNED,
	FIXED,
	BOOLEAN,
	DOUBLE,
	TEXT,
	HEX,
	MESSAGE
};

struct member {
	const char *name;
	uint32_t number; /* of the field */
	enum member_kind kind;
	bool repeated;
	const struct member *message; /* of a MESSAGE: its members, up to one without a name */
};

/* The messages */

static const struct member value_members[];

static const struct member array_members[] = {
	{ "values", 1, MESSAGE, true, value_members },
	{ 0 },
};
static const struct member key_value_members[] = {
	{ "key", 1, TEXT, false, NULL },
	{ "value", 2, MESSAGE, false, value_members },
	{ "keyStrindex", 3, INTEGER, false, NULL },
	{ 0 },
};
static const struct member list_members[] = {
	{ "values", 1, MESSAGE, true, key_value_members },
	{ 0 },
};
static const struct member value_members[] = {
	{ "stringValue", 1, TEXT, false, NULL },
	{ "boolValue", 2, BOOLEAN, false, NULL },
	{ "intValue", 3, WIDE_INTEGER, false, NULL },
	{ "doubleValue", 4, DOUBLE, false, NULL },
	{ "arrayValue", 5, MESSAGE, false, array_members },
	{ "kvlistValue", 6, MESSAGE, false, list_members },
	{ "stringValueStrindex", 8, INTEGER, false, NULL },
	{ 0 },
};
static const struct member attribute_members[] = {
	{ "keyStrindex", 1, INTEGER, false, NULL },
	{ "value", 2, MESSAGE, false, value_members },
	{ "unitStrindex", 3, INTEGER, false, NULL },
	{ 0 },
};
static const struct member type_members[] = {
	{ "typeStrindex", 1, INTEGER, false, NULL },
	{ "unitStrindex", 2, INTEGER, false, NULL },
	{ 0 },
};
static const struct member mapping_members[] = {
	{ "memoryStart", 1, WIDE_UNSIGNED, false, NULL },
	{ "memoryLimit", 2, WIDE_UNSIGNED, false, NULL },
	{ "fileOffset", 3, WIDE_UNSIGNED, false, NULL },
	{ "filenameStrindex", 4, INTEGER, false, NULL },
	{ "attributeIndices", 5, INTEGER, true, NULL },
	{ 0 },
};
static const struct member line_members[] = {
	{ "functionIndex", 1, INTEGER, false, NULL },
	{ "line", 2, WIDE_INTEGER, false, NULL },
	{ "column", 3, WIDE_INTEGER, false, NULL },
	{ 0 },
};
static const struct member location_members[] = {
	{ "mappingIndex", 1, INTEGER, false, NULL },
	{ "address", 2, WIDE_UNSIGNED, false, NULL },
	{ "lines", 3, MESSAGE, true, line_members },
	{ "attributeIndices", 4, INTEGER, true, NULL },
	{ 0 },
};
static const struct member function_members[] = {
	{ "nameStrindex", 1, INTEGER, false, NULL },
	{ "systemNameStrindex", 2, INTEGER, false, NULL },
	{ "filenameStrindex", 3, INTEGER, false, NULL },
	{ "startLine", 4, WIDE_INTEGER, false, NULL },
	{ 0 },
};
static const struct member link_members[] = {
	{ "traceId", 1, HEX, false, NULL },
	{ "spanId", 2, HEX, false, NULL },
	{ 0 },
};
static const struct member stack_members[] = {
	{ "locationIndices", 1, INTEGER, true, NULL },
	{ 0 },
};
static const struct member dictionary_members[] = {
	{ "mappingTable", TABLE_MAPPINGS, MESSAGE, true, mapping_members },
	{ "locationTable", TABLE_LOCATIONS, MESSAGE, true, location_members },
	{ "functionTable", TABLE_FUNCTIONS, MESSAGE, true, function_members },
	{ "linkTable", TABLE_LINKS, MESSAGE, true, link_members },
	{ "stringTable", TABLE_STRINGS, TEXT, true, NULL },
	{ "attributeTable", TABLE_ATTRIBUTES, MESSAGE, true, attribute_members },
	{ "stackTable", TABLE_STACKS, MESSAGE, true, stack_members },
	{ 0 },
};
static const struct member sample_members[] = {
	{ "stackIndex", 1, INTEGER, false, NULL },
	{ "attributeIndices", 2, INTEGER, true, NULL },
	{ "linkIndex", 3, INTEGER, false, NULL },
	{ "values", 4, WIDE_INTEGER, true, NULL },
	{ "timestampsUnixNano", 5, FIXED, true, NULL },
	{ 0 },
};
static const struct member profile_members[] = {
	{ "sampleType", PROFILE_SAMPLE_TYPE, MESSAGE, false, type_members },
	{ "samples", PROFILE_SAMPLES, MESSAGE, true, sample_members },
	{ "timeUnixNano", PROFILE_TIME, FIXED, false, NULL },
	{ "durationNano", PROFILE_DURATION, WIDE_UNSIGNED, false, NULL },
	{ "periodType", PROFILE_PERIOD_TYPE, MESSAGE, false, type_members },
	{ "period", PROFILE_PERIOD, WIDE_INTEGER, false, NULL },
	{ "profileId", 7, HEX, false, NULL },
	{ "droppedAttributesCount", 8, INTEGER, false, NULL },
	{ "attributeIndices", PROFILE_ATTRIBUTES, INTEGER, true, NULL },
	{ 0 },
};
static const struct member scope_members[] = {
	{ "name", 1, TEXT, false, NULL },
	{ "version", 2, TEXT, false, NULL },
	{ "attributes", 3, MESSAGE, true, key_value_members },
	{ "droppedAttributesCount", 4, INTEGER, false, NULL },
	{ 0 },
};
static const struct member scope_profiles_members[] = {
	{ "scope", SCOPE_SCOPE, MESSAGE, false, scope_members },
	{ "profiles", SCOPE_PROFILES, MESSAGE, true, profile_members },
	{ "schemaUrl", 3, TEXT, false, NULL },
	{ 0 },
};
static const struct member resource_members[] = {
	{ "attributes", 1, MESSAGE, true, key_value_members },
	{ "droppedAttributesCount", 2, INTEGER, false, NULL },
	{ 0 },
};
static const struct member resource_profiles_members[] = {
	{ "resource", RESOURCE_RESOURCE, MESSAGE, false, resource_members },
	{ "scopeProfiles", RESOURCE_SCOPE_PROFILES, MESSAGE, true, scope_profiles_members },
	{ "schemaUrl", 3, TEXT, false, NULL },
	{ 0 },
};
static const struct member data_members[] = {
	{ "resourceProfiles", DATA_RESOURCE_PROFILES, MESSAGE, true, resource_profiles_members },
	{ "dictionary", DATA_DICTIONARY, MESSAGE, false, dictionary_members },
	{ 0 },
};

static enum pb_wire wire_of(enum member_kind kind)
{
	switch (kind) {
	case FIXED:
	case DOUBLE: return PB_FIXED64;
	case TEXT:
	case HEX:
	case MESSAGE: return PB_LEN;
	default: return PB_VARINT;
	}
}

/* From JSON */

struct converter {
	struct json_in j;
	uint64_t unknown; /* members that the table lacks */
	int depth;
};

static void read_message(struct converter *c, const struct member *members, struct buf *to);

/* An unsigned integer, which may be a string. */
static uint64_t read_unsigned(struct converter *c)
{
	uint64_t v = 0;

	if (c->j.kind != JSON_STRING)
		return json_u64(&c->j);
	if (!str_u64(c->j.text, &v))
		json_fail(&c->j, "expected an integer that is not below 0");
	return v;
}

/* The same for a signed one. An INTEGER (int32 or uint32) must fit in 32 bits. */
static uint64_t read_signed(struct converter *c, enum member_kind kind)
{
	int64_t v = 0;

	if (c->j.kind != JSON_STRING)
		v = json_i64(&c->j);
	else if (!str_i64(c->j.text, &v))
		json_fail(&c->j, "expected an integer");
	if (kind == INTEGER && (v < INT32_MIN || v > UINT32_MAX))
		json_fail(&c->j, "expected an integer of 32 bits, found %lld", (long long)v);
	return (uint64_t)v;
}

static void read_hex(struct converter *c, struct buf *to)
{
	struct str s = json_string(&c->j);

	for (size_t i = 0; i + 1 < s.n; i += 2) {
		int high = hex_digit(s.p[i]), low = hex_digit(s.p[i + 1]);

		if (high < 0 || low < 0)
			break;
		buf_ch(to, (char)(high << 4 | low));
	}
	if (!c->j.in->failed && 2 * to->n != s.n)
		json_fail(&c->j, "expected an id in hexadecimal");
}

/* Append the current value, without its field number, to `to`. */
static void read_value(struct converter *c, const struct member *m, struct buf *to)
{
	double d;
	uint64_t v;

	switch (m->kind) {
	case TEXT: buf_add(to, json_string(&c->j)); return;
	case HEX: read_hex(c, to); return;
	case MESSAGE: read_message(c, m->message, to); return;
	case BOOLEAN: pb_put_varint(to, json_bool(&c->j)); return;
	case DOUBLE:
		d = json_f64(&c->j);
		buf_put(to, &d, sizeof(d));
		return;
	case FIXED:
		v = read_unsigned(c);
		for (int i = 0; i < 8; i++)
			buf_ch(to, (char)(v >> 8 * i));
		return;
	case WIDE_UNSIGNED: pb_put_varint(to, read_unsigned(c)); return;
	default: pb_put_varint(to, read_signed(c, m->kind)); return;
	}
}

static void read_field(struct converter *c, const struct member *m, struct buf *to)
{
	struct buf value = { 0 };

	read_value(c, m, &value);
	if (wire_of(m->kind) == PB_LEN) {
		pb_put_bytes_always(to, m->number, buf_str(&value));
	} else {
		pb_put_varint(to, m->number << 3 | wire_of(m->kind));
		buf_add(to, buf_str(&value));
	}
	buf_release(&value);
}

/* Numbers of a repeated field are one packed field. */
static void read_repeated(struct converter *c, const struct member *m, struct buf *to)
{
	struct buf packed = { 0 };

	if (!json_enter(&c->j, JSON_ARRAY))
		return;
	while (json_element(&c->j))
		if (wire_of(m->kind) == PB_LEN)
			read_field(c, m, to);
		else
			read_value(c, m, &packed);
	if (packed.n)
		pb_put_bytes_always(to, m->number, buf_str(&packed));
	buf_release(&packed);
}

static const struct member *member_named(const struct member *members, struct str name)
{
	for (; members->name; members++)
		if (str_eq(name, str_of(members->name)))
			return members;
	return NULL;
}

static void read_message(struct converter *c, const struct member *members, struct buf *to)
{
	struct str key;

	if (c->depth == DEEPEST) {
		json_fail(&c->j, "messages are nested deeper than %d", DEEPEST);
		return;
	}
	c->depth++;
	json_enter(&c->j, JSON_OBJECT);
	while (json_member(&c->j, &key)) {
		const struct member *m = member_named(members, key);

		if (!m)
			c->unknown++;
		else if (c->j.kind == JSON_NULL)
			continue; /* as if it were not there */
		else if (m->repeated)
			read_repeated(c, m, to);
		else
			read_field(c, m, to);
	}
	c->depth--;
}

/* Positions in the converted message mean little: pos is where the JSON message begins. */
static bool read_converted(struct in *in, uint64_t pos, struct str message, struct profile *p)
{
	struct in converted;

	if (in_open_memory(&converted, NULL, message)) {
		converted.lenient = in->lenient;
		otlp_read(&converted, p);
	}
	in->skipped += converted.skipped;
	in_close(&converted);
	if (converted.notes.n)
		in_note(in, 0, "%.*s", (int)(converted.notes.n - 1), converted.notes.p);
	if (converted.failed && !in->failed) {
		in->reason = converted.reason;
		in_fail_at(in, pos, "converted to protobuf: %s", converted.error.p);
	}
	in_release(&converted);
	return !in->failed;
}

/* The next message: files of the Collector have one per line. */
static bool read_otlp_json(struct in *in, struct profile *p)
{
	struct converter c = { 0 };
	struct buf message = { 0 };
	uint64_t pos = in_pos(in);
	bool ok;

	json_in_open(&c.j, in);
	c.j.several = true;
	json_next(&c.j);
	read_message(&c, data_members, &message);
	json_in_leave(&c.j);
	if (c.unknown)
		in_note(in, 0, "members left out, which are not known: %llu",
			(unsigned long long)c.unknown);
	ok = !in->failed && read_converted(in, pos, buf_str(&message), p);
	buf_release(&message);
	return ok;
}

/* To JSON */

static void write_message(struct json *j, struct pb pb, const struct member *members);

static void write_hex(struct json *j, struct str bytes)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(&text, "%02x", (uint8_t)bytes.p[i]);
	json_put_string(j, buf_str(&text));
	buf_release(&text);
}

/* Integers of 64 bits are strings: readers in JavaScript would round them. */
static void write_integer(struct json *j, enum member_kind kind, uint64_t v)
{
	struct buf text = { 0 };

	if (kind == INTEGER)
		return json_put_int64(j, (int64_t)v);
	buf_printf(&text, kind == WIDE_INTEGER ? "%lld" : "%llu", (unsigned long long)v);
	json_put_string(j, buf_str(&text));
	buf_release(&text);
}

static void write_value(struct json *j, struct pb *pb, const struct pb_field *f,
			const struct member *m)
{
	switch (m->kind) {
	case TEXT: json_put_string(j, pb_bytes(pb, f)); return;
	case HEX: write_hex(j, pb_bytes(pb, f)); return;
	case MESSAGE: write_message(j, pb_inside(pb, m->name, pb_bytes(pb, f)), m->message); return;
	case BOOLEAN: json_put_bool(j, pb_int(pb, f) != 0); return;
	case DOUBLE: json_put_double(j, pb_double(pb, f)); return;
	case FIXED: write_integer(j, m->kind, pb_fixed(pb, f)); return;
	default: write_integer(j, m->kind, pb_int(pb, f)); return;
	}
}

/* The elements in one field of a repeated member: several, if it is packed. */
static void write_elements(struct json *j, struct pb *pb, const struct pb_field *f,
			   const struct member *m)
{
	struct buf list = { 0 };
	const uint64_t *v;

	if (f->wire != PB_LEN || wire_of(m->kind) == PB_LEN)
		return write_value(j, pb, f, m);
	if (wire_of(m->kind) == PB_FIXED64)
		pb_fixeds(pb, f, 8, &list);
	else
		pb_ints(pb, f, &list);
	v = (const uint64_t *)list.p;
	for (size_t i = 0; i < BUF_COUNT(&list, *v); i++)
		write_integer(j, m->kind, v[i]);
	buf_release(&list);
}

static void write_member(struct json *j, struct pb pb, const struct member *m)
{
	struct pb_field f;
	bool any = false;

	while (pb_next(&pb, &f)) {
		if (f.number != m->number)
			continue;
		if (!any)
			json_key(j, m->name);
		if (!m->repeated) {
			write_value(j, &pb, &f, m);
			return;
		}
		if (!any)
			json_begin_array(j);
		any = true;
		write_elements(j, &pb, &f, m);
	}
	if (any)
		json_end_array(j);
}

static void write_message(struct json *j, struct pb pb, const struct member *members)
{
	json_begin_object(j);
	for (; members->name; members++)
		write_member(j, pb, members);
	json_end_object(j);
}

static void write_otlp_json(struct out *out, struct profile *p)
{
	struct json j = { .b = &out->bytes };
	struct buf message = { 0 };
	struct in own = { .name = "" };

	otlp_encode(p, &message);
	write_message(&j, pb_open(&own, "profiles", buf_str(&message), 0), data_members);
	buf_ch(&out->bytes, '\n');
	buf_release(&message);
	in_release(&own);
	out_flush(out);
}

static int sniff_otlp_json(struct sniff *s)
{
	if (json_has(s, S("resourceProfiles")) || json_has(s, S("dictionary.stringTable")) ||
	    json_has(s, S("dictionary.mappingTable")) || json_has(s, S("dictionary.stackTable")))
		return JSON_BITS;
	return 0;
}

const struct format format_otlp_json = {
	.name = "otlp-json",
	.help = "OpenTelemetry's profiles, in JSON",
	.sniff = sniff_otlp_json,
	.read = read_otlp_json,
	.write = write_otlp_json,
	.all_types = true,
};
