/*
 * For "make portable", which hides what glibc has beyond POSIX: what it hides, but
 * macOS and the BSDs have as well.
 */
#ifndef PORTABLE_H
#define PORTABLE_H

#include <stddef.h>

void *memmem(const void *in, size_t n, const void *what, size_t len);

#endif
