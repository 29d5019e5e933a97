/*
 * The root directories of mount namespaces, which are opened while a process of each runs:
 * the files of a container can then be found after its processes have ended.
 */
#ifndef RECORD_MOUNT_ROOTS_H
#define RECORD_MOUNT_ROOTS_H

#include "perf/process.h"

struct mount_roots {
	struct table known; /* rows { mount namespace } -> file descriptor */
	uint64_t own;       /* the namespace that we are in */
};

void mount_roots_init(struct mount_roots *r);
void mount_roots_release(struct mount_roots *r);

/* The mount namespace of a process ("self": ours); 0 when it is gone. */
uint64_t mount_namespace(const char *pid);

/*
 * A process is in p->mount_ns, or has begun another program there: open its root, unless the
 * namespace is ours. It takes the place of an earlier one of the namespace.
 */
void mount_roots_keep(struct mount_roots *r, const struct process *p);

/* The file descriptor of a process's root; -1 when it is ours, or not known. */
int mount_roots_find(const struct mount_roots *r, const struct process *p);

/* The next sweep leaves that of this namespace. */
void mount_roots_use(struct mount_roots *r, uint64_t mount_ns);

/* Close those that no process has any more. */
void mount_roots_sweep(struct mount_roots *r, struct processes *t);

#endif
