/*
 * The step of colour of a frame in a differential picture, from the relative change of its
 * inclusive value. The scale is the same in every picture.
 */
#ifndef VIEW_CHANGE_H
#define VIEW_CHANGE_H

#include "view/color.h"

/* Steps to either side of "about the same". */
enum { CHANGE_STEPS = 5 };

/*
 * The ratio at which step i + 1 begins: 1.02, 1.1, 1.25, 1.5, 2. A loss begins
 * at the reciprocal, so that halving is as strong as doubling.
 */
extern const double change_ratio[CHANGE_STEPS];

/*
 * The colours of the 2 * CHANGE_STEPS + 1 steps: "sunset" of Paul Tol's schemes
 * (personal.sron.nl/~pault), from blue through a pale yellow to red. Readers who cannot
 * distinguish red and green see it equally well.
 */
extern const struct rgb change_color[2 * CHANGE_STEPS + 1];

/* The colour of frames that show no change: the root, and what may be chance. --trunk of light.css. */
extern const struct rgb trunk_color;

/*
 * The step, from -CHANGE_STEPS (halved or less) to CHANGE_STEPS (doubled or more). Changes from
 * and to 0 are the ends of the scale.
 */
int change_step(double from, double to);

#endif
