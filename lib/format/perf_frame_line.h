/*
 * A frame as perf script prints it:
 *
 *	7f722d142778 Foo::bar(int)+0x12 (/usr/lib/libfoo.so)
 */
#ifndef FORMAT_PERF_FRAME_LINE_H
#define FORMAT_PERF_FRAME_LINE_H

#include "base/str.h"

/*
 * Is a line one of a frame, by its shape? Then *what is the part of it behind the
 * address.
 */
bool perf_frame_line(struct str line, uint64_t *address, struct str *what);

/*
 * Cut "(BINARY)" off the end of *what, and return BINARY. A binary may have
 * parentheses, "(deleted)" for one, so they are matched; where they do not match,
 * the last " (" counts. Empty when there is none.
 */
struct str perf_cut_binary(struct str *what);

/* The symbol without a "+0x1f" at the end. */
struct str perf_strip_offset(struct str symbol);

#endif
