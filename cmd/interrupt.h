/*
 * ^C at a pipeline: the terminal sends SIGINT to all of its programs. The first ends its
 * stream, and its readers must survive until they have read that end.
 */
#ifndef CMD_INTERRUPT_H
#define CMD_INTERRUPT_H

#include <stdbool.h>

/*
 * Survive SIGTERM, too, with which a service manager ends a pipeline: for programs that run as
 * long as their input. Set it before interrupt_outlive().
 */
extern bool interrupt_with_sigterm;

/*
 * From now on, survive one SIGINT if one of the paths (ended by NULL) is standard input and
 * that is a pipe; a second one ends the program. A SIGINT that is ignored stays ignored.
 */
void interrupt_outlive(char *const *paths);

/* The stream has been read: SIGINT ends the program again. */
void interrupt_restore(void);

#endif
