/*
 * pprof: google/pprof's profile.proto, read by walking the wire.
 *
 * Each profile of a stream is a message in its own frame (gzip member, zstd
 * frame). A frame that ends inside a field goes on in the next one: some
 * compressors cut their output into members.
 *
 * Met in the wild and accepted: ids that are addresses; repeated integers packed
 * and not, mixed; function ids that are all 0 (.NET), taken to be 1, 2, 3 ...
 */
#include "format/format.h"
#include "format/pprof_reader.h"

static bool read_message(struct pprof_reader *r)
{
	bool ok = pprof_survey(r);

	r->string_id = mem_zeroed(r->nstring, sizeof(*r->string_id));
	ids_init(&r->mapping_ids, r->nmapping);
	ids_init(&r->function_ids, r->nfunction);
	ids_init(&r->location_ids, r->nlocation);
	profile_expect(r->p, r->nsample);
	ok = ok && pprof_read_header(r) && pprof_read_tables(r) && pprof_read_samples(r);
	ids_release(&r->location_ids);
	ids_release(&r->function_ids);
	ids_release(&r->mapping_ids);
	mem_free(r->string_id, r->nstring * sizeof(*r->string_id));
	return ok;
}

static void release(struct pprof_reader *r)
{
	struct buf *const all[] = { &r->strings, &r->comments, &r->mappings, &r->functions,
				    &r->places,  &r->inlined,  &r->targets,  &r->ids,
				    &r->batch,   &r->stacks,   &r->values };

	for (size_t i = 0; i < LEN(all); i++)
		buf_release(all[i]);
}

/* Do the bytes end where a field does? */
static bool is_whole(struct str bytes)
{
	struct in quiet = { 0 };
	struct pb pb = pb_open(&quiet, "profile", bytes, 0);
	struct pb_field f;

	while (pb_next(&pb, &f))
		;
	buf_release(&quiet.error);
	return !quiet.failed;
}

static bool read(struct in *in, struct profile *p)
{
	struct pprof_reader r = { .in = in, .p = p };

	if (!in_frame(in, &r.message))
		return false;
	r.pos = in_pos(in);
	while (in_more_frames(in) && !is_whole(r.message) && in_frame_more(in, &r.message))
		;
	read_message(&r);
	release(&r);
	return !in->failed;
}

static bool plausible(uint32_t number, enum pb_wire wire)
{
	switch (number) {
	case PROFILE_SAMPLE_TYPE:
	case PROFILE_SAMPLE:
	case PROFILE_MAPPING:
	case PROFILE_LOCATION:
	case PROFILE_FUNCTION:
	case PROFILE_STRING_TABLE:
	case PROFILE_PERIOD_TYPE: return wire == PB_LEN;
	case PROFILE_COMMENT: return wire == PB_LEN || wire == PB_VARINT;
	default: return number && number <= PROFILE_DOC_URL && wire == PB_VARINT;
	}
}

/*
 * A message has no magic number. What is proof enough: all of its fields have
 * the numbers and wire types of a profile, each of which is one tag in some
 * thirty, and the first string is empty. The last field may be cut short where
 * the head is.
 */
static int sniff(struct str head, bool all)
{
	enum { BITS_OF_TAG = 5 };
	struct in quiet = { .name = "" };
	struct pb pb = pb_open(&quiet, "profile", head, 0);
	struct pb_field f;
	int bits = 0, nstring = 0;
	bool ok = true;

	while (ok && pb_next(&pb, &f)) {
		ok = plausible(f.number, f.wire);
		if (f.number == PROFILE_STRING_TABLE && !nstring++)
			ok = ok && !f.bytes.n;
		bits += BITS_OF_TAG;
	}
	if (ok && quiet.failed)
		ok = !all && plausible(*f.at >> 3, *f.at & 7);
	buf_release(&quiet.error);
	return ok ? bits + BITS_OF_TAG * quiet.failed : 0;
}

const struct format format_pprof = {
	.name = "pprof",
	.help = "google/pprof's profile.proto, lossless",
	.sniff = sniff,
	.read = read,
	.write = pprof_write,
};
