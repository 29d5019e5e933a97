/*
 * Keeps the root directories of mount namespaces open. A root is opened while a process of its
 * namespace runs, so that a container's files can be found after its processes have ended.
 */
#ifndef RECORD_MOUNT_ROOTS_H
#define RECORD_MOUNT_ROOTS_H

#include "perf/process.h"

struct mount_roots {
	struct table known; /* rows { mount namespace } -> file descriptor */
	uint64_t own;       /* the namespace of this process */
};

void mount_roots_init(struct mount_roots *r);
void mount_roots_release(struct mount_roots *r);

/* The mount namespace of a process ("self": this one); 0 if it is gone. */
uint64_t mount_namespace(const char *pid);

/*
 * Opens the root of a process that was found in p->mount_ns, or has called exec() there, unless
 * the namespace is this process's own. It replaces an earlier root of the namespace.
 */
void mount_roots_keep(struct mount_roots *r, const struct process *p);

/* The descriptor of a process's root; -1 if it is this process's own, or not known. */
int mount_roots_find(const struct mount_roots *r, const struct process *p);

/* Protects the root of this namespace from the next sweep. */
void mount_roots_use(struct mount_roots *r, uint64_t mount_ns);

/* Closes the roots that no process has any more. */
void mount_roots_sweep(struct mount_roots *r, struct processes *t);

#endif
