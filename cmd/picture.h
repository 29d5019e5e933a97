/* Drawing to a file, for prof-flame and for --svg of prof-diff. */
#ifndef CMD_PICTURE_H
#define CMD_PICTURE_H

#include "profile/profile.h"
#include "view/view.h"

/*
 * Draw p to a path (NULL: standard output). False if there is no picture: *r has the
 * reason, except for a failed write, for which the error message is printed here.
 */
bool write_picture(const struct view *view, struct profile *p, const struct view_options *o,
		   const char *path, struct view_result *r);

#endif
