/* Figures of the validation: each prints its part of the report. */
#ifndef VALIDATE_FIGURES_H
#define VALIDATE_FIGURES_H

#include "compare/compare.h"
#include "synth.h"

/* What is simulated. */
struct setting {
	uint32_t nfunction;
	struct noise_model noise;
	size_t k; /* runs a side */
	struct options o;
	uint32_t slow; /* a function that takes `factor` times as long; 0 = none */
	double factor;
	double more; /* a subtree that is called more often, by a factor; 0 = none */
	enum refactor refactor;
	uint32_t refactored;
};

/* 200 functions, 10 runs of 20,000 samples, 1% from run to run, prof-diff's defaults. */
struct setting setting_usual(void);

/*
 * A function of that program that has a subtree: three or more stacks with 5 to 40% of the
 * time, of which none of its callees, and not itself, has more than 70%; 0 if there is none.
 */
uint32_t choose_subtree(const struct world *w, struct rng *rng);

typedef void visitor(const struct comparison *c, const struct world *w, void *arg);

/* n comparisons, of a few programs. */
void simulate(const struct setting *s, size_t n, struct rng *rng, visitor *visit, void *arg);

/* The row of a function that was made slower, if the gate fails for it; else NULL. */
const struct row *find_gated(const struct comparison *c, const char *name);

/* About n comparisons in all. */
void figure_false(size_t n, struct rng *rng);      /* 1, 10 */
void figure_power(size_t n, struct rng *rng);      /* 3, 3b */
void figure_detectable(size_t n, struct rng *rng); /* 4 */
void figure_coverage(size_t n, struct rng *rng);   /* 5 */
void figure_blame(size_t n, struct rng *rng);      /* 6 */
void figure_subtree(size_t n, struct rng *rng);    /* 6b */
void figure_moves(size_t n, struct rng *rng);      /* 7 */

/* Does a way that is in use elsewhere see a regression? For figure 10. */
bool naive_threshold(const struct comparison *c); /* 1% of the samples, and 5% more of them */
bool naive_z(const struct comparison *c);         /* two proportions, BH at 5% */

#endif
