/*
 * Gathers samples into a profile. Frames become locations, relative to their binaries and without
 * names; the origin of a sample becomes labels. Only this file knows both perf's samples and
 * lib/profile.
 */
#ifndef PERF_GATHER_H
#define PERF_GATHER_H

#include "perf/sample_labels.h"
#include "profile/profile.h"

/* The sample types of an event, and the value of a sample. */
struct gather_event {
	const char *sample_type, *unit; /* "cpu", "nanoseconds" */
	const char *count_type;         /* an extra column of counts: "samples"; or NULL */
	bool fixed;                     /* a sample's value is `worth`, not its period */
	int64_t worth;
	int64_t period; /* for the profile's header; 0: none */
};

struct gather {
	const struct gather_event *events; /* numbered as those of the samples */
	size_t nevent;
	struct decoder *decoder;
	struct profile *p;
	bool as_they_come;     /* an event gets its sample type with its first sample */
	struct buf columns;    /* uint32_t: two for each event, UINT32_MAX = none */
	struct table mappings; /* numbers of maps, and of processes with JIT code -> map_id */
	struct table programs; /* numbers of processes -> map_id of their program, and samples */
	struct sample_labels labels;
	struct buf stack; /* loc_id: scratch */
	struct recent_loc *recent;
	loc_id truncated;             /* the root frame of incomplete stacks */
	map_id kernel, script;        /* script: for frames of script_type */
	uint32_t script_type;         /* of LOC_TYPES */
	uint64_t ntruncated;          /* samples with an incomplete stack */
	uint64_t nended[UNWIND_ENDS]; /* all samples, by the reason why their stack ended */
	/*
	 * Called for a mapping of the profile with its binary, which p has mapped. For p's JIT
	 * code, b is the jitdump, or NULL. Called more than once for a mapping if several
	 * binaries have the same path and no build id. May be NULL.
	 */
	void (*on_mapping)(void *context, map_id map, struct process *p, const struct binary *b);
	void *context;
};

/*
 * Prepares to gather samples of the decoder, with the numbers of these events. The arguments are
 * used until gather_release().
 */
void gather_init(struct gather *g, const struct label_options *o, struct decoder *d,
		 const struct gather_event *events, size_t nevent);
void gather_release(struct gather *g);

/* Begins a profile, which the caller has initialised. */
void gather_begin(struct gather *g, struct profile *p);

/*
 * Ends the profile. Its main mapping is that of the program with the most samples. A program has a
 * mapping if its process maps its file, even without frames.
 */
void gather_end(struct gather *g);

/* Adds a sample. Returns its row in the profile. */
sample_id gather_sample(struct gather *g, const struct perf_sample *s);

/* The first adds only the row of a sample, without a value; the second only counts its end. */
sample_id gather_row(struct gather *g, const struct perf_sample *s);
void gather_count_end(struct gather *g, enum unwind_end end);

/* The columns of an event: of its sample type, and of its counts. */
uint32_t gather_column(const struct gather *g, size_t event);
uint32_t gather_count_column(const struct gather *g, size_t event);

#endif
