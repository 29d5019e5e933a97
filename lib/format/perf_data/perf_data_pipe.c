/* What perf record writes into a pipe: only records, some of which are parts of the header. */
#include "format/perf_data/perf_data.h"

/* If messages of perf went to the same file, they follow the records. */
static bool is_message(struct str bytes)
{
	return str_starts(bytes, S("[ perf "));
}

static bool skip_bytes(struct perf_data *r, uint64_t n)
{
	while (n) {
		struct str s = in_peek(r->in, 1);
		size_t part = n < s.n ? (size_t)n : s.n;

		if (!part)
			return in_fail_at(r->in, r->pos, "what follows a record is cut short");
		in_skip(r->in, part);
		n -= part;
	}
	return true;
}

static void skip_rest(struct perf_data *r)
{
	while (!in_end(r->in))
		in_skip(r->in, in_peek(r->in, 1).n);
}

static bool read_record(struct perf_data *r)
{
	struct str bytes = in_peek(r->in, sizeof(struct perf_event_header));
	struct perf_event_header h;
	uint64_t tail;

	if (!perf_data_header(r, bytes, &h))
		return false;
	bytes = in_peek(r->in, h.size);
	if (!perf_data_header_fits(r, &h, bytes.n) ||
	    !perf_data_record(r, perf_data_aligned(r, str(bytes.p, h.size))))
		return false;
	tail = perf_data_tail(perf_data_aligned(r, str(bytes.p, h.size)));
	in_skip(r->in, h.size);
	return skip_bytes(r, tail);
}

bool perf_data_read_pipe(struct perf_data *r)
{
	in_skip(r->in, PERF_DATA_PIPE_HEADER);
	while (!in_end(r->in)) {
		r->pos = in_pos(r->in);
		if (is_message(in_peek(r->in, 8))) {
			in_note(r->in, 0,
				"text of perf record follows the records: it is left out");
			skip_rest(r);
			break;
		}
		if (read_record(r))
			continue;
		if (!r->stopped)
			return false;
		skip_rest(r);
	}
	return !r->in->failed && perf_data_finish(r);
}
