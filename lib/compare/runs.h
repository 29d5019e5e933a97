/*
 * Runs: the replicates of a comparison. Every profile that is read is one run of
 * the base side or of the new side, whether it came in a file of its own or in a
 * stream. They share strings, functions and stacks, and keep their values apart.
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

/* What a run has of one sample row of runs.profile. */
struct cell {
	sample_id sample;
	uint32_t zero;
	int64_t value;
};

/* One run. What is not known is NAN, 0 for times and periods, or row 0 of strings. */
struct run {
	str_id name; /* of the file; "FILE#2" for the second profile of a stream */
	enum side side;
	struct cell *cell; /* in order of samples, none of them 0 */
	size_t ncell;
	double unit;    /* times the values: in the unit of runs.unit */
	double value;   /* their sum in that unit */
	double samples; /* how many samples that is */
	double cpu_ns, work, wall_ns, lost;
	int64_t time;       /* when it began, in ns since 1970 */
	int64_t round;      /* of an interleaved recording; -1 if not known */
	double period;      /* in the unit of the period's type */
	str_id period_unit; /* and which that is */
	str_id host, cpu_model, kernel;
	uint32_t nmerged; /* facts "run=": more than one run in this profile */
};

struct runs {
	struct dictionary dict; /* of all runs */
	struct profile profile; /* the samples of all runs, without values */
	struct run *run;        /* in the order in which they were read */
	size_t n, cap;
	str_id type, unit; /* the values of all of them */
	struct str wanted; /* the sample type that the user wants, or empty */
	struct str work;   /* the name of the fact that says how much work was done */
	struct buf error;  /* NUL-terminated, when runs_add() fails */
	/* of the file being read */
	enum side side;
	const char *file;
	size_t in_file; /* runs taken from it */
};

/* wanted: a sample type as for --type, or NULL for the default of the first run. */
void runs_init(struct runs *r, const char *wanted);
void runs_release(struct runs *r);

/* The runs that are added from now on come from that file, which is of that side. */
void runs_begin(struct runs *r, enum side side, const char *file);

/*
 * Add a run, a profile of r->dict, of which only what is compared is copied. False, with
 * r->error, when it cannot be compared with the others.
 */
bool runs_add(struct runs *r, struct profile *p);

/*
 * Was the same thing recorded, to the last sample? Copies of a file are the same, and so are
 * runs that count what does not vary; runs that were sampled differ.
 */
bool runs_are_same(const struct run *a, const struct run *b);

/* Were they sampled with different periods, as text? False when one of them does not say. */
bool runs_differ_in_period(const struct runs *r, const struct run *a, const struct run *b,
			   struct buf *what);

#endif
