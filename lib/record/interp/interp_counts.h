/* What became of samples in interpreters, counted. */
#ifndef RECORD_INTERP_COUNTS_H
#define RECORD_INTERP_COUNTS_H

#include <stdint.h>

#include "interp/interp_wire.h"

/* Outcomes for samples with an evaluator's frame. */
enum interp_outcome {
	INTERP_MERGED,   /* functions replace the evaluator */
	INTERP_EARLY,    /* the process was not known yet, or a record was lost */
	INTERP_NOT_READ, /* not all frames could be read: enum interp_end says why */
	INTERP_MISMATCH, /* the frames do not match the native stack */
	INTERP_CUT,      /* merged, but the outermost functions are missing */
	INTERP_OUTCOMES
};

/* Counts since the beginning of a recording, or of a window. */
struct interp_counts {
	uint64_t outcome[INTERP_KINDS][INTERP_OUTCOMES];
	uint64_t by_end[INTERP_KINDS][INTERP_ENDS]; /* INTERP_NOT_READ, by reason */
	uint64_t unnamed;                           /* frames without a name */
};

/* The difference of two counts, and their sum. */
struct interp_counts interp_counts_since(const struct interp_counts *now,
					 const struct interp_counts *then);
void interp_counts_add(struct interp_counts *to, const struct interp_counts *c);

/* The name of an interpreter. */
const char *interp_kind_name(enum interp_kind k);

/* An outcome, and the reason of INTERP_NOT_READ, in a few words. */
const char *interp_outcome_name(enum interp_outcome o);
const char *interp_end_name(enum interp_end e);

#endif
