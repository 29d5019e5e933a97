/*
 * One output: a file or standard output, buffered, with a sticky error that
 * out_close() reports. A regular file appears, or replaces the old one, only
 * when it is complete, so a command may write the file that it reads.
 */
#ifndef IO_OUT_H
#define IO_OUT_H

#include <sys/types.h>

#include "base/buf.h"
#include "io/pack.h"

/* Why an output failed, for programs that know what to do about it. */
enum out_reason {
	OUT_BAD,      /* it cannot be opened or written */
	OUT_TERMINAL, /* it is binary, and goes to a terminal */
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
	bool hidden;      /* the file does not have its name yet: out_file.h */
	bool is_part;     /* but has a name that ends in .part */
	mode_t mode;      /* of the complete file */
	uint32_t nframes; /* ended by out_frame() */
	uint64_t
		renamed; /* samples whose thread has another name: the format cannot hold its own */
};

/*
 * Open a path; NULL or "-" is standard output. PACK_AUTO leaves text as it is, and
 * makes binary streams gzip members, compressed in a file and stored (framing and
 * checksum only) in a pipe. False on failure; out_close() must follow in any case.
 */
bool out_open(struct out *out, const char *path, struct pack pack);

/* Collect the output in out->bytes, unpacked. out_release() must follow. */
void out_open_memory(struct out *out);

/* Prepare for a binary stream: decide PACK_AUTO; a terminal is an error. */
bool out_binary(struct out *out);

void out_add(struct out *out, struct str s);
void out_printf(struct out *out, const char *fmt, ...) PRINTF(2, 3);

/* Write out->bytes if there are enough of them. For writers that append with buf_*. */
void out_flush(struct out *out);

/* Write all text; a frame is written when it ends. */
void out_flush_all(struct out *out);

/*
 * End a frame (gzip member, zstd frame), which has all bytes since the last one.
 * Without compression a second frame is an error, since it would merge with the
 * first.
 */
void out_frame(struct out *out);

/*
 * Write the file's bytes to the disk and give it its name before it is complete: for
 * streams whose frames are useful one by one. Flush first. out_close() does this for
 * all other files.
 */
bool out_reveal(struct out *out);

/* The first error wins. Returns false. */
bool out_fail(struct out *out, const char *fmt, ...) PRINTF(2, 3);

/* Write the rest, close, and give the file its name. False on any error. */
bool out_close(struct out *out);

/* Close without writing a file: an older file of that name stays. */
void out_abandon(struct out *out);

void out_release(struct out *out);

#endif
