/*
 * Messages to the user: lines on standard error that begin with the program's name. A
 * message may quote untrusted text, so control characters are escaped here, for all
 * commands. Line ends are not, since some messages have several lines; in_fail() and
 * out_fail() escape those of the text that they quote. A progress line is erased first.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "base/buf.h"

/* Print "NAME: MESSAGE". Returns false. */
bool complain(const char *fmt, ...) PRINTF(1, 2);

/* The same for commands that wrap it. */
void inform(const char *fmt, va_list ap) PRINTF(1, 0);

/* Complain about the usage, point to --help, and exit with 2. */
NORETURN void usage(const char *fmt, ...) PRINTF(1, 2);

#endif
