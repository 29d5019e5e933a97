/* Records of perf, written field by field for tests: begin, add, end. */
#ifndef PERF_WRITER_H
#define PERF_WRITER_H

#include <linux/perf_event.h>

#include "base/str.h"

static struct {
	struct perf_event_header header;
	uint64_t word[512];
	size_t n;
} written;

static inline void record_begin(uint32_t type, uint16_t misc)
{
	written.header = (struct perf_event_header){ .type = type, .misc = misc };
	written.n = 0;
}

static inline void record_add(uint64_t v)
{
	written.word[written.n++] = v;
}

static inline void record_add_pair(uint32_t a, uint32_t b)
{
	record_add(a | (uint64_t)b << 32);
}

static inline void record_add_text(const char *s)
{
	size_t words = strlen(s) / 8 + 1;

	memset(&written.word[written.n], 0, words * 8);
	memcpy(&written.word[written.n], s, strlen(s));
	written.n += words;
}

static inline const struct perf_event_header *record_end(void)
{
	written.header.size = (uint16_t)(sizeof(written.header) + written.n * 8);
	return &written.header;
}

#endif
