/*
 * LD_PRELOAD: the program is killed at its n-th call that changes files, opens one, or sends
 * over the network. DIE=7 kills it before the seventh; DIE=7:half in the middle of the seventh,
 * if that is a write() or send(). With DIE_LOG a file is made when that call was reached. With LOSE
 * the power fails, too: see lose_unsynced.h.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lose_unsynced.h"

static int countdown = -1, half;

__attribute__((constructor)) static void init(void)
{
	const char *die = getenv("DIE");

	if (die) {
		countdown = atoi(die);
		half = strstr(die, ":half") != NULL;
	}
	lose_init();
}

__attribute__((destructor)) static void end(void)
{
	lose_now();
}

static void die(void)
{
	int (*open_for_real)(const char *, int, ...);
	const char *log = getenv("DIE_LOG");

	*(void **)&open_for_real = real("open");
	if (log)
		open_for_real(log, O_CREAT | O_WRONLY, 0600);
	lose_now();
	raise(SIGKILL);
}

static int now(void)
{
	return countdown > 0 && --countdown == 0;
}

int open(const char *path, int flags, ...)
{
	int (*f)(const char *, int, ...);
	va_list ap;
	int mode, is_new, fd;

	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	if (now())
		die();
	*(void **)&f = real("open");
	is_new = flags & O_CREAT && access(path, F_OK) < 0;
	fd = f(path, flags, mode);
	if (fd >= 0 && (flags & O_ACCMODE) != O_RDONLY) {
		lose_open(fd, path, is_new);
		if (is_new)
			lose_note_name(NAME_MADE, path, "");
	}
	return fd;
}

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t (*f)(int, const void *, size_t);

	*(void **)&f = real("write");
	if (fd != STDERR_FILENO && now()) {
		if (half)
			f(fd, p, n / 2);
		die();
	}
	return f(fd, p, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	ssize_t (*f)(int, const void *, size_t, int);

	*(void **)&f = real("send");
	if (now()) {
		if (half)
			f(fd, p, n / 2, flags);
		die();
	}
	return f(fd, p, n, flags);
}

/* after: what is noted when the call was good. */
#define DIES_AT(name, parameters, arguments, after)                                                \
	int name parameters                                                                        \
	{                                                                                          \
		int(*f) parameters, result;                                                        \
                                                                                                   \
		if (now())                                                                         \
			die();                                                                     \
		*(void **)&f = real(#name);                                                        \
		result = f arguments;                                                              \
		if (result == 0) {                                                                 \
			after;                                                                     \
		}                                                                                  \
		return result;                                                                     \
	}

DIES_AT(close, (int fd), (fd), lose_close(fd))
DIES_AT(fsync, (int fd), (fd), lose_sync(fd))
DIES_AT(ftruncate, (int fd, off_t n), (fd, n), (void)0)
DIES_AT(rename, (const char *from, const char *to), (from, to),
	lose_note_name(NAME_CHANGED, from, to))
DIES_AT(link, (const char *from, const char *to), (from, to), lose_note_name(NAME_MADE, to, ""))
DIES_AT(linkat, (int from_dir, const char *from, int to_dir, const char *to, int flags),
	(from_dir, from, to_dir, to, flags), lose_note_name(NAME_MADE, to, ""))
DIES_AT(symlink, (const char *to, const char *path), (to, path),
	lose_note_name(NAME_MADE, path, ""))
DIES_AT(mkdir, (const char *path, mode_t mode), (path, mode), (void)0)

int unlink(const char *path)
{
	int (*f)(const char *);

	if (now())
		die();
	*(void **)&f = real("unlink");
	return loses_names && getenv("LOSE_DIR") ? lose_remove(path) : f(path);
}
