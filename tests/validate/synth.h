/*
 * A made-up program, and profiles of it as they would be recorded: to know what a
 * comparison should find.
 *
 * A call tree of functions, each with a share of the time; from run to run their
 * times vary, samples are drawn with a given dispersion, and exact CPU time is known.
 */
#ifndef VALIDATE_SYNTH_H
#define VALIDATE_SYNTH_H

#include "compare/runs.h"

/* Random numbers: the same for a seed on every machine. */
struct rng {
	uint64_t state;
};
double rng_uniform(struct rng *r); /* in (0, 1) */
double rng_normal(struct rng *r);
double rng_count(struct rng *r, double mean, double phi); /* variance phi * mean */

enum shape { SHAPE_NORMAL, SHAPE_HEAVY, SHAPE_TREE, NSHAPE, SHAPE_MODES };

/* How runs vary. */
struct noise_model {
	double samples;   /* expected in a run */
	double phi;       /* dispersion of counts */
	double tau;       /* run-to-run CV of each function */
	double speed;     /* run-to-run CV of the machine: of all functions alike */
	double round;     /* CV of what the two runs of a round have in common */
	enum shape shape; /* normal; with heavy tails (t with 3 degrees of freedom); half of it
			     shared with all functions below the same callers; or normal, but
			     every tenth function takes 10% longer in half of the runs */
};

/* What the new side does to the code, besides taking longer. */
enum refactor {
	REFACTOR_NONE,
	REFACTOR_RENAME, /* the function gets another name */
	REFACTOR_INLINE, /* it becomes part of its callers */
	REFACTOR_SPLIT,  /* half of its own time goes to a new callee */
	REFACTOR_MOVE,   /* its callees are called by its caller instead */
	REFACTOR_WRAP,   /* it is called through a new function */
	REFACTOR_SHIFT,  /* of the code that is inlined into one function, more is said to be its */
	NREFACTOR,
};

/* Functions with fixed shares, on their own: 20%, 5% and 1%. */
enum { CULPRIT_20 = 1, CULPRIT_5, CULPRIT_1, FIRST_OTHER };

struct stack_plan {
	uint32_t function;   /* whose own time it is */
	uint32_t below;      /* its caller; that one's callers are its parents */
	double share;        /* of the whole */
	sample_id sample[2]; /* by side */
	sample_id extra;     /* of the new side, for the part of a split */
	double part;         /* that goes there */
	double factor;       /* more of it on the new side, because a caller is called more often */
};

struct world {
	struct runs *runs;
	uint32_t nfunction;
	uint32_t *parent;       /* by function: its main caller */
	double *share, *factor; /* by function: of the time; on the new side */
	struct stack_plan *stack;
	size_t nstack;
	uint32_t subtree; /* the function that the new side calls more often, or 0 */
};

/* A program of so many functions, into runs that were initialised. */
void world_init(struct world *w, struct runs *runs, uint32_t nfunction, enum refactor refactor,
		uint32_t refactored, struct rng *rng);
void world_release(struct world *w);

/* The name of a function, which is valid until the next call. */
const char *world_name(uint32_t function);

/* Is the function in that stack? */
bool world_is_below(const struct world *w, const struct stack_plan *s, uint32_t function);

/* The new side calls that function more often, by a factor; with 1, not any more. */
void world_call_more(struct world *w, uint32_t function, double factor);

/* Forget all runs. */
void world_clear(struct world *w);

/* Add k runs a side, as pairs if m->round is not 0. */
void world_record(struct world *w, const struct noise_model *m, const size_t k[2], struct rng *rng);

#endif
