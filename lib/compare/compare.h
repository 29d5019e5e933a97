/*
 * A comparison: from runs to verdicts. compare() takes the steps in this order:
 *
 *	design		which runs count, and the weight of a sample of each
 *	family		items with enough samples; their tests; false discovery rates
 *	subtree		functions of which all that they call changed by one ratio
 *	residual	callers that changed only because of their callees
 *	moved		code that only moved
 *	permute		a permutation test of the whole, which assumes less
 *	verdict		the verdict of each item, and the outcome of the gate
 *
 * Reports (diff_report.h) only read what is here.
 */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "compare/calls.h"
#include "compare/family.h"
#include "compare/members.h"

enum verdict {
	SAME,   /* no change above min_effect: that is shown */
	UNSURE, /* neither shown nor excluded */
	SLOWER,
	FASTER,
	APPEARED,  /* slower, and not in any base run */
	GONE,      /* faster, and not in any new run */
	MOVED,     /* slower, but what it belongs to is not */
	SUSPECT,   /* seems slower or faster, but there are too few runs to say so */
	EXPLAINED, /* slower or faster because of what it calls */
};

/* The verdict in one word, as reports show it: "same", "?", "SLOWER" ... */
const char *verdict_word(enum verdict v);

/* An item of one of the families. */
struct row {
	enum kind kind;
	uint32_t item;
	size_t index; /* in its family */
	struct test test;
	double p, q;      /* of slower, or of faster if it seems faster */
	double confirmed; /* p by permutation; 1 if there was none */
	double alpha;     /* 1 - the confidence of low and high */
	double low, high; /* of the change, as logarithms */
	enum verdict verdict;
	bool gated;         /* the gate fails for it */
	bool listed;        /* reports for people show it */
	bool up;            /* its change is one for the worse */
	bool found[LEVELS]; /* by the tests, at either level */
	double runs_needed; /* a side, for an UNSURE one to become sure; 0 = not known */
	uint32_t from;      /* MOVED: the item it came from, or its caller */
	uint32_t because;   /* EXPLAINED: a callee that explains it */
	bool alike;         /* all that it calls changed by the same ratio, and is EXPLAINED */
	bool below;         /* nearly all of it is below such a row */
	size_t nfolded;     /* rows that are EXPLAINED because of this one */
	double depth;       /* of its frames, on the average */
	bool own;           /* it is the author's code (items_is_own()) */
	uint32_t site;      /* the lowest caller on the path that is, or 0 */
	struct str path;    /* how the change comes about: "main;serve;hash" */
};

enum { POWERS = 3 }; /* shares that the smallest change is told of, the smallest first */

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
	UNDERPOWERED, /* nothing found, by too few runs or with less than the required power */
};

struct comparison {
	const struct options *o;
	struct runs *runs;
	struct design design;
	struct matrix matrix;
	struct items items;
	struct family family[KINDS]; /* by kind; m = 0 when it is not tested */
	double gate_q;               /* the level of single tests at the gate */
	double confirm_q;            /* and that of labellings, and of the total */
	bool can_gate;               /* there are replicates, or one run a side is to do */
	bool permuted;               /* a row is gated only if random labellings confirm it */
	struct test total;
	struct row total_row; /* kind and item mean nothing */
	struct row *row;      /* all tested items: first those to be listed, the worst first */
	size_t nrow, nlisted;
	double *cost;      /* by stack: how much more the new side has of it, a run */
	double explained;  /* the part of it that rows account for */
	double *accounted; /* likewise by item, of the stacks through it */
	struct power power[POWERS];
	struct power required; /* share 0: none */
	struct budget_result *budget;
	struct str blame; /* path from the root to the callee with most of the rise, or empty */
	enum outcome outcome;
	bool gated;        /* something makes the gate fail */
	bool unsure;       /* nothing does, and something large may have changed */
	bool blind;        /* nothing does, and twice the cost of a tenth could not be seen */
	const char *error; /* why compare() failed */
	struct arena text; /* of paths */
};

/* The one that speaks for all: self items, if they are tested. */
static inline const struct family *main_family(const struct comparison *c)
{
	return &c->family[c->family[SELF].m ? SELF : INCLUSIVE];
}

/* One run a side, of which it is not known how much the next ones differ? */
static inline bool comparison_is_single(const struct comparison *c)
{
	return !c->o->allow_single && c->design.k[BASE] == 1 && c->design.k[NEW] == 1;
}

/* Is the total surely higher on the new side? Not known of shares, or from one run a side. */
static inline bool comparison_total_rose(const struct comparison *c)
{
	return c->design.metric != METRIC_SHARE && test_low(&c->total, 0.05) > 0;
}

/*
 * Does the gate fail for a function that is new? By default if the total rose, too, by half of
 * what the function takes at least: one that only calls what was there before adds nothing.
 */
static inline bool comparison_gates_new(const struct comparison *c, const struct row *r)
{
	return c->o->fail_on & FAIL_NEW ||
	       (c->o->fail_on & FAIL_REGRESSION && comparison_total_rose(c) &&
		test_cost(&c->total) >= test_cost(&r->test) / 2);
}

/*
 * Compare the runs. False with c->error when they cannot be compared or have too few
 * samples. o and runs are used until comparison_release(); the profile of runs gets
 * more strings.
 */
bool compare(struct comparison *c, struct runs *runs, const struct options *o);

void comparison_release(struct comparison *c);

/*
 * Do these runs suffice to find, four times in five, a rise of that effect (0.10 = 10%)
 * in an item of that share? For those who record until they do: the answer does not look
 * at what the sides differ in, so asking it after each round spoils no test.
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
