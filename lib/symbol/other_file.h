/*
 * Opening the files to which a binary refers: its debug file, its alternate file, its
 * split units. The naming child cannot open files; it asks its parent. Without a parent,
 * in tests, files are opened here.
 */
#ifndef SYMBOL_OTHER_FILE_H
#define SYMBOL_OTHER_FILE_H

#include "symbol/naming/naming_channel.h"

/* From now on ask for files through this channel, which must stay. */
void other_files_through(struct naming_channel *channel);

/* Set whether all other files are missing: then the parent is not asked. */
void other_files_missing(bool missing);

/* A descriptor for reading, or -1. The path is resolved in the target's root. */
int other_file_open(const char *path);

/*
 * The same for the first existing one of several paths: a list, in which each path ends in
 * a NUL. *paths becomes the list after that path.
 */
int other_file_first(struct str *paths);

/* The same for the debug file of a build id (in bytes), from a debuginfod server. */
int other_file_of_build(struct str build_id);

/* Close it; -1 is allowed. */
void other_file_close(int fd);

#endif
