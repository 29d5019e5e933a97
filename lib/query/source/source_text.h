/*
 * Source files, found by the paths in a profile. They are files of this machine, which may
 * differ from those that were compiled, unless a git revision is given and is the right one.
 *
 * The paths are untrusted, since whoever made the profile chose them: open_untrusted() resolves
 * them, so that none leads out of its folder, and reads only regular files, at most 64 MiB of each.
 */
#ifndef QUERY_SOURCE_TEXT_H
#define QUERY_SOURCE_TEXT_H

#include "base/buf.h"
#include "base/vec.h"
#include "query/source/source_revision.h"

/* Where to look. */
struct source_dirs {
	const char **v; /* the caller's */
	size_t n;
	struct source_revision *revision; /* by folder; NULL: use the current files */
	bool has_own_paths; /* also look where a path leads by itself: never for a page to pass on */
};

/*
 * Look only in the files that a git revision has below the folders. False, with the reason
 * appended to *why, if a folder has no such revision. In both cases source_dirs_release()
 * releases everything.
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
 * has "src/main.c" now. Last, with has_own_paths, the path itself is tried. False if there is no
 * such file. In both cases source_text_release() releases everything.
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
