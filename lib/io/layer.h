/*
 * The layers of an input: the file at the bottom, and above it a decoder for each detected
 * encoding. A layer has a buffer of decoded bytes, which is filled from the layer below when
 * it is empty. The layers of a large input run in a thread of their own (io/ahead.h), and the
 * top layer takes the bytes that this thread has decoded.
 */
#ifndef IO_LAYER_H
#define IO_LAYER_H

#include "io/codec.h"
#include "io/in.h"

struct layer {
	struct layer *below;       /* NULL for the file */
	const struct codec *codec; /* NULL for the file */
	void *state;               /* of the codec */
	struct ahead *ahead;       /* the thread that decodes for this layer, or NULL */
	int fd;                    /* of the file; -1 for memory */
	int stop_fd;               /* readable when read() must not wait any longer; or -1 */
	size_t size;               /* of a regular file; 0 if not known */
	struct buf bytes;          /* [at, n) are not taken yet */
	size_t at;
	uint64_t pos;        /* offset of bytes.p[at] in this layer's data */
	bool borrowed;       /* bytes are the caller's memory */
	bool eof;            /* no more bytes will come */
	bool in_frame;       /* the current frame has begun and not ended */
	bool frame_ended;    /* bytes end where a frame ends; no filling before
			      the next frame is asked for */
	uint64_t frame_pos;  /* where the frame began, in this layer's data */
	uint64_t frame_from; /* and in the data of the layer below */
	size_t given;        /* bytes at `at` that in_frame() returned */
};

enum { LAYER_HEAD = 4096 }; /* bytes that a codec is recognised by */

static inline struct str layer_waiting(const struct layer *l)
{
	return str(l->bytes.p ? l->bytes.p + l->at : "", l->bytes.n - l->at);
}

static inline void layer_take(struct layer *l, size_t n)
{
	l->at += n;
	l->pos += n;
}

/* Put a layer on top; if codec is NULL, the file. */
struct layer *layer_push(struct in *in, const struct codec *codec);

/*
 * Room for n more bytes, or NULL, with an error, if that exceeds the memory limit. The
 * layer's bytes may move.
 */
char *layer_room(struct in *in, struct layer *l, size_t n);

/* Add bytes to a layer. False at the end of its frame or data, or on error. */
bool layer_fill(struct in *in, struct layer *l);

/* After the end of a frame: is there another? Skips frames without bytes. */
bool layer_next_frame(struct in *in);

/*
 * Read all of a compressed file unless it is large, so that whole frames can be
 * decoded at once.
 */
void layer_read_whole(struct in *in, struct layer *file);

/*
 * Decode the current frame at once, or the next if none has begun, if its whole source is in
 * memory and the frame has at most so many bytes. The part that was decoded before, of which
 * nothing has been taken, is decoded again. False if nothing has changed.
 */
bool layer_decode_frame(struct in *in, struct layer *l, size_t most);

/* Skip the padding between two frames in the source. */
void layer_skip_padding(struct layer *l);

/* Is the whole rest of a decoder's source in memory? */
bool layer_has_source(const struct layer *l);

/* Free all layers; ends the thread, if there is one. */
void layer_release_all(struct in *in);

#endif
