/*
 * Made-up histories of real programs: the functions, their shares and who calls whom are
 * those of a recorded profile; how they vary from window to window, and what happens to
 * them, is known.
 */
#ifndef VALIDATE_PAST_H
#define VALIDATE_PAST_H

#include "changes/history.h"
#include "profile/profile.h"
#include "synth.h"

/* What the recording has: functions by share, and their calls. */
struct program {
	VEC(double) share; /* by number of the name; 0 is not used */
	struct strings name;
	struct table call;
	size_t n;
};

struct past_model {
	size_t windows; /* of a minute */
	double samples; /* in a window, on average */
	double phi;     /* dispersion of counts */
	double tau;     /* how each function varies, with a memory of ten windows */
	double load;    /* samples vary by that fraction over the day, */
	double season;  /* and the shares of a third of the functions by up to that */
	double missing; /* fraction of the windows; and three hours once */
	double outlier; /* fraction of the windows of each function: three times its share, for 1 or 2 */
	double drift;   /* a tenth of the functions drift by that much from end to end */
};

/* Something that happens at a window. */
struct event {
	uint32_t function; /* by number in the program; its share is multiplied */
	size_t window;
	double factor;
	uint32_t to;      /* not 0: what it loses goes there */
	bool is_deploy;   /* a label has another version from then on */
};

struct events VEC_OF(struct event);

/* Read a recording. The shares of at most `most` functions, the rest is one. */
bool program_read(struct program *p, const char *path, size_t most);
void program_release(struct program *p);

/* A function of about that share, or a little more, if there is one. */
uint32_t program_function(const struct program *p, double share, struct rng *rng);

/* A function that p calls or that calls it, or 0. */
uint32_t program_relative(const struct program *p, uint32_t function);

/* What drifts, has a season, or outliers, of the functions of the last history. */
enum trait { HAS_SEASON = 1, HAS_DRIFT = 2 };

/* Fill an empty history. trait: by function, room for p->n; may be NULL. */
void past_make(struct history *h, const struct program *p, const struct past_model *m,
	       const struct events *events, struct rng *rng, uint8_t *trait);

#endif
