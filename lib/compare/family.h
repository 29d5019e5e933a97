/*
 * A family: all items of a kind that have enough samples to be tested, and their tests. The
 * self samples of functions are one family, their inclusive samples another.
 */
#ifndef COMPARE_FAMILY_H
#define COMPARE_FAMILY_H

#include "compare/items.h"
#include "compare/test.h"

enum kind { SELF, INCLUSIVE, KINDS };

/* Two false discovery rates: o->q for the listing, and a stricter one for the gate. */
enum level { TO_LIST, AT_GATE, LEVELS };

struct family {
	enum kind kind;
	size_t m, nrun;
	uint32_t nitem;
	uint32_t *item;  /* by index: the item */
	uint32_t *index; /* by item: its index + 1; 0 = not tested */
	double *x;       /* samples: nrun of them by index */
	struct test *test;
	double part;        /* of the levels of the whole comparison */
	double mean_weight; /* of the items, before it was scaled to 1 */
	struct noise noise;
	double *weight;         /* of the tests for slower; their mean is 1 */
	double *p, *p_faster;   /* of "not slower", by weight, and "not faster" by min_effect */
	double *q, *q_faster;   /* the same, adjusted for all tests of the comparison */
	uint8_t *found[LEVELS]; /* slower, at either level */
	uint8_t *found_faster;
	double threshold[LEVELS], threshold_faster; /* the p that would also be found, or -1 */
};

/*
 * Collect the items with enough samples in all runs together, their samples and tests. If a
 * family of self items is given, an inclusive one leaves out functions whose callees have
 * nearly no samples: they are tested already.
 */
void family_init(struct family *f, enum kind kind, struct items *items, const struct matrix *m,
		 const struct design *d, const struct family *self);

void family_release(struct family *f);

/*
 * Test all items. The levels o->q and gate_q are those of the whole comparison, of which this
 * family may use a part. q-values are divided by that part, so that they compare with the
 * levels of the whole.
 */
void family_test(struct family *f, const struct items *items, const struct design *d,
		 const struct options *o, double gate_q, double part);

/*
 * The weight of an item of that share, before all weights are scaled to a mean of 1: it is
 * proportional to the share, up to a limit. In a small item, only a large rise matters, which
 * is found in spite of a small weight.
 */
double family_weight(double share);

/* The level at which item i is found if it is the only finding; at most a half. */
double family_level(const struct family *f, size_t i, double q);

static inline const double *family_counts(const struct family *f, size_t i)
{
	return f->x + i * f->nrun;
}

#endif
