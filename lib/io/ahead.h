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
 * Start a thread that continues from the position of the top layer of `in`, which keeps its
 * bytes. The layers below then belong to the thread. NULL, with nothing changed, if a thread
 * cannot be started.
 */
struct ahead *ahead_begin(struct in *in);

/* layer_fill() for a layer with a thread. */
bool ahead_fill(struct in *in, struct layer *l);

/* Will another chunk come? Waits until that is known. */
bool ahead_more(struct ahead *a);

/* Stop the thread at any point, and free everything. */
void ahead_end(struct ahead *a);

#endif
