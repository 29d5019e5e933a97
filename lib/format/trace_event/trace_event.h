/*
 * Chrome's trace events: a list of events with a time in microseconds (the "Trace Event
 * Format" of the Chromium project). These describe stacks:
 *
 *	{"ph": "B", "name": "f", "ts": 1, "pid": 7, "tid": 8}		f begins
 *	{"ph": "E", "name": "f", "ts": 3, "pid": 7, "tid": 8}		and ends
 *	{"ph": "X", "name": "f", "ts": 1, "dur": 2, "pid": 7, "tid": 8}	both
 *	{"ph": "P", "name": "Profile", "id": "0x1", "args": {...}, ...}
 *	{"ph": "P", "name": "ProfileChunk", "id": "0x1", "args": {...}, ...}
 *							a CPU profile of V8 in parts
 *	{"ph": "M", "name": "thread_name", "args": {"name": "main"}, ...}
 *
 * and samples whose stacks are in "stackFrames", beside "traceEvents" or as events:
 *
 *	{"name": "cycles", "ts": 1, "tid": 8, "sf": "5", "weight": 1}
 */
#ifndef FORMAT_TRACE_EVENT_TRACE_EVENT_H
#define FORMAT_TRACE_EVENT_TRACE_EVENT_H

#include "format/v8/v8.h"

/* The begin or end of a span of time in a thread, or both. */
struct trace_span {
	int64_t ts;     /* ns */
	int64_t order;  /* of an X: its duration in ns; otherwise its order in the file */
	uint32_t frame; /* the number of a location */
	uint32_t phase; /* enum trace_phase */
};

enum trace_phase { TRACE_BEGIN, TRACE_END, TRACE_WHOLE };

_Static_assert(sizeof(struct trace_span) == 24, "no padding");

/* A sample with a frame of "stackFrames". */
struct trace_sample {
	int64_t ts; /* ns */
	uint32_t thread, stack, order;
	uint32_t zero;
};

/* A frame of "stackFrames", by the number of its id. */
struct trace_stack {
	uint32_t loc, parent; /* parent: the number of an id; 0 = none */
	uint32_t node;        /* once it exists */
};

struct trace_thread {
	uint32_t process; /* in process_ids */
	int64_t pid, tid; /* -1 = not a number */
	str_id name;
	uint32_t group;
	/* The spans. There may be millions, so they are packed: see trace_keep_span(). */
	struct buf spans;
	uint64_t nspan;
	struct trace_span last; /* the one added last */
	bool unordered;         /* they are not in order of time */
};

/* A part of a CPU profile: where its samples and times begin in the packed lists. */
struct trace_chunk {
	int64_t ts;
	uint32_t profile, order;
	size_t ids, ids_end, deltas, deltas_end;
};

struct trace_profile {
	struct v8_nodes nodes;
	uint32_t thread;
	double start, end; /* us; 0 = not known */
};

/* The members of the current event that were read so far. */
struct trace_event {
	char phase;
	str_id name, arg_name, file;
	int64_t ts, dur, line;
	bool has_dur;
	struct buf pid, tid, id; /* as text */
	uint32_t stack;          /* "sf" */
	/* Of "args": */
	bool has_profile;
	bool has_count; /* of clang: it sums up so many events */
	struct v8_nodes nodes;
	struct buf ids, deltas; /* packed */
	double start, end;
};

struct trace_reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct strings thread_ids, process_ids, profile_ids, stack_ids;
	VEC(struct trace_thread) threads;   /* by the number of the id; element 0 is not used */
	VEC(str_id) process_names;          /* likewise */
	VEC(struct trace_profile) profiles; /* likewise */
	VEC(struct trace_stack) stacks;     /* likewise */
	VEC(struct trace_sample) samples;
	VEC(struct trace_chunk) chunks;
	struct buf ids, deltas; /* packed, of all chunks */
	struct table nodes;     /* struct tree_node, each once */
	struct trace_event event;
	uint64_t nasync;
	uint64_t nendless; /* X without a duration, or with one below 0 */
	uint64_t nsums;    /* X of clang that sum up others */
	uint64_t nweights; /* samples with a weight other than 1 */
};

/* The number of an event's thread. */
uint32_t trace_thread(struct trace_reader *r, struct str pid, struct str tid);

/* The labels of a thread, after the whole trace was read. */
label_set_id trace_labels(struct trace_reader *r, uint32_t thread);

/* The current token, a number or text, as a time in ns, and as the text of an id. */
int64_t trace_time(struct json_in *j);
struct str trace_text(struct json_in *j);

/* Read the current value of "args", or of "stackFrames". */
void trace_read_args(struct trace_reader *r);
void trace_read_stack_frames(struct trace_reader *r);

/* Keep a span of a thread; this sets its order unless it is an X. */
void trace_keep_span(struct trace_thread *t, struct trace_span span);

/* Keep the current event, a part of a CPU profile. */
void trace_keep_profile(struct trace_reader *r);

/* The number of a frame of "stackFrames". */
uint32_t trace_stack(struct trace_reader *r, struct str id);

/* After the whole trace was read: add its samples to the profile. */
void trace_add_profiles(struct trace_reader *r);
void trace_add_spans(struct trace_reader *r);
void trace_add_samples(struct trace_reader *r);

#endif
