/*
 * What a reader gives up before it reads what strangers send: a body that took the process
 * over could write where profiles are kept, and nothing else.
 *
 * Landlock (Linux 5.13) leaves it the directory of the output, and time zones to read. A
 * seccomp filter, where libseccomp is there, refuses to start programs, to open sockets and
 * to look into other processes. Where the kernel has neither, the process goes on without.
 */
#ifndef LISTEN_CONFINE_H
#define LISTEN_CONFINE_H

#include "listen/sink.h"

void confine_reader(const struct sink_options *output);

#endif
