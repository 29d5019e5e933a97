/*
 * The pprof format: google/pprof's profile.proto, one message for each profile.
 *
 * Each profile of a stream is a message in its own frame (gzip member, zstd frame). If a
 * frame ends inside a field, the message continues in the next frame: some compressors
 * split their output into several members.
 *
 * Oddities that occur and are accepted: ids that are addresses; repeated integers of
 * which some are packed and some are not; function ids that are all 0 (.NET), which are
 * read as 1, 2, 3 ...
 */
#include "format/pprof/pprof.h"
#include "format/format.h"

static void pprof_reader_release(struct pprof_reader *r)
{
	vec_release(&r->strings);
	vec_release(&r->string_ids);
	vec_release(&r->mappings);
	vec_release(&r->function_rows);
	vec_release(&r->functions);
	vec_release(&r->locations);
	vec_release(&r->frame_rows);
	vec_release(&r->frames);
	vec_release(&r->targets);
	buf_release(&r->comments);
	vec_release(&r->frame_of_id);
	vec_release(&r->values);
	buf_release(&r->joined_ids);
	buf_release(&r->joined_values);
}

/* The end of the last complete field, in a message whose field at byte `from` is not read yet. */
static size_t end_of_fields(struct str bytes, size_t from, bool *has_strings)
{
	struct in quiet = { 0 };
	struct pb pb = pb_open(&quiet, "profile", str_skip(bytes, from), from);
	struct pb_field f;
	size_t end = from;

	while (pb_next(&pb, &f)) {
		end = (size_t)pb_pos(&pb, pb.at);
		*has_strings |= f.number == PROFILE_STRING_TABLE;
	}
	in_release(&quiet);
	return end;
}

/*
 * Append the following frames to the message until it is complete: it ends at the end of
 * a field, and has a string table, as every profile does. A complete message does not wait
 * for more of the stream.
 */
static void join_frames(struct in *in, struct str *message)
{
	size_t end = 0;
	bool has_strings = false;

	do {
		end = end_of_fields(*message, end, &has_strings);
	} while ((end != message->n || !has_strings) && in_more_frames(in) &&
		 in_frame_more(in, message));
}

/* Read the message, which has been surveyed. */
static void read_message(struct pprof_reader *r)
{
	ids_init(&r->mapping_ids, r->nmapping);
	ids_init(&r->function_ids, r->nfunction);
	ids_init(&r->location_ids, r->nlocation);
	profile_expect(r->p, r->nsample);
	pprof_enter_strings(r);
	if (pprof_read_header(r) && pprof_read_tables(r))
		pprof_read_samples(r);
	ids_release(&r->location_ids);
	ids_release(&r->function_ids);
	ids_release(&r->mapping_ids);
}

/* Is the message complete and without a fault, as far as can be seen from outside? */
static bool survey_quietly(struct pprof_reader *r)
{
	struct in quiet = { 0 }, *in = r->in;
	bool ok;

	r->in = &quiet;
	ok = pprof_survey(r);
	r->in = in;
	in_release(&quiet);
	return ok;
}

static bool pprof_read(struct in *in, struct profile *p)
{
	struct pprof_reader r = { .in = in, .p = p };

	if (!in_frame(in, &r.message))
		return false;
	r.pos = in_pos(in);
	if (!survey_quietly(&r)) {
		pprof_reader_release(&r);
		r = (struct pprof_reader){ .in = in, .p = p, .message = r.message, .pos = r.pos };
		join_frames(in, &r.message);
		pprof_survey(&r);
	}
	if (!in->failed)
		read_message(&r);
	pprof_reader_release(&r);
	return !in->failed;
}

const struct format format_pprof = {
	.name = "pprof",
	.help = "google/pprof's profile.proto, lossless",
	.sniff = pprof_sniff,
	.read = pprof_read,
	.write = pprof_write,
	.all_types = true,
};
