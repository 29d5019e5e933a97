/*
 * From events and stacks to samples of a profile: labels, sample types, values, and facts
 * about the program.
 */
#ifndef FORMAT_PERF_SCRIPT_PERF_SAMPLES_H
#define FORMAT_PERF_SCRIPT_PERF_SAMPLES_H

#include "format/perf_script/perf_sched.h"
#include "format/perf_script/perf_stack.h"

/* An event's name as printed, and the column of its type. */
struct perf_target {
	str_id printed, type;
	bool has_period;
	uint32_t col;
	int64_t scale;
};

/* The unit of an event's values, if it is not that of event_unit(). */
struct perf_unit {
	str_id event, unit;
};

/*
 * An event line without a frame, and its sample. Most events of a thread differ only in
 * time and period.
 */
struct perf_event_memo {
	struct buf text; /* the line up to the time, and from the event's name on */
	size_t head;     /* bytes before the time */
	bool has_period;
	bool java;
	struct perf_target target;
	label_set_id labels;
};

struct perf_samples {
	struct profile *p;
	struct in *in;
	struct perf_stack stack; /* of the current sample; the caller adds frames */
	VEC(struct perf_target) targets;
	VEC(struct perf_unit) units; /* from the header */
	int64_t duration;            /* likewise */
	struct table origins;
	struct perf_sched sched;
	/* The current sample. */
	bool open;
	struct perf_target target;
	label_set_id labels;
	uint64_t time, value;
	int64_t switched; /* the thread that left its CPU; -1 = none */
	uint64_t first_time, last_time;
	uint32_t nsample;
	/* Lines of the first such events; 0 = none */
	uint64_t with_thread, without_thread, with_name, without_name;
	str_id comm_key, pid_key, tid_key, cpu_key;
	struct perf_suspects commands;
	struct perf_event_memo memo[4]; /* a few threads and CPUs take turns */
	unsigned newest;
};

void perf_samples_init(struct perf_samples *s, struct in *in, struct profile *p);

/* Begin a sample with an empty stack; a period of 0 counts as 1. */
void perf_samples_begin(struct perf_samples *s, struct str line, const struct perf_event *e);

/*
 * End the current sample and begin one with this event line, if it is like a recent one.
 */
bool perf_samples_again(struct perf_samples *s, struct str line);

/* Add the current sample, if there is one, to the profile. */
void perf_samples_end(struct perf_samples *s);

/* After the last sample: complete the header, and add notes about doubtful data. */
void perf_samples_finish(struct perf_samples *s);
void perf_samples_release(struct perf_samples *s);

/* The writer of the format. */
struct out;
void perf_script_write(struct out *out, struct profile *p);

#endif
