/*
 * Messages to whoever runs the command: a line on standard error that begins with
 * the program's name. What a message quotes may hold anything: control characters and
 * the like are escaped here, for all commands (but line ends, since some messages have
 * several lines; in_fail() and out_fail() escape those in what they quote). A progress
 * line is wiped first.
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
