/*
 * The cost of recording, measured on this machine: every CPU is kept busy, in alternating
 * slices of time with and without a recording of the whole machine.
 */
#ifndef CMD_RECORD_SELFTEST_H
#define CMD_RECORD_SELFTEST_H

#include "cmd/record/recording.h"

/*
 * Measure a recording with these options, and print its cost on standard output: the slowdown
 * of the load, and the recorder's own CPU use. Returns the exit status.
 */
int record_selftest(const struct session_options *so);

#endif
