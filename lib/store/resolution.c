/* The file "resolution" of a store: STEP:AGE in seconds, as in "60s:604800s". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "store/directory.h"

static const char name[] = "resolution", new_name[] = "resolution.new";

static bool resolution_parse(struct str text, struct resolution *r)
{
	struct str age = text, step = str_cut(&age, ':');
	uint64_t s, a;

	if (!when_duration(step, &s) || !when_duration(age, &a) || s > INT64_MAX || a > INT64_MAX)
		return false;
	*r = (struct resolution){ (int64_t)s, (int64_t)a };
	return true;
}

bool store_resolution(const char *dir, struct resolution *r)
{
	char path[PATH_MAX], text[64];
	ssize_t n;
	int fd;

	*r = RESOLUTION_DEFAULT;
	store_path(path, dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n < 0)
		return false;
	errno = EINVAL;
	return n && text[n - 1] == '\n' && resolution_parse(str(text, (size_t)n - 1), r);
}

bool store_set_resolution(const char *dir, struct resolution r)
{
	char path[PATH_MAX], new_path[PATH_MAX], text[64];
	int fd, n = snprintf(text, sizeof(text), "%llds:%llds\n", (long long)(r.step / SECOND_NS),
			     (long long)(r.age / SECOND_NS));
	bool ok;

	store_path(path, dir, name);
	store_path(new_path, dir, new_name);
	fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	ok = write(fd, text, (size_t)n) == n && fsync(fd) == 0;
	return close(fd) == 0 && ok && rename(new_path, path) == 0 && store_sync_directory(dir);
}
