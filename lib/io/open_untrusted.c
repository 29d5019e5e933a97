/*
 * The path is first resolved to a descriptor with O_PATH, which opens nothing: it calls no
 * driver and does not wait for a FIFO. fstat() then checks the file, and the same file,
 * not the path, is opened through /proc/self/fd.
 */
#include "io/open_untrusted.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__

#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/buf.h"

enum {
	MOST_DEPTH = 128, /* directories below the root */
	MOST_LINKS = 40,  /* the kernel's limit */
	MOST_PATH = 4096, /* bytes of a path with its links resolved */
	MOST_NAME = 256,  /* bytes of a component, including its NUL */
	MOST_TRIES = 16,  /* while directories are renamed concurrently */
};

/* With openat2 */

int untrusted_path_openat2(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int slash = root < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : root;
	long fd = -1;

	for (int i = 0; i < MOST_TRIES; i++) {
		fd = syscall(SYS_openat2, slash, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (root < 0 && slash >= 0) {
		int saved = errno;

		close(slash);
		errno = saved;
	}
	return (int)fd;
}

/* Step by step */

/*
 * The directories from the root to the current one. Each stays open, so that ".." is the
 * directory from which the walk came, even if it has been moved since.
 */
struct path_walk {
	int dir[MOST_DEPTH]; /* dir[0] is the root */
	size_t depth;
	struct buf rest; /* of the path */
	bool more;       /* a '/' came before it */
	unsigned links;
	bool nofollow; /* the last component */
};

static void leave_dirs(struct path_walk *w, size_t depth)
{
	while (w->depth > depth)
		close(w->dir[w->depth--]);
}

/* Replaces a link by its target. Refuses links of /proc, which may lead anywhere. */
static bool follow_link(struct path_walk *w, int link)
{
	char target[MOST_PATH];
	ssize_t n = readlinkat(link, "", target, sizeof(target));
	struct buf path = { 0 };
	struct statfs fs;

	if (n <= 0 || ++w->links > MOST_LINKS || (size_t)n + w->rest.n >= MOST_PATH ||
	    fstatfs(link, &fs) < 0 || fs.f_type == PROC_SUPER_MAGIC)
		return false;
	buf_add(&path, str(target, (size_t)n));
	if (w->more)
		buf_ch(&path, '/');
	buf_add(&path, buf_str(&w->rest));
	buf_release(&w->rest);
	w->rest = path;
	if (target[0] == '/')
		leave_dirs(w, 0);
	return true;
}

/* Cuts the first component off the path. False if there is none, or if it is too long. */
static bool next_component(struct path_walk *w, char name[static MOST_NAME])
{
	struct str rest = buf_str(&w->rest), part;

	if (!rest.n)
		return false;
	part = str_cut(&rest, '/');
	if (part.n >= MOST_NAME)
		return false;
	memcpy(name, part.p, part.n);
	name[part.n] = '\0';
	if (rest.n)
		memmove(w->rest.p, rest.p, rest.n);
	w->rest.n = rest.n;
	w->more = rest.p != NULL;
	return true;
}

/* Steps to a component. If it is not a directory, it becomes *found. False on failure. */
static bool step_to(struct path_walk *w, const char *name, int *found)
{
	struct stat st;
	bool ok;
	int fd;

	if (!*name || strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0) {
		leave_dirs(w, w->depth ? w->depth - 1 : 0);
		return true;
	}
	fd = openat(w->dir[w->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	if (S_ISLNK(st.st_mode) && (w->more || !w->nofollow)) {
		ok = follow_link(w, fd);
		close(fd);
		return ok;
	}
	if (S_ISDIR(st.st_mode) && w->depth + 1 < MOST_DEPTH)
		w->dir[++w->depth] = fd;
	else
		*found = fd;
	return true;
}

int untrusted_path_walk(int root, const char *path, int flags)
{
	struct path_walk w = { .nofollow = flags & O_NOFOLLOW };
	char name[MOST_NAME];
	int found = -1;

	w.dir[0] = root < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : root;
	buf_add(&w.rest, str_of(path));
	while (found < 0 && next_component(&w, name) && step_to(&w, name, &found))
		;
	if (found >= 0 && w.more) { /* a file where a directory is needed */
		close(found);
		found = -1;
	}
	leave_dirs(&w, 0);
	if (root < 0 && w.dir[0] >= 0)
		close(w.dir[0]);
	buf_release(&w.rest);
	if (found < 0)
		errno = ENOENT;
	return found;
}

/* Opening */

/* Is it a file system of the kernel, where opening or reading a file may have effects? */
static bool is_of_kernel(const struct statfs *fs)
{
	static const uint32_t magic[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,
					  TRACEFS_MAGIC,    SECURITYFS_MAGIC,   CGROUP_SUPER_MAGIC,
					  BPF_FS_MAGIC,     CGROUP2_SUPER_MAGIC };

	for (size_t i = 0; i < LEN(magic); i++)
		if ((uint32_t)fs->f_type == magic[i])
			return true;
	return false;
}

static bool is_plain_file(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fstatfs(fd, &fs) == 0 &&
	       !is_of_kernel(&fs);
}

int reopen_untrusted(int at)
{
	char self[32];
	int fd = -1;

	if (at < 0)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", at);
	errno = EACCES;
	if (is_plain_file(at))
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	close(at);
	return fd;
}

int untrusted_path(int root, const char *path, int flags)
{
	int at = untrusted_path_openat2(root, path, flags);

	if (at < 0 && (errno == ENOSYS || errno == EPERM))
		at = untrusted_path_walk(root, path, flags);
	return at;
}

int open_untrusted(int root, const char *path, int flags)
{
	return reopen_untrusted(untrusted_path(root, path, flags));
}

#else

/* Without O_PATH, the file is opened with O_NONBLOCK and checked afterwards. */
int open_untrusted(int root, const char *path, int flags)
{
	int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags;
	int fd = root < 0 ? open(path, how) : openat(root, path + (path[0] == '/'), how);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EACCES;
	return -1;
}

#endif
