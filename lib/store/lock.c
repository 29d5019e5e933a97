#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/directory.h"

enum { LOCK_LIFE_S = 12 * 3600 };

static const char lock_name[] = "compact.lock";

/* Read a lock: a file, or the target of a link. */
static bool read_lock(const char *path, char text[128], struct stat *st)
{
	bool ok;
	int fd;

	if (lstat(path, st) < 0)
		return false;
	if (S_ISLNK(st->st_mode))
		return readlink(path, text, 127) > 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	ok = read(fd, text, 127) >= 0;
	close(fd);
	return ok;
}

/* Give a lock a second name, also if it is a symbolic link, which link() may follow. */
static bool link_lock(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0;
}

/*
 * The time at which a process started, in ticks since the machine's start; 0 if unknown. Another
 * process may have the number of one that is gone, above all after the machine started again.
 */
static unsigned long long start_of(long pid)
{
	unsigned long long start = 0;
	char path[64], text[1024], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')'); /* the name before it may have blanks */
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p && sscanf(p, "%llu", &start) == 1 ? start : 0;
}

/* Which numbering of processes this one belongs to: a container has its own. 0: unknown. */
static unsigned long long numbering(void)
{
	char text[64] = "";
	unsigned long long id = 0;

	return readlink("/proc/self/ns/pid", text, sizeof(text) - 1) > 0 &&
			       sscanf(text, "pid:[%llu", &id) == 1 ?
		       id :
		       0;
}

/* HOST PID START NUMBERING */
static int print_lock(char text[128])
{
	char host[64];

	store_host(host, sizeof(host));
	return snprintf(text, 128, "%s %ld %llu %llu\n", host, (long)getpid(), start_of(getpid()),
			numbering());
}

/* Is the process that wrote the lock gone? */
static bool is_stale(const char *path)
{
	char text[128] = "", host[64], here[64];
	unsigned long long start = 0, numbers = 0, own = numbering();
	struct stat st;
	long pid;

	if (!read_lock(path, text, &st))
		return errno == ENOENT;
	store_host(here, sizeof(here));
	if (sscanf(text, "%63s %ld %llu %llu", host, &pid, &start, &numbers) < 2 ||
	    strcmp(host, here) != 0 || (numbers && own && numbers != own))
		return time(NULL) - st.st_mtime > LOCK_LIFE_S;
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return true;
	return start && start_of(pid) && start_of(pid) != start;
}

/*
 * Remove a stale lock. Rename it to a name of this process first: of two processes that do so
 * only one removes it, and neither removes the other's new lock.
 */
static void break_lock(const char *dir, const char *path)
{
	char name[64], own[PATH_MAX];

	snprintf(name, sizeof(name), "tmp-lock-%016llx", (unsigned long long)store_new_id());
	store_path(own, dir, name);
	if (rename(path, own) == 0) {
		if (!is_stale(own) && link_lock(own, path))
			errno = 0; /* it was a new lock, and has been put back */
		unlink(own);
	}
}

/*
 * Write a file that identifies this process, under a name of its own. On a full disk it is a
 * link, which needs no block: gc, which makes room, needs the lock.
 */
static bool write_own(const char *own)
{
	int fd = open(own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), n;
	char text[128];
	bool ok;

	if (fd < 0)
		return false;
	n = print_lock(text);
	errno = 0;
	/* Without fsync(), a power failure may leave an empty lock, which is honoured for hours. */
	ok = write(fd, text, (size_t)n) == n && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (!ok && (errno == ENOSPC || errno == EDQUOT))
		ok = unlink(own) == 0 && symlink(text, own) == 0;
	return ok;
}

/*
 * The lock is a second name of that file, so it never exists without its contents. A running
 * compaction may remove the first name.
 */
bool store_lock(const char *dir, bool *was_left)
{
	char path[PATH_MAX], own[PATH_MAX], name[64];
	bool ok = false;
	int why = 0;

	*was_left = false;
	store_path(path, dir, lock_name);
	snprintf(name, sizeof(name), "tmp-lock-%016llx", (unsigned long long)store_new_id());
	store_path(own, dir, name);
	if (!write_own(own)) {
		why = errno;
		unlink(own);
		errno = why;
		return false;
	}
	for (int i = 0; i < 2 && !ok; i++) {
		ok = link_lock(own, path);
		why = ok || errno == EEXIST || errno == ENOENT ? 0 : errno;
		if (ok || why || !is_stale(path))
			break;
		break_lock(dir, path);
		*was_left = true;
	}
	unlink(own);
	errno = why;
	return ok;
}

void store_unlock(const char *dir)
{
	char path[PATH_MAX];

	store_path(path, dir, lock_name);
	unlink(path);
}
