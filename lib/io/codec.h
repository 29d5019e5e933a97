/*
 * Codecs: the compressions and text encodings of inputs. A codec is a file with one
 * `const struct codec`, and a word in CODECS.
 *
 * A codec decodes *frames*: a gzip member, a zstd frame, an xz stream. Successive frames are
 * one input; a format that needs the ends of frames (pprof) can see them.
 */
#ifndef IO_CODEC_H
#define IO_CODEC_H

#include "base/buf.h"

enum codec_result {
	CODEC_MORE,  /* more source or more room is needed */
	CODEC_FRAME, /* a frame ends here; the next call starts another */
	CODEC_BAD,   /* *why says what is wrong */
};

struct codec {
	const char *name;
	/* For encodings that are recognised only to be refused: the command that unpacks
	   them. Else NULL. */
	const char *unpack;

	/* Do these first bytes (up to 4 KiB) begin data in this encoding? */
	bool (*match)(struct str head);

	/* match() needs only 4 bytes, so that a stream need not wait for more. */
	bool has_magic;

	/* The data has no frames: it may end anywhere but inside a character. */
	bool unframed;

	/*
	 * The number of padding bytes at the start of src, which is between two frames.
	 * May be NULL.
	 */
	size_t (*padding)(struct str src);

	/* A decoder's state; freed by close(). */
	void *(*open)(void);

	/*
	 * Decode from *src, advancing it, to dst. *room is the size of dst and
	 * becomes the number of bytes written.
	 */
	enum codec_result (*decode)(void *state, struct str *src, char *dst, size_t *room,
				    const char **why);

	/*
	 * Decode the frame at the start of *src at once, append it to dst and
	 * advance *src. False, with nothing changed, when that cannot be done
	 * within `most` bytes (the caller then uses decode()). May be NULL.
	 */
	bool (*whole)(struct str *src, struct buf *dst, size_t most);

	void (*close)(void *state);
};

#define CODECS(X)           X(gzip) X(zstd) X(zlib) X(utf16le) X(utf16be) X(cr) X(xz) X(bzip2) X(lz4) X(zip)
#define CODEC_DECLARE(name) extern const struct codec codec_##name;
CODECS(CODEC_DECLARE)

/* The length of the zeros at the start of src: padding in gzip and xz. */
size_t codec_zeros(struct str src);

/* The codec that matches these first bytes, or NULL. */
const struct codec *codec_of(struct str head);

/* The same for the first 4 bytes, which are not enough for all codecs. */
const struct codec *codec_of_magic(struct str magic);

#endif
