/*
 * Source files, found by the paths that a profile has. They are of this machine, and of another
 * version than those that were compiled, unless a git revision is given and is the right one.
 *
 * The paths are untrusted: only regular files are read, and at most 64 MiB of each.
 */
#ifndef QUERY_SOURCE_TEXT_H
#define QUERY_SOURCE_TEXT_H

#include "base/buf.h"
#include "base/vec.h"
#include "query/source_revision.h"

/* Where to look. */
struct source_dirs {
	const char **v; /* the caller's */
	size_t n;
	struct source_revision *revision; /* by folder; NULL: the files that are there now */
};

/*
 * Look in the files that a git revision has below the folders, and nowhere else. False, with the
 * reason appended to *why, if one of them has no such revision. source_dirs_release() in both cases.
 */
bool source_dirs_at(struct source_dirs *dirs, const char *revision, struct buf *why);
void source_dirs_release(struct source_dirs *dirs);

struct source_text {
	struct buf path;  /* where it was found */
	struct buf bytes; /* the file */
	VEC(size_t) line; /* where each line begins, and where the last one ends */
};

/*
 * Read a file. In each directory the path is tried as it is, and then without its first
 * folder, its first two and so on, so that "/build/src/main.c" is found in the folder that
 * has "src/main.c" now. Then, or if there are no directories, the path itself is tried. False if there
 * is no such file; source_text_release() releases it in both cases.
 */
bool source_text_open(struct source_text *t, const struct source_dirs *dirs, struct str path);
void source_text_release(struct source_text *t);

static inline uint32_t source_text_lines(const struct source_text *t)
{
	return t->line.n ? (uint32_t)t->line.n - 1 : 0;
}

/* A line, counted from 1, without its end; empty if there is no such line. */
struct str source_text_line(const struct source_text *t, uint32_t line);

#endif
