/*
 * How many files we may have open: a recording needs one for each thread, event and CPU.
 */
#ifndef RECORD_OPEN_FILES_H
#define RECORD_OPEN_FILES_H

/* As many as the hard limit allows. */
void open_files_raise(void);

/* In a child that becomes another program: the limit that we were started with. */
void open_files_restore(void);

#endif
