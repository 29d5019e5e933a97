/*
 * Reads the small text files of /proc and /sys.
 */
#ifndef RECORD_KERNEL_TEXT_H
#define RECORD_KERNEL_TEXT_H

#include "base/buf.h"

/*
 * Puts a file's text in *to, without the newline at its end. If it cannot be read, returns false
 * and empties *to.
 */
bool kernel_text(const char *path, struct buf *to);

#endif
