/*
 * The limit of open files. A recording needs one file for each thread, event and CPU.
 */
#ifndef RECORD_OPEN_FILES_H
#define RECORD_OPEN_FILES_H

/* Raises the soft limit to the hard limit. */
void open_files_raise(void);

/* Restores the original limit, in a child before its exec(). */
void open_files_restore(void);

#endif
