#include "io/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The temporary name: of a file that is not nameless, and of every file before rename(). */
static bool part_name(const struct out *out, char part[PATH_MAX])
{
	int n = snprintf(part, PATH_MAX, "%s.%ld.part", out->name, (long)getpid());

	return n > 0 && n < PATH_MAX;
}

/* A nameless file in the folder of the final one. */
static int open_nameless(const struct out *out)
{
	struct str path = str_of(out->name), base = str_basename(path);
	char dir[PATH_MAX];

	if (access("/proc/self/fd", X_OK) != 0)
		return -1; /* it could not get a name later */
	snprintf(dir, sizeof(dir), "%.*s", STR_ARG(str(path.p, path.n - base.n)));
#ifdef O_TMPFILE
	return open(dir[0] ? dir : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
#else
	return -1;
#endif
}

static int open_part(const struct out *out)
{
	char part[PATH_MAX];

	if (!part_name(out, part))
		return -1;
	return open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

bool out_file_open(struct out *out)
{
	struct stat st;
	mode_t mask = umask(0);

	umask(mask);
	out->mode = 0666 & ~mask;
	if (lstat(out->name, &st) == 0) {
		if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != geteuid() ||
		    access(out->name, W_OK) != 0)
			return false;
		out->mode = st.st_mode & 07777;
	}
	out->fd = open_nameless(out);
	if (out->fd < 0) {
		out->fd = open_part(out);
		out->is_part = out->fd >= 0;
	}
	out->hidden = out->fd >= 0;
	return out->hidden;
}

/* Write the file to the disk before rename() makes it visible; false after an error. */
static bool sync_file(struct out *out)
{
	if (fsync(out->fd) == 0 || errno == EINVAL || errno == ENOSYS)
		return true;
	return out_fail(out, "cannot write: %s", strerror(errno));
}

/* A nameless file can only get an unused name, and the final one may be in use. */
static bool name_part(struct out *out, const char *part)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", out->fd);
	if (out->is_part || linkat(AT_FDCWD, self, AT_FDCWD, part, AT_SYMLINK_FOLLOW) == 0)
		return true;
	return out_fail(out, "cannot create: %s", strerror(errno));
}

bool out_reveal(struct out *out)
{
	char part[PATH_MAX];

	if (!out->hidden || out->failed)
		return !out->failed;
	if (!part_name(out, part))
		return out_fail(out, "name is too long");
	if (!sync_file(out) || !name_part(out, part))
		return false;
	out->is_part = true;
	if (fchmod(out->fd, out->mode) < 0 || rename(part, out->name) < 0)
		return out_fail(out, "cannot create: %s", strerror(errno));
	out->hidden = out->is_part = false;
	return true;
}

void out_file_remove(struct out *out)
{
	char part[PATH_MAX];

	if (out->is_part && part_name(out, part))
		unlink(part);
	out->hidden = out->is_part = false;
}
