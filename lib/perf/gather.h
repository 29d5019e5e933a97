/*
 * From samples to a profile: frames become locations, relative to their binaries and
 * without names, and where a sample came from becomes labels. This is the one place where
 * perf's samples and the model of lib/profile meet.
 */
#ifndef PERF_GATHER_H
#define PERF_GATHER_H

#include "perf/sample_labels.h"
#include "profile/profile.h"

/* What the samples of an event are worth. */
struct gather_event {
	const char *sample_type, *unit; /* "cpu", "nanoseconds" */
	const char *count_type;         /* a column that counts, as well: "samples"; or NULL */
	bool fixed;                     /* each is worth `worth`, not its period */
	int64_t worth;
	int64_t period; /* between two samples, for the profile's header; 0: there is none */
};

struct gather {
	const struct gather_event *events; /* numbered as those of the samples */
	size_t nevent;
	struct decoder *decoder;
	struct profile *p;
	bool as_they_come;     /* an event has a sample type once it has a sample */
	struct buf columns;    /* uint32_t: two for each event, UINT32_MAX = none */
	struct table mappings; /* numbers of maps, and of processes with JIT code -> map_id */
	struct table programs; /* numbers of processes -> map_id of their program, and samples */
	struct sample_labels labels;
	struct buf stack; /* loc_id: scratch */
	struct recent_loc *recent;
	loc_id truncated; /* the frame that roots what is not complete */
	map_id kernel;
	uint64_t ntruncated;          /* samples whose stack is not complete, */
	uint64_t nended[UNWIND_ENDS]; /* all samples, by why their stack ended */
	/*
	 * A mapping of the profile is of this binary, which p has mapped; or of p's JIT code,
	 * where b is NULL, or the jitdump that names it. May be NULL; can be called again for
	 * one mapping, of which two binaries have the same path and no build id.
	 */
	void (*on_mapping)(void *context, map_id map, struct process *p, const struct binary *b);
	void *context;
};

/*
 * Samples come from the decoder, with numbers of these events; all is used until
 * gather_release().
 */
void gather_init(struct gather *g, const struct label_options *o, struct decoder *d,
		 const struct gather_event *events, size_t nevent);
void gather_release(struct gather *g);

/* Begin a profile, which was initialised by the caller. */
void gather_begin(struct gather *g, struct profile *p);

/*
 * End it: the profile's main mapping is that of the program which has the most samples.
 * Programs have a mapping where their process maps their file, whether or not it has frames.
 */
void gather_end(struct gather *g);

/* Add a sample; returns its row in the profile. */
sample_id gather_sample(struct gather *g, const struct perf_sample *s);

/* Only its row, without a value; and only count how its stack ended. */
sample_id gather_row(struct gather *g, const struct perf_sample *s);
void gather_count_end(struct gather *g, enum unwind_end end);

/* The columns of an event: that of its sample type, and that which counts. */
uint32_t gather_column(const struct gather *g, size_t event);
uint32_t gather_count_column(const struct gather *g, size_t event);

#endif
