/*
 * A comparison: from runs to verdicts. compare() takes these steps, in this order:
 *
 *	design		which runs count, and the weight of a sample of each
 *	family		items with enough samples; their tests; false discovery rates
 *	subtree		functions whose callees all changed by one ratio
 *	residual	callers that changed only because of their callees
 *	moved		code that only moved
 *	permute		a permutation test of the whole, with fewer assumptions
 *	verdict		the verdict of each item, and the outcome of the gate
 *
 * Reports (diff_report.h) only read the comparison.
 */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "compare/calls.h"
#include "compare/family.h"
#include "compare/members.h"

enum verdict {
	SAME,   /* shown to have no change above min_effect */
	UNSURE, /* a change is neither shown nor excluded */
	SLOWER,
	FASTER,
	APPEARED,  /* slower, and not in any base run */
	GONE,      /* faster, and not in any new run */
	MOVED,     /* slower, but only by code that moved */
	SUSPECT,   /* seems slower or faster, but there are too few runs to tell */
	EXPLAINED, /* slower or faster because of its callees */
};

/* The verdict in one word, as reports show it: "same", "?", "SLOWER" ... */
const char *verdict_word(enum verdict v);

/* An item of one of the families. */
struct row {
	enum kind kind;
	uint32_t item;
	size_t index; /* number in its family */
	struct test test;
	double p, q;      /* for slower, or for faster if it seems faster */
	double confirmed; /* p by permutation; 1 without one */
	double alpha;     /* 1 - the confidence of low and high */
	double low, high; /* of the change, as logarithms */
	enum verdict verdict;
	bool gated;         /* the gate fails for it */
	bool listed;        /* reports for people show it */
	bool up;            /* its cost rose */
	bool found[LEVELS]; /* by the tests, at either level */
	double runs_needed; /* per side, to decide about an UNSURE row; 0 = unknown */
	uint32_t from;      /* MOVED: the item it came from, or its caller */
	uint32_t because;   /* EXPLAINED: a callee that explains it */
	bool alike;         /* all its callees changed by the same ratio, and are EXPLAINED */
	bool below;         /* nearly all its samples are below such a row */
	size_t nfolded;     /* rows that are EXPLAINED because of this one */
	double depth;       /* mean depth of its frames */
	bool own;           /* it is the author's code (items_is_own()) */
	uint32_t site;      /* the lowest caller on the path that is own code, or 0 */
	struct str path;    /* the path to the change: "main;serve;hash" */
};

enum { POWERS = 3 }; /* shares for which the smallest change is reported, the smallest first */

struct power {
	double effect; /* the smallest change (as a fraction) found four times in five */
	double share;  /* in an item of this share */
};

struct budget_result {
	double share, low; /* of the new side: mean, and its lower 95% bound */
	bool exceeded;
};

enum outcome {
	PASSED,
	FAILED,
	INCONCLUSIVE,
	UNDERPOWERED, /* nothing found, with too few runs or less than the required power */
};

struct comparison {
	const struct options *o;
	struct runs *runs;
	struct design design;
	struct matrix matrix;
	struct items items;
	struct family family[KINDS]; /* by kind; m = 0 if it is not tested */
	double gate_q;               /* the level of single tests at the gate */
	double confirm_q;            /* the level of labellings and of the total */
	bool can_gate;               /* each side has replicates, or one run is allowed */
	bool permuted;               /* a row is gated only if random labellings confirm it */
	struct test total;
	struct row total_row; /* kind and item are not used */
	struct row *row;      /* all tested items: the listed ones first, the worst first */
	size_t nrow, nlisted;
	double *cost;      /* by stack: its additional cost on the new side, per run */
	double explained;  /* the part of that cost that rows account for */
	double *accounted; /* the same by item, for the stacks through it */
	struct power power[POWERS];
	struct power required; /* share 0: none */
	struct budget_result *budget;
	struct str blame; /* path from the root to the callee with most of the rise; may be empty */
	enum outcome outcome;
	bool gated;        /* something makes the gate fail */
	bool unsure;       /* not gated, but something large may have changed */
	bool blind;        /* not gated, but twice the cost of a tenth could not be found */
	const char *error; /* why compare() failed */
	struct arena text; /* of paths */
};

/* The family that stands for all: self items, if they are tested. */
static inline const struct family *main_family(const struct comparison *c)
{
	return &c->family[c->family[SELF].m ? SELF : INCLUSIVE];
}

/*
 * A function that costs over so many times as much on one side as on the other is as good as new, or
 * as gone: such a change is of where code stands rather than of its speed.
 */
enum { ONE_SIDED = 20 };

/* Did the total rise significantly? Shares, and one run per side, cannot tell. */
static inline bool comparison_total_rose(const struct comparison *c)
{
	return c->design.metric != METRIC_SHARE && test_low(&c->total, 0.05) > 0;
}

/*
 * Does the gate fail for a new function? By default if the total rose, too, by at least half of
 * the function's cost: a function that only calls existing code adds nothing.
 */
static inline bool comparison_gates_new(const struct comparison *c, const struct row *r)
{
	return c->o->fail_on & FAIL_NEW ||
	       (c->o->fail_on & FAIL_REGRESSION && comparison_total_rose(c) &&
		test_cost(&c->total) >= test_cost(&r->test) / 2);
}

/*
 * Compare the runs. False with c->error if they cannot be compared or have too few samples. o
 * and runs must stay until comparison_release(). Adds strings to the profile of runs.
 */
bool compare(struct comparison *c, struct runs *runs, const struct options *o);

void comparison_release(struct comparison *c);

/*
 * Do these runs suffice to find, four times in five, a rise of that effect (0.10 = 10%) in an
 * item of that share? This can be called after each round to decide whether to record more: it
 * does not use the difference of the sides, so it does not invalidate later tests.
 *
 *	struct options o = compare_defaults();
 *	struct runs runs;
 *
 *	runs_init(&runs, NULL);
 *	load_runs(&runs, BASE, base_paths);     (cmd/replicates.h)
 *	load_runs(&runs, NEW, new_paths);
 *	enough = compare_power_reached(&runs, &o, 0.10, 0.05);
 *	runs_release(&runs);
 */
bool compare_power_reached(struct runs *runs, const struct options *o, double effect, double share);

#endif
