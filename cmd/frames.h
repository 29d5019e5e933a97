/*
 * The options about how frames are shown, which prof-fold and prof-flame share; and those of
 * them that prof-query has.
 */
#ifndef CMD_FRAMES_H
#define CMD_FRAMES_H

#include "cli/opt.h"
#include "profile/profile.h"

extern const struct opt frame_options[], name_options[];

/* Rewrite the frames of p by these options. */
void rewrite_frames(struct profile *p);

/* The same by those of prof-query. simplify: by default names are simplified. */
void rewrite_names(struct profile *p, bool simplify);

#endif
