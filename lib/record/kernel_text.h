/*
 * The small files of /proc and /sys, in which the kernel answers in text.
 */
#ifndef RECORD_KERNEL_TEXT_H
#define RECORD_KERNEL_TEXT_H

#include "base/buf.h"

/*
 * Put a file's text in *to, without the newline at its end. False, and *to empty,
 * when there is none.
 */
bool kernel_text(const char *path, struct buf *to);

#endif
