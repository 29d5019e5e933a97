/* Changes at the same time that explain each other: see changes.h. */
#ifndef CHANGES_SAME_TIME_H
#define CHANGES_SAME_TIME_H

#include "changes/changes.h"

/* c->change is in order of window. Sets kind and other. */
void explain_same_time(const struct history *h, double min_effect, struct changes *c);

#endif
