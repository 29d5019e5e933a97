/* A stream of perf's records for tests, as a ring or a file gives it to a decoder. */
#ifndef PERF_STREAM_H
#define PERF_STREAM_H

#include "perf/decoder.h"
#include "perf_writer.h"

static const struct perf_event_attr attr = {
	.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN,
	.sample_id_all = 1,
};

static inline void finish(struct decoder *d, uint64_t time)
{
	if (written.header.type != PERF_RECORD_SAMPLE) {
		record_add_pair(1, 1);
		record_add(time);
	}
	decoder_add(d, record_end(), &attr, 0);
}

static inline void add_map(struct decoder *d, uint32_t pid, uint64_t start, uint64_t length,
			   uint64_t offset, const char *path, uint64_t time)
{
	bool kernel = pid == UINT32_MAX;

	record_begin(PERF_RECORD_MMAP, kernel ? PERF_RECORD_MISC_KERNEL : PERF_RECORD_MISC_USER);
	record_add_pair(pid, pid);
	record_add(start);
	record_add(length);
	record_add(offset);
	record_add_text(path);
	finish(d, time);
}

static inline void add_comm(struct decoder *d, uint32_t pid, uint16_t misc, const char *comm,
			    uint64_t time)
{
	record_begin(PERF_RECORD_COMM, misc);
	record_add_pair(pid, pid);
	record_add_text(comm);
	finish(d, time);
}

/* A fork, or the exit of a process. */
static inline void add_task(struct decoder *d, uint32_t type, uint32_t pid, uint32_t parent,
			    uint64_t time)
{
	record_begin(type, 0);
	record_add_pair(pid, parent);
	record_add_pair(pid, parent);
	record_add(time);
	finish(d, time);
}

/* A sample at an address of the program, with one caller. */
static inline void add_sample(struct decoder *d, uint32_t pid, uint64_t ip, uint64_t caller,
			      uint64_t time)
{
	record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
	record_add(ip);
	record_add_pair(pid, pid);
	record_add(time);
	record_add(3);
	record_add((uint64_t)PERF_CONTEXT_USER);
	record_add(ip);
	record_add(caller);
	finish(d, time);
}

#endif
