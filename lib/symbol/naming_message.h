/*
 * What a program and the child that names addresses say to each other.
 *
 *	program                              child
 *	NAMING_ASK, a file             -> and more of them, up to one without NAMING_MORE
 *	                               <-    NAMING_PATH, NAMING_BUILD_ID: another file
 *	NAMING_OPENED, the file or none ->
 *	                               <-    NAMING_NOTE: a line for the user
 *	                               <-    NAMING_FRAMES: of some of the addresses
 *	                               <-    NAMING_DONE
 *
 * and so on with the next file. All files are sent ahead, since on a busy machine waiting
 * for each other takes longer than the work. The child opens nothing itself: it has no right to. The program does not trust what it says: each
 * message has a limit, each number is compared with what was asked, and a file that it
 * asks for is handed over only when it is an ELF object (naming.c).
 *
 * Numbers are of the host; a text is its length in 32 bits and its bytes, without NUL.
 */
#ifndef SYMBOL_NAMING_MESSAGE_H
#define SYMBOL_NAMING_MESSAGE_H

#include "base/buf.h"
#include "io/cursor.h"
#include "symbol/symbolizer.h"

enum naming_kind {
	NAMING_ASK = 1,  /* the program: struct naming_question, as below */
	NAMING_OPENED,   /* the program: limits, which path, and the file if there is one */
	NAMING_PATH,     /* the child: paths, each with a NUL; the first that is there */
	NAMING_BUILD_ID, /* the child: a build id in bytes, for debuginfod */
	NAMING_NOTE,     /* the child: a text */
	NAMING_FRAMES,   /* the child: answers, one after the other */
	NAMING_DONE,     /* the child: nothing */
};

/* Bounds of what a child says. */
enum {
	NAMING_MOST_MESSAGE = 4 << 20, /* bytes */
	NAMING_MOST_FRAMES = 4096,     /* of an address */
	NAMING_MOST_TEXT = 64 << 10,   /* bytes of a name, or of paths */
};

/* What the child may take from then on; see sandbox_limit(). */
struct naming_limits {
	uint64_t address_space, cpu_seconds;
};

enum {
	NAMING_ALONE = 1, /* it refers to no other file that is there */
	NAMING_MORE = 2,  /* another question follows before answers are expected */
};

/* A file, and addresses in it. */
struct naming_question {
	struct naming_limits limits;
	struct str name;      /* of the mapping */
	struct str build_id;  /* that was recorded, in hexadecimal; may be empty */
	uint32_t symbolizers; /* those that may be asked, a bit a row of the table */
	uint32_t flags;       /* NAMING_ALONE, NAMING_MORE */
	const struct symbol_place *place;
	uint32_t nplace;
};

void naming_question_write(struct buf *to, const struct naming_question *q);

/* The places are put in a buf of struct symbol_place; texts are of the message. */
bool naming_question_read(struct str body, struct naming_question *q, struct buf *places);

/* What comes with another file: new limits, and which of the paths it is of, from 0. */
void naming_opened_write(struct buf *to, struct naming_limits limits, uint32_t which);
bool naming_opened_read(struct str body, struct naming_limits *limits, uint32_t *which);

/* A frame as it is sent: demangled, its path in one piece. */
struct named_frame {
	struct str name, linkage;
	struct str module; /* "[name]": as in struct symbol_frame */
	struct str file;
	uint32_t line, start_line;
};

/* Write that `n` frames follow for place number `place` of the question; then each of them. */
void naming_answer_write(struct buf *to, uint32_t place, uint32_t n);
void naming_frame_write(struct buf *to, const struct named_frame *f);

/* The same read; a cursor that has failed says that the message makes no sense. */
void naming_answer_read(struct cursor *c, uint32_t *place, uint32_t *n);
void naming_frame_read(struct cursor *c, struct named_frame *f);

/*
 * Does a NAMING_FRAMES message make sense? *next is the least place that may come, of
 * nplace, and is moved on: each place is answered at most once.
 */
bool naming_frames_valid(struct str body, uint32_t nplace, uint32_t *next);

#endif
