/*
 * One output: a file or standard output, buffered, with a sticky error that
 * out_close() reports. A regular file appears, or replaces the old one, only
 * when it is complete; so a command may write the file that it reads.
 */
#ifndef IO_OUT_H
#define IO_OUT_H

#include <sys/types.h>

#include "base/buf.h"
#include "io/pack.h"

/* Why an output failed, for programs that know what to do about it. */
enum out_reason {
	OUT_BAD,      /* it cannot be opened or written */
	OUT_TERMINAL, /* the output is binary, and this is a terminal */
	OUT_UNFRAMED, /* a second frame without compression, which would merge with the first */
};

struct out {
	const char *name; /* as messages show it; the caller's */
	struct buf bytes; /* not written yet; append with buf_*, then out_flush() */
	struct pack pack;
	bool failed; /* error holds a message */
	enum out_reason reason;
	struct buf error; /* NUL-terminated, with the name */
	int fd;
	bool in_memory;
	bool hidden;      /* the file has not got its name yet: out_file.h */
	bool is_part;     /* but has the one that ends in .part */
	mode_t mode;      /* that it will have */
	uint32_t nframes; /* that out_frame() ended */
};

/*
 * Open a path; NULL or "-" is standard output. pack PACK_AUTO means: text as it
 * is; binary streams as gzip members, compressed in a file and stored (framing
 * and checksum only) in a pipe. False on failure; out_close() must follow anyway.
 */
bool out_open(struct out *out, const char *path, struct pack pack);

/* Collect all that is written in out->bytes, as it is. Ends with out_release(). */
void out_open_memory(struct out *out);

/* A binary stream will be written: PACK_AUTO is decided; a terminal is an error. */
bool out_binary(struct out *out);

void out_add(struct out *out, struct str s);
void out_printf(struct out *out, const char *fmt, ...) PRINTF(2, 3);

/* Write out->bytes if there are enough of them. For writers that use buf_* on it. */
void out_flush(struct out *out);

/* Write all of it (of text; a frame is written when it ends). */
void out_flush_all(struct out *out);

/*
 * All that was added since the last frame is one frame (gzip member, zstd
 * frame). Without compression a second frame is an error: it could not be told
 * from the first.
 */
void out_frame(struct out *out);

/*
 * Give the file its name, once its bytes are on the disk, though it is not complete:
 * for streams whose frames are of use one by one. Flush first. out_close() does this
 * for the others.
 */
bool out_reveal(struct out *out);

/* The first error wins. Returns false. */
bool out_fail(struct out *out, const char *fmt, ...) PRINTF(2, 3);

/* Write what is left, close, put the file in its place. False on any error. */
bool out_close(struct out *out);

/* Close without writing a file: an older file of that name stays. */
void out_abandon(struct out *out);

void out_release(struct out *out);

#endif
