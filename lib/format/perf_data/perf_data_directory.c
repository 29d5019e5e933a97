/*
 * A recording in a directory (perf record --threads): the file "data" has the header and what
 * perf knew of running processes, and the files "data.0", "data.1" and so on beside it have
 * only records, each those of one thread of perf. Without marks of rounds, all records wait
 * until the last file was read.
 *
 * Source: tools/perf/Documentation/perf.data-directory-format.txt and tools/perf/util/data.c of
 * Linux.
 */
#include <stdio.h>

#include "format/perf_data/perf_data.h"

/* One stream of compressed records goes through a file, and ends with it. */
static bool end_part(struct perf_data *r)
{
	bool whole = r->stopped || perf_data_unpack_is_whole(&r->unpack);

	perf_data_unpack_release(&r->unpack);
	return whole || in_fail_at(r->in, r->pos, "the last compressed record lacks its end");
}

/* Errors are those of the part, with its name and position. */
static bool read_part(struct perf_data *r, struct in *part)
{
	struct in *whole = r->in;
	struct str bytes;
	bool ok;

	part->lenient = whole->lenient;
	r->in = part;
	r->stopped = false;
	ok = in_map(part, &bytes) && perf_data_read_records(r, bytes, 0) && end_part(r) &&
	     in_map_is_whole(part);
	r->in = whole;
	whole->skipped += part->skipped;
	return ok;
}

/* perf numbers the parts without gaps: an error if one follows a part that is missing. */
static bool ends_with(struct perf_data *r, unsigned missing, struct buf *path)
{
	char name[32];
	bool is_absent = false;
	struct in next;

	snprintf(name, sizeof(name), "data.%u", missing + 1);
	in_open_beside(&next, r->in, name, path, &is_absent);
	in_close(&next);
	in_release(&next);
	return is_absent || in_fail(r->in,
				    "is a part of a recording in a directory, and 'data.%u' "
				    "is not beside it, but '%s' is",
				    missing, name);
}

bool perf_data_read_parts(struct perf_data *r)
{
	struct buf path = { 0 };
	bool ok = end_part(r), is_last = false;

	for (unsigned i = 0; ok && !is_last; i++) {
		char name[32];
		struct in part;

		snprintf(name, sizeof(name), "data.%u", i);
		ok = in_open_beside(&part, r->in, name, &path, &is_last) && read_part(r, &part);
		if (is_last && i)
			ok = ends_with(r, i, &path);
		else if (is_last)
			in_fail(r->in, "is a part of a recording in a directory (perf record "
				       "--threads), and 'data.0' is not beside it");
		else if (!ok)
			in_fail_as(r->in, &part);
		in_close(&part);
		in_release(&part);
	}
	buf_release(&path);
	return ok;
}
