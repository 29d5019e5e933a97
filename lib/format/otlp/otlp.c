/*
 * The OTLP format: OpenTelemetry's ProfilesData, which is also the body of an export request,
 * in the layouts of 1.8 to 1.11. The message has no magic number: it is recognised by the
 * messages inside it.
 */
#include "format/otlp/otlp.h"

#include "format/format.h"

const struct otlp_key otlp_keys[] = {
	{ "thread.name", "thread" },        { "thread.id", "tid" },
	{ "process.pid", "pid" },           { "cpu.logical_number", "cpu" },
	{ "service.name", "service_name" },
};
const size_t notlp_keys = LEN(otlp_keys);

/* Recognising */

enum message { ANYTHING, DATA, RESOURCE, SCOPE, PROFILE, DICTIONARY };

struct evidence {
	int bits;
	bool wrong; /* this cannot be a message of profiles */
	bool cut;   /* the last field is truncated */
	bool has_string;
};

/* The message that a field must hold, or ANYTHING; false if the field cannot occur. */
static bool field_of(enum message in, uint64_t tag, enum message *message)
{
	static const uint8_t inner[][3] = { [DATA] = { 0, RESOURCE, DICTIONARY },
					    [RESOURCE] = { 0, ANYTHING, SCOPE },
					    [SCOPE] = { 0, ANYTHING, PROFILE } };
	uint64_t number = tag >> 3;
	bool is_len = (tag & 7) == PB_LEN;

	*message = ANYTHING;
	if (in == PROFILE)
		return number > 0 && number <= 16;
	if (in == DICTIONARY)
		return is_len && number > 0 && number <= TABLE_STACKS;
	if (number > 0 && number < 3)
		*message = inner[in][number];
	return is_len && number > 0 && number <= (in == DATA ? 2 : 3);
}

static void look_at(struct evidence *e, struct str bytes, enum message in)
{
	enum { BITS_OF_TAG = 5 };
	struct in quiet = { .name = "" };
	struct pb pb = pb_open(&quiet, "", bytes, 0);

	while (pb.at < pb.end && !e->wrong && !e->cut) {
		uint64_t tag = pb_varint(&pb), n;
		enum message message = ANYTHING;
		struct str inside;

		e->wrong = !quiet.failed && !field_of(in, tag, &message);
		n = (tag & 7) == PB_FIXED64 ? 8 : pb_varint(&pb);
		e->cut = quiet.failed;
		if (e->wrong || e->cut)
			break;
		if ((tag & 7) != PB_LEN && (tag & 7) != PB_FIXED64)
			continue;
		inside = str((const char *)pb.at, min_size((size_t)n, (size_t)(pb.end - pb.at)));
		if (in == DICTIONARY && tag >> 3 == TABLE_STRINGS && !e->has_string) {
			e->has_string = true;
			e->wrong = n != 0;
			e->bits += 8;
		}
		e->bits += BITS_OF_TAG * (in == PROFILE || in == DICTIONARY);
		if (message)
			look_at(e, inside, message);
		e->wrong |= inside.n == n && e->cut;
		e->cut = inside.n < n;
		pb.at += inside.n;
	}
	in_release(&quiet);
}

int otlp_sniff(struct sniff *s)
{
	struct evidence e = { 0 };

	look_at(&e, s->head, DATA);
	return e.wrong ? 0 : e.bits;
}

const struct format format_otlp = {
	.name = "otlp",
	.help = "OpenTelemetry's profiles, in protobuf",
	.sniff = otlp_sniff,
	.read = otlp_read,
	.write = otlp_write,
	.all_types = true,
};
