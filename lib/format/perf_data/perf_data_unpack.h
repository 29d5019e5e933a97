/*
 * Compressed records (perf record -z): together they are one zstd stream, so a record may
 * begin in one of them and end in the next.
 */
#ifndef FORMAT_PERF_DATA_PERF_DATA_UNPACK_H
#define FORMAT_PERF_DATA_PERF_DATA_UNPACK_H

#include <linux/perf_event.h>

#include "base/buf.h"

struct perf_data;

/* A zeroed one is ready. */
struct perf_data_unpack {
	void *stream;     /* ZSTD_DStream */
	struct buf bytes; /* the beginning of a record whose end has not arrived */
	bool busy;        /* its records are being handled */
};

void perf_data_unpack_release(struct perf_data_unpack *u);

/* Handle the complete records in a compressed one. False after an error. */
bool perf_data_unpack(struct perf_data *r, const struct perf_event_header *h);

/* After the last compressed record: is a record incomplete? */
bool perf_data_unpack_is_whole(const struct perf_data_unpack *u);

#endif
