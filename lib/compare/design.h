/*
 * The design of a comparison: which runs count, how they are paired, and the weight of a
 * sample of each run. All reasons why two sets of runs cannot be compared are found here.
 */
#ifndef COMPARE_DESIGN_H
#define COMPARE_DESIGN_H

#include "compare/options.h"
#include "compare/runs.h"

enum run_order {
	ORDER_UNKNOWN,
	ORDER_INTERLEAVED,
	ORDER_SEQUENTIAL, /* one side, then the other: drift looks like a change */
};

struct design {
	const struct run **run; /* n of them: k[BASE] of the base, then k[NEW]; */
	size_t n, k[2];         /* if paired, run[i] and run[k[BASE] + i] are one round */
	bool paired;
	enum run_order order;
	bool drift;      /* cost changes within the sides, in the order of the runs */
	bool identical;  /* both sides are the same runs */
	bool cross_host; /* not one host, CPU model or period; allowed all the same */
	bool host_known; /* all runs say where they ran */
	bool estimated;  /* CPU time is known from samples only */
	bool all_work;   /* every run says how much work it did */
	size_t given[2]; /* runs that were read */
	size_t cap;      /* of run */
	enum metric metric;
	/*
	 * By run: x samples of an item cost x / exposure, in ns for a unit of work
	 * (cpu, wall), in the unit of the values (samples), or as a fraction (share).
	 */
	double *exposure;
	double *samples;      /* by run */
	double total_samples; /* of all of them */
	struct buf warnings;  /* each ends in a NUL */
	struct buf error;     /* NUL-terminated, when design_init() fails */
};

/* False when the runs cannot be compared. */
bool design_init(struct design *d, const struct runs *runs, const struct options *o);

void design_release(struct design *d);

/* Something that the reader of a report should know. */
void design_warn(struct design *d, const char *fmt, ...) PRINTF(2, 3);

/* The i-th warning, or NULL after the last. */
const char *design_warning(const struct design *d, size_t i);

/* Degrees of freedom of one item's own variance; 0 when there are no replicates. */
static inline double design_df(const struct design *d)
{
	return d->paired ? (double)d->k[BASE] - 1 : (double)d->n - 2;
}

/* What x samples of run r cost; and all of that run. */
static inline double design_cost(const struct design *d, size_t r, double x)
{
	return x / d->exposure[r];
}

static inline double design_total(const struct design *d, size_t r)
{
	return design_cost(d, r, d->samples[r]);
}

#endif
