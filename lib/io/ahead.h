/*
 * Decompressing in a thread, ahead of the reader: while the reader parses, the next bytes
 * are read and decoded. A bounded ring of chunks connects the two. The reader gets the
 * same bytes, frames, positions and errors as without the thread, in the same order.
 *
 * Frames (gzip members) of a file in memory are decoded as a whole, by the faster decoder
 * that needs a complete frame (codec.whole); others are decoded in chunks.
 */
#ifndef IO_AHEAD_H
#define IO_AHEAD_H

#include "io/layer.h"

/*
 * Start a thread that goes on where the top layer of `in` is; what waits there stays.
 * The layers below become the thread's. NULL, with nothing changed, when there is
 * no thread to be had.
 */
struct ahead *ahead_begin(struct in *in);

/* layer_fill() for a layer that has a thread. */
bool ahead_fill(struct in *in, struct layer *l);

/* Will another chunk come? Waits until that is known. */
bool ahead_more(struct ahead *a);

/* Stop the thread, wherever it is, and free everything. */
void ahead_end(struct ahead *a);

#endif
