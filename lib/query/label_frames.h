/* Labels as frames: the call stack of a sample begins or ends with the value of a label. */
#ifndef QUERY_LABEL_FRAMES_H
#define QUERY_LABEL_FRAMES_H

#include "profile/profile.h"

/* Names of labels, separated by commas; empty for none. */
struct label_frames {
	struct str roots;  /* the first one becomes the root */
	struct str leaves; /* the last one becomes the leaf */
};

/*
 * Add the frames to all samples, as google/pprof does (internal/driver/tagroot.go): the name
 * is label_set_value(), the file is the label's name, and a sample without the label gets a
 * frame without a name. Returns the number of labels that no sample has, and appends their
 * names to *missing, separated by ", ".
 */
size_t label_frames_add(const struct label_frames *f, struct profile *p, struct buf *missing);

#endif
