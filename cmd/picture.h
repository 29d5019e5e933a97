/* Drawing to a file, for the commands that draw. */
#ifndef CMD_PICTURE_H
#define CMD_PICTURE_H

#include "profile/profile.h"
#include "view/view.h"

/*
 * Draw p to a path (NULL: standard output). False when there is no picture: then *r has
 * the reason, unless writing failed, which is complained about.
 */
bool write_picture(const struct view *view, struct profile *p, const struct view_options *o,
		   const char *path, struct view_result *r);

#endif
