/*
 * ^C at a pipeline: the terminal sends SIGINT to all of it. The first program ends its
 * stream, and those that read it have to live on to see that end.
 */
#ifndef CMD_INTERRUPT_H
#define CMD_INTERRUPT_H

#include <stdbool.h>

/*
 * The same for SIGTERM, with which a service manager ends a pipeline: for programs that run
 * for as long as what they read. Set it before the next call.
 */
extern bool interrupt_with_sigterm;

/*
 * From here on, outlive one SIGINT if one of the paths, ended by NULL, is standard input and
 * a pipe; a second one ends us, as ever. A SIGINT that is ignored already stays so.
 */
void interrupt_outlive(char *const *paths);

/* The stream has been read: SIGINT ends us again. */
void interrupt_restore(void);

#endif
