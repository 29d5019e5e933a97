/*
 * Opens files by untrusted paths: those that a recorded process controls, or that a binary gives
 * for its debugging information.
 *
 * The path is resolved as if `root` were "/": neither "..", nor an absolute symbolic
 * link, nor a link of /proc leads out of it. Only a regular file on an ordinary file
 * system is opened: never a device, a FIFO (opening one waits), or a file of /proc, /sys
 * or tracefs, whose reading may have effects.
 */
#ifndef IO_OPEN_UNTRUSTED_H
#define IO_OPEN_UNTRUSTED_H

/*
 * Returns a descriptor for reading, close-on-exec, which the caller closes; -1 with errno if there
 * is no such file. `root` is the descriptor of a directory; -1 = this process's "/". A relative
 * path begins at the root. flags: 0, or O_NOFOLLOW if the last component of the path must not be a
 * link.
 */
int open_untrusted(int root, const char *path, int flags);

/* The same for the file of an O_PATH descriptor, which it closes. */
int reopen_untrusted(int at);

/* Only resolves the path, to an O_PATH descriptor of any kind of file. Linux only. */
int untrusted_path(int root, const char *path, int flags);

/*
 * Two ways to resolve a path to an O_PATH descriptor, with the same result: openat2(2) of Linux
 * 5.6; and a walk by components, for kernels without that, and containers that forbid it.
 */
int untrusted_path_openat2(int root, const char *path, int flags);
int untrusted_path_walk(int root, const char *path, int flags);

#endif
