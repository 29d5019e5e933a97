/* The parts of fit.h that its files share. */
#ifndef REMOTE_FIT_PARTS_H
#define REMOTE_FIT_PARTS_H

#include "remote/fit.h"

/* A set of labels that samples of the profile have. */
struct fit_set {
	label_set_id set;
	uint32_t one;     /* the row of a table: not all zero */
	label_set_id now; /* payload: the set that samples get instead, */
	uint32_t group;   /* and the group of samples they are in */
};

_Static_assert(sizeof(struct fit_set) == 16, "no padding");

/* What a profile's labels become. */
struct fit_sets {
	struct table row;        /* struct fit_set */
	VEC(label_id) common;    /* of all samples, fit for a series */
	VEC(label_set_id) group; /* by group: labels of its series; there is at least one */
	VEC(uint32_t) group_of;  /* by set of labels that samples have now */
	bool several_programs;   /* samples differ in comm */
};

/* Look at the labels of all samples. */
void fit_sets_read(struct fit *f, const struct profile *p);
void fit_sets_clear(struct fit_sets *s);
const struct fit_set *fit_sets_find(const struct fit_sets *s, label_set_id set);

/* The text with well-formed UTF-8; counted if it was not. */
str_id fit_text(struct fit *f, str_id s);

/*
 * Give samples their labels, each frame a name and each text well-formed UTF-8; shorten
 * deep stacks. After fit_sets_read().
 */
void fit_frames(struct fit *f, struct profile *p);

/*
 * Put the labels of a group's series into f->part.labels. name is the first part of the
 * profile's type ids.
 */
void fit_series(struct fit *f, const struct profile *p, label_set_id group, struct str name);

#endif
