/*
 * The files of a git revision, below a folder of a repository. They are read with git ls-tree
 * and git cat-file, which do not run programs that the repository names.
 */
#ifndef QUERY_SOURCE_REVISION_H
#define QUERY_SOURCE_REVISION_H

#include "base/buf.h"
#include "base/vec.h"

struct source_revision {
	const char *dir, *revision; /* the caller's */
	struct buf names;           /* of all files, each ended by NUL, in byte order */
	VEC(size_t) at;             /* where each begins */
};

/*
 * List the files below dir in `revision` (in any form that git accepts). False, with the reason
 * appended to *why, if there is no git, no repository, or no such revision. In both cases
 * source_revision_close() releases everything.
 */
bool source_revision_open(struct source_revision *r, const char *dir, const char *revision,
			  struct buf *why);
void source_revision_close(struct source_revision *r);

/* Append the file of that path below dir; false if the revision has none. */
bool source_revision_read(const struct source_revision *r, struct str path, struct buf *bytes);

#endif
