/* Inputs frame by frame: gzip members, zstd frames, xz streams. */
#include "io/ahead.h"
#include "io/layer.h"

/*
 * Decode a whole frame, if none of it has been taken and all of its source is in
 * memory; the part that was decoded before is decoded again.
 */
static void frame_at_once(struct in *in)
{
	struct layer *l = in->top;

	if (l->in_frame && l->pos == l->frame_pos)
		layer_decode_frame(in, l, SIZE_MAX);
}

bool in_frame(struct in *in, struct str *bytes)
{
	struct layer *l = in->top;

	layer_take(l, l->given);
	l->given = 0;
	if (in_end(in))
		return false;
	frame_at_once(in);
	while (layer_fill(in, l))
		;
	*bytes = layer_waiting(l);
	l->given = bytes->n;
	return !in->failed;
}

bool in_more_frames(struct in *in)
{
	struct layer *l = in->top;

	if (l->ahead)
		return l->frame_ended && ahead_more(l->ahead);
	return l->frame_ended && (layer_waiting(l->below).n || layer_fill(in, l->below));
}

bool in_frame_more(struct in *in, struct str *bytes)
{
	struct layer *l = in->top;
	bool more = !in->failed && layer_next_frame(in);

	while (more && layer_fill(in, l))
		;
	*bytes = layer_waiting(l); /* layer_next_frame() may have moved them */
	l->given = bytes->n;
	return more && !in->failed;
}
