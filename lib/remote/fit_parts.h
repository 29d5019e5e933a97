/* Internals that the files of fit.h share. */
#ifndef REMOTE_FIT_PARTS_H
#define REMOTE_FIT_PARTS_H

#include "remote/fit.h"

/* A distinct label set of the profile's samples. */
struct fit_set {
	label_set_id set;
	uint32_t one;     /* the row of a table: not all zero */
	label_set_id now; /* payload: the set that replaces it */
	uint32_t group;   /* the group of its samples */
};

_Static_assert(sizeof(struct fit_set) == 16, "no padding");

/* The replacement of a profile's labels. */
struct fit_sets {
	struct table row;        /* struct fit_set */
	VEC(label_id) common;    /* labels of all samples, suitable for a series */
	VEC(label_set_id) group; /* by group: labels of its series; at least one group */
	VEC(uint32_t) group_of;  /* by the label set of a sample after replacement */
	bool several_programs;   /* samples differ in their label comm */
};

/* Read the labels of all samples. */
void fit_sets_read(struct fit *f, const struct profile *p);
void fit_sets_clear(struct fit_sets *s);
const struct fit_set *fit_sets_find(const struct fit_sets *s, label_set_id set);

/* Replace bytes that are not UTF-8, and count the text if there were any. */
str_id fit_text(struct fit *f, str_id s);

/*
 * Give each sample its new labels, each frame a name and each text valid UTF-8; shorten deep
 * stacks. Call after fit_sets_read().
 */
void fit_frames(struct fit *f, struct profile *p);

/*
 * Set f->part.labels to the labels of a group's series. name: the first part of the profile's
 * type ids.
 */
void fit_series(struct fit *f, const struct profile *p, label_set_id group, struct str name);

#endif
