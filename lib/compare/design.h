/*
 * The design of a comparison: which runs count, how they are paired, and the weight of a
 * sample of each run. The design also checks whether two sets of runs can be compared.
 */
#ifndef COMPARE_DESIGN_H
#define COMPARE_DESIGN_H

#include "compare/options.h"
#include "compare/runs.h"

enum run_order {
	ORDER_UNKNOWN,
	ORDER_INTERLEAVED,
	ORDER_SEQUENTIAL, /* one side after the other: drift looks like a change */
};

struct design {
	const struct run **run; /* k[BASE] runs of the base, then k[NEW] of the new side */
	size_t n, k[2];         /* if paired, run[i] and run[k[BASE] + i] are one round */
	bool paired;
	enum run_order order;
	bool drift;      /* cost changes within the sides, in the order of the runs */
	bool identical;  /* both sides are the same runs */
	bool cross_host; /* hosts, CPU models or periods differ, which is allowed */
	bool host_known; /* all runs have a host */
	bool estimated;  /* CPU time is estimated from samples */
	bool all_work;   /* all runs have an amount of work */
	size_t given[2]; /* runs that were read */
	size_t cap;      /* of run */
	enum metric metric;
	/*
	 * By run: x samples of an item cost x / exposure, in ns per unit of work
	 * (cpu, wall), in the unit of the values (samples), or as a fraction (share).
	 */
	double *exposure;
	double *samples;      /* by run */
	double total_samples; /* of all runs */
	struct buf warnings;  /* each ends in a NUL */
	struct buf error;     /* NUL-terminated; set if design_init() fails */
};

/* False, with d->error, if the runs cannot be compared. */
bool design_init(struct design *d, const struct runs *runs, const struct options *o);

void design_release(struct design *d);

/* Add a warning for the reader of a report. */
void design_warn(struct design *d, const char *fmt, ...) PRINTF(2, 3);

/* The i-th warning, or NULL after the last. */
const char *design_warning(const struct design *d, size_t i);

/* Degrees of freedom of one item's own variance; 0 without replicates. */
static inline double design_df(const struct design *d)
{
	return d->paired ? (double)d->k[BASE] - 1 : (double)d->n - 2;
}

/* The cost of x samples of run r, and that of the whole run. */
static inline double design_cost(const struct design *d, size_t r, double x)
{
	return x / d->exposure[r];
}

static inline double design_total(const struct design *d, size_t r)
{
	return design_cost(d, r, d->samples[r]);
}

#endif
