/*
 * Confining a reader before it reads untrusted bodies: one that took over the process could
 * write to the output directory, and do nothing else.
 *
 * Landlock (Linux 5.13) permits only the output's directory, and reading time zones. A seccomp
 * filter, if libseccomp is present, forbids starting programs, opening sockets and inspecting
 * other processes. On a kernel that has neither, the process runs unconfined.
 */
#ifndef LISTEN_CONFINE_H
#define LISTEN_CONFINE_H

#include "listen/sink.h"

void confine_reader(const struct sink_options *output);

#endif
