/*
 * One input as bytes: a file, a pipe or memory. Compression and text encodings (gzip,
 * zstd, xz, zlib, UTF-16) are decoded, up to three layers deep.
 *
 * See what comes next with in_peek(), move on with in_skip(), or take a line, a
 * frame or everything. The first error sticks, with its position: after it the input
 * yields no more bytes, so a reader may check once per record or once at the end.
 * Nothing here prints.
 *
 * Large compressed inputs are decompressed in a thread, ahead of the reader (io/ahead.h).
 * A struct in belongs to one thread; several threads may each read an input of their own.
 */
#ifndef IO_IN_H
#define IO_IN_H

#include "base/buf.h"

/* Why an input failed, for programs that know what to do about it. */
enum in_reason {
	IN_BAD,            /* it cannot be read, or is malformed */
	IN_OVER_MEMORY,    /* it needs more than mem_limit() allows */
	IN_UNKNOWN_FORMAT, /* its format is unknown or ambiguous */
};

struct in_options {
	/*
	 * Called after every read from a file or pipe with the number of bytes, before
	 * decoding, perhaps in another thread: for showing progress. May be NULL.
	 */
	void (*progress)(size_t n);
	bool no_thread; /* decompress and add only when bytes are requested */
	bool plain;     /* the bytes are as the file has them: nothing is looked for or decoded */
	uint64_t most;  /* the limit of bytes after decompression; 0 = none */
};

struct in {
	const char *name; /* as messages show it; the caller's */
	const char *path; /* of a file, the caller's too; NULL for anything else */
	bool lenient;     /* in_bad() skips and counts instead of failing */
	uint64_t skipped; /* records that in_bad() skipped */
	uint64_t line;    /* lines that in_line() gave; 0 for binary formats */
	bool open_end;    /* the last line that in_line() gave has no LF: it may be cut short */
	bool in_memory;   /* a caller gave all bytes */
	bool failed;      /* error holds a message */
	enum in_reason reason;
	struct buf error; /* NUL-terminated, printable, with name and position */
	struct buf notes; /* the lines of in_note() */
	struct in_options options;
	struct layer *top; /* the innermost encoding */
	struct map *map;   /* made by in_map() */
	/*
	 * For an owner that has only some of the bytes: called before bytes are read; false
	 * with an error. NULL: all bytes are in memory.
	 */
	bool (*want)(void *context, uint64_t at, uint64_t n);
	void *want_context;
};

/*
 * Open a path; "-" is standard input, once in a program. False on failure, with
 * the message in in->error. In both cases in_close() releases everything. Set
 * in->lenient after this.
 */
bool in_open(struct in *in, const char *path);
bool in_open_with(struct in *in, const char *path, const struct in_options *options);

/*
 * Open the file of that name in the folder of a file that is open. The path is put in *path,
 * which in->name then is: release it after in_close(). False on failure; *is_absent tells
 * whether that is because the file, or the folder, does not exist.
 */
bool in_open_beside(struct in *in, const struct in *file, const char *name, struct buf *path,
		    bool *is_absent);

/* Read from memory that stays the caller's, as if it were a file's contents. */
bool in_open_memory(struct in *in, const char *name, struct str bytes);

/*
 * The bytes that come next: at least `min` of them, fewer only where the frame
 * ends, none after an error. Valid until the next call.
 */
struct str in_peek(struct in *in, size_t min);

/* Skip n bytes, which in_peek() has returned. */
void in_skip(struct in *in, size_t n);

/*
 * The next line, without its LF or CR LF; lines may span frames. False at the
 * end. *line is valid until the next call.
 */
bool in_line(struct in *in, struct str *line);

/*
 * The whole of the next frame (gzip member, zstd frame, xz stream; everything, when
 * the input is not compressed). Frames without bytes are skipped. False at the
 * end. Valid until the next call.
 */
bool in_frame(struct in *in, struct str *bytes);

/* May there be another frame after the one that in_frame() gave? */
bool in_more_frames(struct in *in);

/*
 * Append the next frame to the one that in_frame() gave; false when there is none. In
 * both cases *bytes is set again, since the bytes may have moved.
 */
bool in_frame_more(struct in *in, struct str *bytes);

/*
 * All bytes at once, for random access, if none have been taken yet; afterwards the
 * input has no more. An uncompressed regular file is mapped and closed, and counts neither
 * against the memory limit nor against that of open files; anything else is read into memory.
 * Valid until in_close(). False after an error.
 */
bool in_map(struct in *in, struct str *bytes);

/*
 * Call this after all of in_map()'s bytes were read: false, with an error, if the
 * file became shorter meanwhile (the missing bytes read as 0).
 */
bool in_map_is_whole(struct in *in);

/* The offset of the next byte in the unwrapped data. */
uint64_t in_pos(const struct in *in);

/* Are there no more bytes? */
bool in_end(struct in *in);

/*
 * Record an error at the current line, or at byte `pos` of the unwrapped data.
 * The first one wins. Return false, so that a reader can return their result.
 */
bool in_fail(struct in *in, const char *fmt, ...) PRINTF(2, 3);
bool in_fail_at(struct in *in, uint64_t pos, const char *fmt, ...) PRINTF(3, 4);
bool in_fail_at_v(struct in *in, uint64_t pos, const char *fmt, va_list ap) PRINTF(3, 0);

/*
 * Do `count` values of `size` bytes fit in memory? False, with an error, if not. Call this
 * before allocating memory whose size the input decides.
 */
bool in_fits(struct in *in, size_t count, size_t size);
bool in_fail_memory(struct in *in); /* the error alone */

/* Fail with the error of another input, which has no name of its own. */
bool in_fail_as(struct in *in, const struct in *other);

/*
 * A record is malformed. With `lenient`, count it and return true: the reader continues
 * with the next record. Otherwise the same as in_fail() and in_fail_at().
 */
bool in_bad(struct in *in, const char *fmt, ...) PRINTF(2, 3);
bool in_bad_at(struct in *in, uint64_t pos, const char *fmt, ...) PRINTF(3, 4);

/*
 * Add a note, which is not an error, to in->notes, with the input's name and this line (0 =
 * none). The program prints the notes.
 */
void in_note(struct in *in, uint64_t line, const char *fmt, ...) PRINTF(3, 4);

/* Close the input. False if an error was recorded; error and notes stay until release. */
bool in_close(struct in *in);
void in_release(struct in *in);

#endif
