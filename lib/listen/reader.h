/*
 * A reader: a process that reads uploads and passes their profiles to a sink. It is this
 * program, started again: so it has none of the program's secrets, and a body that crashes it
 * affects no other process.
 */
#ifndef LISTEN_READER_H
#define LISTEN_READER_H

#include "listen/sink.h"

/* Read uploads from READER_SOCKET until it is closed. Does not return. */
NORETURN void reader_main(unsigned slot, const struct sink_options *sink,
			  const struct upload_limits *limits);

#endif
