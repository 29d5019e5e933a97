/*
 * The protocol between a program and its naming child.
 *
 *	program                              child
 *	NAMING_ASK, a file             -> and more of them, up to one without NAMING_MORE
 *	                               <-    NAMING_PATH, NAMING_BUILD_ID: another file
 *	NAMING_OPENED, the file or none ->
 *	                               <-    NAMING_NOTE: a line for the user
 *	                               <-    NAMING_FRAMES: of some of the addresses
 *	                               <-    NAMING_DONE
 *
 * and so on with the next file. All questions are sent in advance, since on a busy machine
 * waiting for each other takes longer than the work. The child may not open files itself.
 * The program does not trust the child: each message has a limit, each number is compared
 * with the question, and only ELF objects are passed to it (naming.c).
 *
 * Numbers have the byte order of the host; a text is its length in 32 bits and its bytes,
 * without NUL.
 */
#ifndef SYMBOL_NAMING_MESSAGE_H
#define SYMBOL_NAMING_MESSAGE_H

#include "base/buf.h"
#include "io/cursor.h"
#include "symbol/symbolizer.h"

enum naming_kind {
	NAMING_ASK = 1,  /* the program: struct naming_question, as below */
	NAMING_OPENED,   /* the program: limits, which path, and the file if there is one */
	NAMING_PATH,     /* the child: paths, each with a NUL; it gets the first that exists */
	NAMING_BUILD_ID, /* the child: a build id in bytes, for debuginfod */
	NAMING_NOTE,     /* the child: a text */
	NAMING_FRAMES,   /* the child: answers, one after the other */
	NAMING_DONE,     /* the child: nothing */
};

/* Limits of the child's messages. */
enum {
	NAMING_MOST_MESSAGE = 4 << 20, /* bytes */
	NAMING_MOST_FRAMES = 4096,     /* of an address */
	NAMING_MOST_TEXT = 64 << 10,   /* bytes of a name, or of paths */
};

/* Limits of the child from then on; see sandbox_limit(). */
struct naming_limits {
	uint64_t address_space, cpu_seconds;
};

enum {
	NAMING_ALONE = 1, /* no file to which it refers exists */
	NAMING_MORE = 2,  /* another question follows before answers are expected */
};

/* A file, and addresses in it. */
struct naming_question {
	struct naming_limits limits;
	struct str name;      /* of the mapping */
	struct str build_id;  /* that was recorded, in hexadecimal; may be empty */
	uint32_t symbolizers; /* those to use, a bit for each row of the table */
	uint32_t flags;       /* NAMING_ALONE, NAMING_MORE */
	const struct symbol_place *place;
	uint32_t nplace;
};

void naming_question_write(struct buf *to, const struct naming_question *q);

/* Read a question; places go into a buf of struct symbol_place, texts point into the message. */
bool naming_question_read(struct str body, struct naming_question *q, struct buf *places);

/* The message that comes with another file: new limits, and which path it is, from 0. */
void naming_opened_write(struct buf *to, struct naming_limits limits, uint32_t which);
bool naming_opened_read(struct str body, struct naming_limits *limits, uint32_t *which);

/* A frame as it is sent: demangled, its path in one piece. */
struct named_frame {
	struct str name, linkage;
	struct str module; /* "[name]": as in struct symbol_frame */
	struct str file;
	uint32_t line, start_line;
};

/* Write the head of an answer: n frames for place number `place` of the question; and a frame. */
void naming_answer_write(struct buf *to, uint32_t place, uint32_t n);
void naming_frame_write(struct buf *to, const struct named_frame *f);

/* Read them. The cursor fails if the message is malformed. */
void naming_answer_read(struct cursor *c, uint32_t *place, uint32_t *n);
void naming_frame_read(struct cursor *c, struct named_frame *f);

/*
 * Check a NAMING_FRAMES message. *next is the lowest place of nplace that may occur, and
 * is advanced: each place is answered at most once.
 */
bool naming_frames_valid(struct str body, uint32_t nplace, uint32_t *next);

#endif
