/*
 * Runs: the replicates of a comparison. Every profile that is read, from a separate file or from
 * a stream, is one run of the base side or of the new side. Runs share strings, functions and
 * stacks, and have separate values.
 *
 *	runs_init(&runs, NULL);
 *	runs_begin(&runs, BASE, "base/1.pb.gz");
 *	while (... a profile of runs.dict is read ...)
 *		ok = runs_add(&runs, &profile);
 */
#ifndef COMPARE_RUNS_H
#define COMPARE_RUNS_H

#include "profile/profile.h"

enum side { BASE, NEW };

/* The value of a run for one sample row of runs.profile. */
struct cell {
	sample_id sample;
	uint32_t zero;
	int64_t value;
};

/* One run. Unknown facts are NAN, 0 for times and periods, or row 0 for strings. */
struct run {
	str_id name; /* of the file; "FILE#2" for the second profile of a stream */
	enum side side;
	struct cell *cell; /* in order of samples, none of them 0 */
	size_t ncell;
	double unit;    /* the factor that converts values to runs.unit */
	double value;   /* the sum of values, in that unit */
	double samples; /* the number of samples in it */
	double cpu_ns, work, wall_ns, lost;
	int64_t time;       /* when it began, in ns since 1970 */
	int64_t round;      /* of an interleaved recording; -1 if unknown */
	double period;      /* in the unit of the period's type */
	str_id period_unit; /* the name of that unit */
	str_id host, cpu_model, kernel;
	uint32_t nmerged; /* number of facts "run=": more than 1 if the profile is a sum of runs */
};

struct runs {
	struct dictionary dict; /* of all runs */
	struct profile profile; /* the samples of all runs, without values */
	struct run *run;        /* in the order in which they were read */
	size_t n, cap;
	str_id type, unit; /* of the values of all runs */
	struct str wanted; /* the sample type that the user wants, or empty */
	struct str work;   /* the name of the fact with the amount of work */
	struct buf error;  /* NUL-terminated; set if runs_add() fails */
	/* Of the current file. */
	enum side side;
	const char *file;
	size_t in_file; /* runs read from it */
};

/* wanted: a sample type as for --type, or NULL for the default of the first run. */
void runs_init(struct runs *r, const char *wanted);
void runs_release(struct runs *r);

/* Begin a file of that side: the runs that are added next come from it. */
void runs_begin(struct runs *r, enum side side, const char *file);

/*
 * Add a run, a profile of r->dict. Only the compared column is copied. False, with r->error, if
 * the run cannot be compared with the others.
 */
bool runs_add(struct runs *r, struct profile *p);

/*
 * Do two runs have exactly the same samples? Copies of a file do, and so do runs with counts
 * that do not vary; sampled runs differ.
 */
bool runs_are_same(const struct run *a, const struct run *b);

/* Do the runs have different periods? Returns them as text. False if one is unknown. */
bool runs_differ_in_period(const struct runs *r, const struct run *a, const struct run *b,
			   struct buf *what);

#endif
