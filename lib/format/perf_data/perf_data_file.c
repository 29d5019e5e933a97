/* A perf.data file: the header, sections whose offsets and sizes it has, and the records. */
#include "format/perf_data/perf_data.h"

enum { SECTION = 16 /* bytes of { offset, size } */ };

struct section {
	uint64_t at, size;
};

static struct section cut_section(struct cursor *c)
{
	struct section s = { .at = cursor_u64(c) };

	s.size = cursor_u64(c);
	return s;
}

/* A cursor over a section; an error if the file does not have all of it. */
static bool open_section(struct perf_data *r, struct str file, struct section s, const char *what,
			 struct cursor *c)
{
	if (s.at > file.n || s.size > file.n - s.at)
		return in_fail_at(r->in, min_size(s.at, file.n),
				  "%s should end at byte %llu, and the file has %zu bytes", what,
				  (unsigned long long)(s.at + s.size), file.n);
	*c = cursor_at(str(file.p + s.at, (size_t)s.size), s.at);
	return true;
}

/* Attributes, each followed by the section of its ids. */
static bool read_attrs(struct perf_data *r, struct str file, uint64_t each, struct section attrs)
{
	struct cursor c, ids;

	if (!open_section(r, file, attrs, "the list of events", &c))
		return false;
	if (each <= SECTION || attrs.size % each)
		return in_fail_at(r->in, attrs.at, "the list of events has entries of %llu bytes",
				  (unsigned long long)each);
	while (cursor_left(&c)) {
		struct cursor entry = cursor_sub(&c, each),
			      attr = cursor_sub(&entry, each - SECTION);

		if (!perf_data_add_attr(r, &attr) ||
		    !open_section(r, file, cut_section(&entry), "a list of ids", &ids))
			return false;
		perf_data_add_ids(r, ids);
	}
	return true;
}

/* Does another file begin at this byte, where the file should end? */
static bool another_follows(struct perf_data *r, struct str file, uint64_t end)
{
	return end <= file.n && str_starts(str_skip(file, (size_t)end), S("PERFILE2")) &&
	       !in_bad_at(r->in, end, "another profile follows; only the first one is read");
}

/* The sections of features follow the records, one for each bit that is set. */
static bool read_features(struct perf_data *r, struct str file, struct section data,
			  const uint64_t *bits)
{
	struct cursor table = cursor_at(file, 0), c;
	uint64_t end = data.at + data.size;

	cursor_seek(&table, end);
	for (unsigned i = 0; i < 256; i++) {
		struct section s;

		if (!(bits[i / 64] >> i % 64 & 1))
			continue;
		s = cut_section(&table);
		if (table.failed)
			return in_bad_at(r->in, file.n, "the list of features is cut short");
		if (s.at > file.n || s.size > file.n - s.at)
			return in_bad_at(r->in, file.n,
					 "a feature of the header should end at byte %llu",
					 (unsigned long long)(s.at + s.size));
		c = cursor_at(str(file.p + s.at, (size_t)s.size), s.at);
		end = s.at + s.size > end ? s.at + s.size : end;
		if (!perf_data_feature(r, i, c))
			return false;
	}
	return !another_follows(r, file, end);
}

bool perf_data_read_records(struct perf_data *r, struct str bytes, uint64_t at)
{
	while (at < bytes.n) {
		struct perf_event_header h;
		uint64_t tail, left = bytes.n - at;

		r->pos = at;
		if (!perf_data_header(r, str(bytes.p + at, left), &h) ||
		    !perf_data_header_fits(r, &h, left))
			return r->stopped;
		if (!perf_data_record(r, perf_data_aligned(r, str(bytes.p + at, h.size))))
			return r->stopped;
		tail = perf_data_tail(
			(const void *)perf_data_aligned(r, str(bytes.p + at, h.size)));
		at += h.size;
		if (tail > bytes.n - at)
			return in_fail_at(r->in, r->pos, "what follows a record is cut short");
		at += tail;
	}
	return true;
}

static bool read_records(struct perf_data *r, struct str file, struct section data)
{
	return perf_data_read_records(r, str(file.p, data.at + data.size), data.at);
}

/*
 * A recording that was not ended has neither the size of its records nor features, which perf
 * writes last. Its records continue to the end of the file.
 */
static bool read_unended(struct perf_data *r, struct str file, struct section data)
{
	in_note(r->in, 0, "perf record was not ended: names of events and build ids are missing");
	data.size = file.n > data.at ? file.n - data.at : 0;
	return read_records(r, file, data);
}

bool perf_data_read_file(struct perf_data *r)
{
	struct section attrs, data;
	uint64_t size, each, bits[4];
	struct cursor c;
	struct str file;

	if (!in_map(r->in, &file))
		return false;
	c = cursor_at(file, 0);
	cursor_skip(&c, 8);
	size = cursor_u64(&c);
	each = cursor_u64(&c);
	attrs = cut_section(&c);
	data = cut_section(&c);
	cursor_skip(&c, SECTION); /* of old versions: names of events */
	for (size_t i = 0; i < LEN(bits); i++)
		bits[i] = cursor_u64(&c);
	if (c.failed || size < PERF_DATA_FILE_HEADER)
		return cursor_error(&c, r->in, "the header is cut short");
	if (!read_attrs(r, file, each, attrs))
		return false;
	if (!data.size)
		return read_unended(r, file, data) && perf_data_finish(r);
	if (data.at > file.n || data.size > file.n - data.at)
		return in_bad_at(r->in, file.n, "records should go on to byte %llu",
				 (unsigned long long)(data.at + data.size)) &&
		       read_unended(r, file, data) && perf_data_finish(r);
	return read_features(r, file, data, bits) && read_records(r, file, data) &&
	       (!r->has_parts || perf_data_read_parts(r)) && perf_data_finish(r);
}
