/*
 * From recorded samples to a profile: frames become locations, relative to their
 * binaries and without names, and where a sample came from becomes labels.
 */
#ifndef RECORD_GATHER_H
#define RECORD_GATHER_H

#include "profile/profile.h"
#include "record/jit.h"
#include "record/recorder.h"

enum gather_label {
	LABEL_BY_COMM = 1,
	LABEL_BY_PID = 2,
	LABEL_BY_TID = 4,
	LABEL_BY_THREAD = 8,
	LABEL_BY_CPU = 16,
	LABEL_BY_CGROUP = 32,
	LABEL_BY_CONTAINER = 64,
};

struct gather_options {
	const struct event *events;
	size_t nevent;
	uint64_t frequency;
	unsigned label_by;         /* enum gather_label */
	const char *const *labels; /* "key=value", for every sample */
	size_t nlabel;
};

/* A mapping of the profile that stands for a process's JIT code. */
struct gathered_jit {
	map_id map;
	struct jit_place place;
};

/* The binary that a mapping of the profile is of, until the next sweep. */
struct gathered_binary {
	const struct binary *binary; /* NULL: of none */
	int root;                    /* that of a process which has it; -1: ours */
};

struct gather {
	const struct gather_options *o;
	struct processes *processes;
	struct profile *p;
	uint32_t generation;  /* of the profile: rows of maps are per profile */
	struct buf columns;   /* uint32_t: two for each event, UINT32_MAX = none */
	struct table origins; /* struct origin -> label set */
	struct table groups;  /* struct group: pid -> control group */
	label_set_id common;  /* the labels that all samples have */
	struct buf stack;     /* loc_id: scratch */
	struct recent_loc *recent;
	loc_id truncated; /* the frame that roots what is not complete */
	map_id kernel;
	struct buf jits;     /* struct gathered_jit */
	struct buf binaries; /* struct gathered_binary, by the mapping's number */
	uint64_t ntruncated;
};

/* processes is where samples come from; used until gather_release(). */
void gather_init(struct gather *g, const struct gather_options *o, struct processes *processes);
void gather_release(struct gather *g);

/* Begin a profile, which was initialised by the caller. */
void gather_begin(struct gather *g, struct profile *p);

void gather_sample(struct gather *g, const struct recorded *s);

/* The binary of a mapping of the profile. */
struct gathered_binary gather_binary(const struct gather *g, map_id map);

#endif
