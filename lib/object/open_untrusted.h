/*
 * Opening a file by a path that somebody else controls: a process that is looked at,
 * or a binary that names where its debugging information is.
 *
 * The path is resolved as if `root` were "/": neither "..", nor an absolute symbolic
 * link, nor a link of /proc leads out of it. Only a regular file of a file system that
 * holds files is opened: a device is never touched, a FIFO never waited for, and what
 * the kernel shows as files (/proc, /sys, tracefs) never read.
 */
#ifndef OBJECT_OPEN_UNTRUSTED_H
#define OBJECT_OPEN_UNTRUSTED_H

/*
 * A descriptor for reading, close-on-exec, which the caller closes; -1 with errno when
 * there is no such file. root is a descriptor of a directory; -1: our own "/". A relative
 * path counts from the root. flags: 0, or O_NOFOLLOW when the path's last component must
 * not be a link.
 */
int open_untrusted(int root, const char *path, int flags);

/* The same for what a descriptor leads to that was opened with O_PATH, and is closed. */
int reopen_untrusted(int at);

/*
 * The two ways in which a path is resolved, to a descriptor that can only be looked at
 * (O_PATH): openat2(2) of Linux 5.6, and a walk component by component where the kernel
 * lacks it or a container forbids it. Both give the same.
 */
int untrusted_path_openat2(int root, const char *path, int flags);
int untrusted_path_walk(int root, const char *path, int flags);

#endif
