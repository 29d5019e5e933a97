/* Walking a message of OTLP profiles, and unpacking its small messages. */
#include "format/otlp/otlp_reader.h"

void *otlp_unpack(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
		  const ProtobufCMessageDescriptor *descriptor)
{
	struct str bytes = pb_bytes(pb, f);
	ProtobufCMessage *m;

	if (r->in->failed)
		return NULL;
	m = protobuf_c_message_unpack(descriptor, &r->allocator, bytes.n, (const uint8_t *)bytes.p);
	if (!m)
		in_bad_at(r->in, pb_pos(pb, f->at), "%s is damaged, or too large",
			  descriptor->short_name);
	return m;
}

void otlp_free(struct otlp_reader *r, void *message)
{
	protobuf_c_message_free_unpacked(message, &r->allocator);
}

bool otlp_check_index(struct otlp_reader *r, struct pb *pb, const struct pb_field *f, int64_t index,
		      size_t n, const char *what)
{
	if (index >= 0 && (uint64_t)index < n)
		return true;
	in_bad_at(r->in, pb_pos(pb, f->at), "names %s %lld of %zu", what, (long long)index, n);
	return false;
}

str_id otlp_string(struct otlp_reader *r, struct pb *pb, const struct pb_field *f, int32_t index)
{
	if (!index || !otlp_check_index(r, pb, f, index, r->string_ids.n, "string"))
		return (str_id){ 0 };
	return r->string_ids.v[index];
}

uint32_t otlp_line(int64_t line)
{
	return line > 0 && line <= INT32_MAX ? (uint32_t)line : 0;
}

void otlp_each_part(struct otlp_reader *r, struct pb pb, uint32_t number, otlp_read_part *read)
{
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f))
		if (f.number == number)
			read(r, &pb, &f);
}

void otlp_each_row(struct otlp_reader *r, uint32_t table, otlp_read_part *read)
{
	struct pb pb = pb_open(r->in, "profiles", r->message, r->pos);
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f))
		if (f.number == DATA_DICTIONARY)
			otlp_each_part(r, pb_inside(&pb, "dictionary", pb_bytes(&pb, &f)), table,
				       read);
}

void otlp_each_profile(struct otlp_reader *r, otlp_read_part *read)
{
	struct pb data = pb_open(r->in, "profiles", r->message, r->pos), resource;
	struct pb_field f, g;

	while (!r->in->failed && pb_next(&data, &f)) {
		if (f.number != DATA_RESOURCE_PROFILES)
			continue;
		resource = pb_inside(&data, "resource_profiles", pb_bytes(&data, &f));
		while (!r->in->failed && pb_next(&resource, &g))
			if (g.number == RESOURCE_SCOPE_PROFILES)
				otlp_each_part(r,
					       pb_inside(&resource, "scope_profiles",
							 pb_bytes(&resource, &g)),
					       SCOPE_PROFILES, read);
	}
}
