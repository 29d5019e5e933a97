/* The options about how frames are shown, which prof-fold and prof-flame share. */
#ifndef CMD_FRAMES_H
#define CMD_FRAMES_H

#include "cli/opt.h"
#include "profile/profile.h"

extern const struct opt frame_options[];

/* Rewrite the frames of p by these options. */
void rewrite_frames(struct profile *p);

#endif
