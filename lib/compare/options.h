/* The options of a comparison. */
#ifndef COMPARE_OPTIONS_H
#define COMPARE_OPTIONS_H

#include "base/str.h"

/* What is compared; all but shares are per unit of work. */
enum metric {
	METRIC_AUTO,    /* cpu if it is known and meaningful, else samples or share */
	METRIC_CPU,     /* CPU time */
	METRIC_SHARE,   /* the part of all samples */
	METRIC_SAMPLES, /* the values of the sample type: counts, bytes */
	METRIC_WALL,    /* elapsed time */
};

/* The items by which samples are added up. */
enum item_by { BY_FUNCTION, BY_PATH, BY_MODULE, BY_FILE };

/* What makes the gate fail. FAIL_REGRESSION includes new functions if the total rose, too. */
enum fail_on { FAIL_REGRESSION = 1, FAIL_INCONCLUSIVE = 2, FAIL_NEW = 4, FAIL_TOTAL = 8 };

/* Does the name match? The caller provides regular expressions, which this layer lacks. */
typedef bool name_matcher(void *arg, struct str name);

/* "RE<=5%": functions that together must not take more than a share of the new side. */
struct budget {
	const char *text; /* as given by the user */
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
	double min_effect;    /* the least change that counts, as a fraction */
	double min_cost;      /* and as a fraction of the base total */
	double q, gate_q;     /* false discovery rates of the listing and of the gate */
	unsigned fail_on;     /* enum fail_on */
	double power_effect;  /* required power: a change that must be detectable, a fraction, */
	double power_share;   /* in a function of this share; 0 = no requirement */
	bool allow_single;    /* the gate may fail with one run per side */
	bool allow_cross_host;
	uint64_t seed;
	struct str root;      /* a directory: in reports, files below it are relative to it */
	name_matcher *ignore; /* items that are not tested, or NULL */
	void *ignore_arg;
	name_matcher *changed; /* functions (and files) that a change touched, or NULL */
	void *changed_arg;
	const struct rename *rename;
	size_t nrename;
	const struct budget *budget;
	size_t nbudget;
};

/* The defaults of prof-diff. */
struct options compare_defaults(void);

#endif
