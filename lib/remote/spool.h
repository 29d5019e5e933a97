/*
 * A directory of requests that a server has not acknowledged yet, a file each:
 *
 *	TIME-PID-NUMBER.KIND            waits; TIME is when it was put there, ns since 1970
 *	TIME-PID-NUMBER.KIND.sending    is on its way, or was when the program ended:
 *	                                the server may have it or not
 *
 * A file has its name only when it is whole and on the disk. One process at a time uses a
 * spool; one of its threads may add while another does everything else. Nothing here prints;
 * errors are in words that follow "DIR: ".
 */
#ifndef REMOTE_SPOOL_H
#define REMOTE_SPOOL_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/vec.h"

/* The name of a file without ".KIND", from which its age follows. */
struct spool_entry {
	char name[48];
	uint64_t size; /* bytes */
	bool unknown;  /* it was on its way: ".sending" */
};
struct spool_entries VEC_OF(struct spool_entry);

struct spool {
	const char *dir, *kind; /* the caller's */
	int lock;               /* a file descriptor */
	atomic_ullong size;     /* bytes of all files of this kind */
	uint32_t number;        /* of the next file */
	uint64_t nother;        /* files of other kinds, which are not touched */
};

/*
 * Open the directory, which is made if it is missing, and append what it has to *entries,
 * oldest first. kind: "push", for instance. False, with why: it cannot be used.
 */
bool spool_open(struct spool *s, const char *dir, const char *kind, struct spool_entries *entries,
		struct buf *why);
void spool_close(struct spool *s);

/* Put a request there, on the disk. False, with why and nothing left behind. */
bool spool_add(struct spool *s, struct str body, struct spool_entry *entry, struct buf *why);

/* The request of an entry, appended to *body. */
bool spool_read(struct spool *s, const struct spool_entry *entry, struct buf *body,
		struct buf *why);

/* Note that it is on its way, or waits again; that it is done with. False, with why. */
bool spool_mark(struct spool *s, struct spool_entry *entry, bool sending, struct buf *why);
bool spool_remove(struct spool *s, const struct spool_entry *entry, struct buf *why);

/* When the entry was put there, in ns since 1970. */
int64_t spool_time(const struct spool_entry *entry);

#endif
