/* The options about frames, which prof-fold and prof-flame share. */
#ifndef CMD_FRAMES_H
#define CMD_FRAMES_H

#include "cli/opt.h"
#include "profile/profile.h"

extern const struct opt frame_options[];

/* Rewrite the frames of p as the options say. */
void rewrite_frames(struct profile *p);

#endif
