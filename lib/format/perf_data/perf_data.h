/*
 * Reading the output of perf record: a file with a header, or a pipe. Its records are those of
 * perf_event_open(2), which lib/perf turns into a profile, as in a live recording. Records with
 * types of 64 and more are perf's own, and are handled here.
 *
 * Source: tools/perf/Documentation/perf.data-file-format.txt of Linux, and the structures in
 * tools/lib/perf/include/perf/event.h.
 *
 * A file is read by random access, since data after the records (build ids, names of events)
 * is needed before them. A pipe is read record by record, in memory that does not depend on its
 * length.
 */
#ifndef FORMAT_PERF_DATA_PERF_DATA_H
#define FORMAT_PERF_DATA_PERF_DATA_H

#include "base/strings.h"
#include "base/vec.h"
#include "format/perf_data/perf_data_unpack.h"
#include "io/cursor.h"
#include "perf/gather.h"
#include "perf/perf_events.h"
#include "profile/profile.h"

/* Types of perf's own records. */
enum perf_data_type {
	PERF_DATA_FIRST = 64,
	PERF_DATA_ATTR = 64,
	PERF_DATA_TRACING = 66,
	PERF_DATA_BUILD_ID = 67,
	PERF_DATA_FINISHED_ROUND = 68,
	PERF_DATA_AUXTRACE = 71,
	PERF_DATA_EVENT_UPDATE = 78,
	PERF_DATA_FEATURE = 80,
	PERF_DATA_COMPRESSED = 81,
	PERF_DATA_FINISHED_INIT = 82,
	PERF_DATA_COMPRESSED2 = 83,
	PERF_DATA_LAST_KERNEL = 22, /* of the kernel's types: PERF_RECORD_CALLCHAIN_DEFERRED */
};

/* Facts about an event besides its attributes. */
struct perf_data_event {
	struct buf name; /* as perf prints it; empty if the recording does not say */
	struct buf type; /* the sample type, NUL-terminated */
	bool off_cpu;    /* perf's BPF program makes its samples; see perf_data_off_cpu.h */
	bool has_samples;
};

enum { PERF_DATA_BUILD_ID_MOST = 20 };

struct perf_data_build_id {
	char bytes[PERF_DATA_BUILD_ID_MOST];
	size_t n;
};

/* A file of which the profile has a mapping. */
struct perf_data_mapping {
	const struct binary *binary; /* NULL: JIT code, of this process: */
	int pid;                     /* 0: nothing is known */
};

struct perf_data {
	struct in *in;
	struct profile *p;
	uint64_t pos; /* of the current record */
	bool stopped; /* the next record cannot be found, and the input is read leniently */
	struct perf_events events;
	VEC(struct perf_data_event) event;
	VEC(struct gather_event) worth;
	/* Facts about the machine and the recording; empty if not known. */
	struct buf host, kernel, machine, cpu_model, command;
	struct strings paths;                    /* of files with a build id */
	VEC(struct perf_data_build_id) build_id; /* by number of path */
	uint64_t kernel_text; /* the address of the kernel's text; 0 if not known */
	bool is_here;         /* it was recorded on this machine */
	bool has_parts;       /* it is a directory: see perf_data_read_parts() */
	bool has_clock;
	int64_t clock; /* ns since 1970 when the events' clock was 0 */
	struct perf_data_unpack unpack;
	struct buf aligned, scratch;
	/* Set up at the first record of the kernel. */
	bool begun;
	struct label_options labels;
	struct decoder decoder;
	struct gather gather;
	VEC(struct perf_data_mapping) mapping; /* by number of the profile's */
	uint64_t first_time, last_time;
	/* What was left out. */
	uint64_t unknown, traces;
	uint32_t unknown_type;
	struct strings missing; /* paths of the samples' binaries that were not found */
};

/* Read a file, or a pipe, after its magic number was recognised. */
bool perf_data_read_file(struct perf_data *r);
bool perf_data_read_pipe(struct perf_data *r);

/* Read the records from this position to the end of the bytes. */
bool perf_data_read_records(struct perf_data *r, struct str bytes, uint64_t at);

/*
 * Read the other files of a directory, after the one with the header: perf_data_directory.c.
 * False, with an error, if there are none.
 */
bool perf_data_read_parts(struct perf_data *r);

/* The magic number, the size that follows it, and their meaning. */
enum { PERF_DATA_FILE_HEADER = 104, PERF_DATA_PIPE_HEADER = 16 };

/*
 * The header of a record with all of its bytes, which must be available, in aligned memory;
 * valid until the next call.
 */
const struct perf_event_header *perf_data_aligned(struct perf_data *r, struct str bytes);

/*
 * Read the header at the start of these bytes; and check that its record fits in the `left`
 * bytes. If not, there is an error at its position, or, when the input is read leniently,
 * r->stopped is set.
 */
bool perf_data_header(struct perf_data *r, struct str bytes, struct perf_event_header *h);
bool perf_data_header_fits(struct perf_data *r, const struct perf_event_header *h, uint64_t left);

/* The number of bytes that, as the record says, follow outside of it. */
uint64_t perf_data_tail(const struct perf_event_header *h);

/* Handle a record. False after an error. */
bool perf_data_record(struct perf_data *r, const struct perf_event_header *h);

/* Handle all waiting records, and complete the profile. */
bool perf_data_finish(struct perf_data *r);

/* Write header facts, notes, and names of addresses: part of perf_data_finish(). */
void perf_data_describe(struct perf_data *r);
void perf_data_name(struct perf_data *r);

/* Set up decoder and gather, before the first record. */
bool perf_data_begin(struct perf_data *r);

/* Attributes: of a file's section (`size` bytes of attributes), and of a record of a pipe. */
bool perf_data_add_attr(struct perf_data *r, struct cursor *attr);
bool perf_data_add_ids(struct perf_data *r, struct cursor ids);
void perf_data_name_event(struct perf_data *r, size_t event, struct str name);

/* The name of an event from its type, if the recording has none: "cycles:u". */
void perf_data_default_name(struct buf *name, const struct perf_event_attr *a);

/*
 * One of the header's features, by its number, as in a section of a file or a record of a
 * pipe. False after an error; features that are not needed are skipped.
 */
bool perf_data_feature(struct perf_data *r, uint64_t number, struct cursor c);

/* A build id with its file, from a list or from a record. */
bool perf_data_add_build_id(struct perf_data *r, struct cursor *c);

/* Data that only the recorded machine has: see perf/host.h. */
struct perf_host perf_data_host(struct perf_data *r);

/* Has a kernel at that address been running here since before the recording? */
bool perf_data_kernel_runs(const struct perf_data *r);

#endif
