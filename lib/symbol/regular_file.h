/*
 * Opening files that were named by others: nothing but regular files, so that no
 * device is touched and no pipe waited for.
 */
#ifndef SYMBOL_REGULAR_FILE_H
#define SYMBOL_REGULAR_FILE_H

/* A file descriptor for reading, or -1. */
int regular_file_open(const char *path);

/* Close it; -1 is fine. */
void regular_file_close(int fd);

#endif
