/*
 * Files that a binary refers to: its debug file, what that shares with others, split
 * units. The child that names addresses can open none; it asks its parent for them.
 * Where there is no such parent, in tests, they are opened here.
 */
#ifndef SYMBOL_OTHER_FILE_H
#define SYMBOL_OTHER_FILE_H

#include "symbol/naming_channel.h"

/* From now on this process asks for files through a channel, which must stay. */
void other_files_through(struct naming_channel *channel);

/* None will be there until this is said otherwise: the parent need not be asked. */
void other_files_missing(bool missing);

/* A descriptor for reading, or -1. The path is one of the target's root. */
int other_file_open(const char *path);

/*
 * The same for the first of several paths that is there: a list, each with a NUL after it.
 * *paths becomes what follows that one.
 */
int other_file_first(struct str *paths);

/* The same for the debug file of a build id (in bytes), from a debuginfod server. */
int other_file_of_build(struct str build_id);

/* Close it; -1 is fine. */
void other_file_close(int fd);

#endif
