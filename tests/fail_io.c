/*
 * LD_PRELOAD: make one call of a program fail, as disks, pipes and memory do.
 * FAIL=read:3 fails the third read(); also open, write, close, fsync, rename, access, malloc,
 * short (a short write). The program cannot tell it from the real thing. With FAIL_LOG a
 * file is made when the call was reached, so that a test knows when to stop.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int countdown = -1;
static char what[16];

__attribute__((constructor)) static void init(void)
{
	const char *fail = getenv("FAIL"), *colon = fail ? strchr(fail, ':') : NULL;

	if (!colon || (size_t)(colon - fail) >= sizeof(what))
		return;
	memcpy(what, fail, (size_t)(colon - fail));
	countdown = atoi(colon + 1);
}

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* Is this the call that is to fail? */
static int now(const char *name)
{
	static int (*open_for_real)(const char *, int, ...);
	const char *log = getenv("FAIL_LOG");

	if (countdown <= 0 || strcmp(name, what) != 0 || --countdown > 0)
		return 0;
	if (!open_for_real)
		*(void **)&open_for_real = real("open");
	if (log)
		open_for_real(log, O_CREAT | O_WRONLY, 0600);
	return 1;
}

ssize_t read(int fd, void *p, size_t n)
{
	static ssize_t (*f)(int, void *, size_t);

	if (now("read")) {
		errno = EIO;
		return -1;
	}
	if (!f)
		*(void **)&f = real("read");
	return f(fd, p, n);
}

ssize_t write(int fd, const void *p, size_t n)
{
	static ssize_t (*f)(int, const void *, size_t);

	if (fd != STDERR_FILENO && now("write")) {
		errno = ENOSPC;
		return -1;
	}
	if (!f)
		*(void **)&f = real("write");
	return f(fd, p, n > 1 && fd != STDERR_FILENO && now("short") ? n / 2 : n);
}

int close(int fd)
{
	static int (*f)(int);
	int result;

	if (!f)
		*(void **)&f = real("close");
	result = f(fd);
	if (now("close")) {
		errno = EIO;
		return -1;
	}
	return result;
}

int fsync(int fd)
{
	static int (*f)(int);

	if (now("fsync")) {
		errno = EIO;
		return -1;
	}
	if (!f)
		*(void **)&f = real("fsync");
	return f(fd);
}

int rename(const char *from, const char *to)
{
	static int (*f)(const char *, const char *);

	if (now("rename")) {
		errno = EIO;
		return -1;
	}
	if (!f)
		*(void **)&f = real("rename");
	return f(from, to);
}

/* As where there is no /proc. */
int access(const char *path, int mode)
{
	static int (*f)(const char *, int);

	if (now("access")) {
		errno = ENOENT;
		return -1;
	}
	if (!f)
		*(void **)&f = real("access");
	return f(path, mode);
}

static int deny_open(void)
{
	if (!now("open"))
		return 0;
	errno = EMFILE;
	return 1;
}

int open(const char *path, int flags, ...)
{
	static int (*f)(const char *, int, ...);
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	if (deny_open())
		return -1;
	if (!f)
		*(void **)&f = real("open");
	return f(path, flags, mode);
}

void *realloc(void *p, size_t n)
{
	static void *(*f)(void *, size_t);

	if (now("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	if (!f)
		*(void **)&f = real("realloc");
	return f(p, n);
}

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);

void *malloc(size_t n)
{
	if (countdown > 0 && now("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	if (countdown > 0 && now("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(count, n);
}
