/* Paths as text: nothing here looks at files. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/buf.h"

/*
 * Append the path without empty components and ".", and without what ".." takes back, as
 * Go's filepath.Clean() makes it: paths from debugging information that are spelled in two
 * ways become equal. An empty path is ".".
 */
void path_clean(struct buf *b, struct str path);

#endif
