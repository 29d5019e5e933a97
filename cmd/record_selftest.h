/*
 * What recording costs, measured on the machine at hand: every CPU is kept busy,
 * and slices of time with and without a recording of the whole machine take turns.
 */
#ifndef CMD_RECORD_SELFTEST_H
#define CMD_RECORD_SELFTEST_H

#include "recording.h"

/*
 * Measure a recording with these options, and print on standard output what it
 * costs: the slowdown of what runs, and our own CPU. The exit status.
 */
int record_selftest(const struct session_options *so);

#endif
