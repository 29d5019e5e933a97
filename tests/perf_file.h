/*
 * Files of perf record, as far as tests need them: the attributes and ids of the events, and
 * the records (tools/perf/Documentation/perf.data-file-format.txt of Linux). The file begins
 * with a magic number, the sizes of the header and of an attribute, and the sections of
 * attributes and of data, each an offset and a size.
 */
#ifndef PERF_FILE_H
#define PERF_FILE_H

#include "perf/decoder.h"
#include "perf/perf_events.h"

/* The word at an offset; 0 beyond the end. */
static inline uint64_t perf_file_word(struct str file, uint64_t at)
{
	uint64_t v = 0;

	if (at <= file.n && file.n - at >= sizeof(v))
		memcpy(&v, file.p + at, sizeof(v));
	return v;
}

static inline void perf_file_events(struct str file, struct perf_events *e)
{
	uint64_t each = perf_file_word(file, 16), at = perf_file_word(file, 24);
	uint64_t size = perf_file_word(file, 32);

	if (at > file.n || size > file.n - at || each < 16 + 64)
		return;
	for (uint64_t i = 0; size - i >= each; i += each) {
		struct perf_event_attr a = { 0 };
		uint64_t ids = perf_file_word(file, at + i + each - 16);
		uint64_t n = perf_file_word(file, at + i + each - 8);
		size_t event;

		memcpy(&a, file.p + at + i, min_size(sizeof(a), each - 16));
		event = perf_events_add(e, &a);
		for (uint64_t k = 0; k < n && ids < file.n && k < file.n - ids; k += 8)
			perf_events_add_id(e, perf_file_word(file, ids + k), event);
	}
}

/* Give all records to a decoder, and handle them. */
static inline void perf_file_feed(struct str file, const struct perf_events *e, struct decoder *d)
{
	enum { FINISHED_ROUND = 68, FIRST_OF_TOOL = 64 };
	uint64_t at = perf_file_word(file, 40), left = perf_file_word(file, 48);

	if (at > file.n || left > file.n - at || at % 8 || !e->n)
		return;
	while (left >= sizeof(struct perf_event_header)) {
		const struct perf_event_header *h = (const void *)(file.p + at);
		size_t event;

		if (h->size < sizeof(*h) || h->size > left || h->size % 8)
			break;
		event = perf_events_find(e, h);
		if (h->type == FINISHED_ROUND)
			decoder_end_round(d);
		else if (h->type < FIRST_OF_TOOL)
			decoder_add(d, h, &e->attr[event], event);
		at += h->size;
		left -= h->size;
	}
	decoder_run(d, UINT64_MAX);
}

#endif
