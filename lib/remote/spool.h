/*
 * A directory of requests that a server has not acknowledged yet, one file each:
 *
 *	TIME-PID-NUMBER.KIND            waits; TIME is when it was added, ns since 1970
 *	TIME-PID-NUMBER.KIND.sending    is in flight, or was when the program ended:
 *	                                the server may have received it
 *
 * A file gets its name only when it is complete and on the disk. One process at a time uses a
 * spool; one of its threads may add while another does everything else. Nothing here prints;
 * errors are texts that follow "DIR: ".
 */
#ifndef REMOTE_SPOOL_H
#define REMOTE_SPOOL_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/vec.h"

/* The name of a file without ".KIND"; it includes the time. */
struct spool_entry {
	char name[48];
	uint64_t size; /* bytes */
	bool unknown;  /* it was in flight: ".sending" */
};
struct spool_entries VEC_OF(struct spool_entry);

struct spool {
	const char *dir, *kind; /* the caller's */
	int lock;               /* a file descriptor */
	atomic_ullong size;     /* bytes of all files of this kind */
	uint32_t number;        /* of the next file */
	uint64_t nother;        /* files of other kinds, which are left alone */
};

/*
 * Open the directory, creating it if it is missing, and append its requests to *entries,
 * oldest first. kind: for instance "push". False, with *why, if it cannot be used.
 */
bool spool_open(struct spool *s, const char *dir, const char *kind, struct spool_entries *entries,
		struct buf *why);
void spool_close(struct spool *s);

/* Write a request to the disk. False with *why; no file is left then. */
bool spool_add(struct spool *s, struct str body, struct spool_entry *entry, struct buf *why);

/* Append the request of an entry to *body. */
bool spool_read(struct spool *s, const struct spool_entry *entry, struct buf *body,
		struct buf *why);

/* Mark an entry as in flight or as waiting again; remove a finished one. False with *why. */
bool spool_mark(struct spool *s, struct spool_entry *entry, bool sending, struct buf *why);
bool spool_remove(struct spool *s, const struct spool_entry *entry, struct buf *why);

/* When the entry was added, in ns since 1970. */
int64_t spool_time(const struct spool_entry *entry);

#endif
