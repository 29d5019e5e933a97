/*
 * Compressed records (perf record -z): all of them together are one zstd stream, and a record
 * may begin in one of them and end in the next.
 */
#ifndef FORMAT_PERF_DATA_PERF_DATA_UNPACK_H
#define FORMAT_PERF_DATA_PERF_DATA_UNPACK_H

#include <linux/perf_event.h>

#include "base/buf.h"

struct perf_data;

/* A zeroed one is ready. */
struct perf_data_unpack {
	void *stream;     /* ZSTD_DStream */
	struct buf bytes; /* the beginning of a record whose end is not there yet */
	bool busy;        /* records of it are being handled */
};

void perf_data_unpack_release(struct perf_data_unpack *u);

/* Handle the records in a compressed one, as far as they are whole. False after an error. */
bool perf_data_unpack(struct perf_data *r, const struct perf_event_header *h);

/* After the last: does a record lack its end? */
bool perf_data_unpack_is_whole(const struct perf_data_unpack *u);

#endif
