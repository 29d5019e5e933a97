/* The options of a comparison. */
#ifndef COMPARE_OPTIONS_H
#define COMPARE_OPTIONS_H

#include "base/str.h"

/* What is compared; all but shares are for one unit of work. */
enum metric {
	METRIC_AUTO,    /* cpu where it is known and makes sense, else samples or share */
	METRIC_CPU,     /* CPU time */
	METRIC_SHARE,   /* the part of all samples */
	METRIC_SAMPLES, /* the values of the sample type: counts, bytes */
	METRIC_WALL,    /* elapsed time */
};

/* What the items are that samples are added up for. */
enum item_by { BY_FUNCTION, BY_PATH, BY_MODULE, BY_FILE };

/* What makes a gate fail. With FAIL_REGRESSION a new function does if the total rose, too. */
enum fail_on { FAIL_REGRESSION = 1, FAIL_INCONCLUSIVE = 2, FAIL_NEW = 4, FAIL_TOTAL = 8 };

/* Is that a name the user means? For regular expressions, which this layer has not. */
typedef bool name_matcher(void *arg, struct str name);

/* "RE<=5%": functions that together may not take more than a share of the new side. */
struct budget {
	const char *text; /* as the user gave it */
	double limit;     /* a fraction */
	name_matcher *match;
	void *arg;
};

struct rename {
	struct str old, new;
};

struct options {
	enum metric metric;
	enum item_by by;
	bool self, inclusive; /* families of items to test */
	double min_effect;    /* a change must be larger than this fraction, and cost */
	double min_cost;      /* this fraction of the base total */
	double q, gate_q;     /* false discovery rate of what is listed, and of what fails */
	unsigned fail_on;     /* enum fail_on */
	double power_effect;  /* a change that the data must be able to show, as a fraction, */
	double power_share;   /* in a function of this share; 0 = nothing is required */
	bool allow_single;    /* fail on one run a side, too */
	bool allow_cross_host;
	uint64_t seed;
	struct str root;      /* a directory: reports name the files below it from there */
	name_matcher *ignore; /* items that are not tested, or NULL */
	void *ignore_arg;
	name_matcher *changed; /* functions (and files) that a change touched, or NULL */
	void *changed_arg;
	const struct rename *rename;
	size_t nrename;
	const struct budget *budget;
	size_t nbudget;
};

/* What prof-diff does by default. */
struct options compare_defaults(void);

#endif
