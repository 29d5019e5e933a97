/*
 * A sink that writes files, one for each request. The name comes from a pattern for
 * strftime(3) and the time of the request's first profile. If the name is taken, a number is
 * appended: no existing file is replaced.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "listen/sink.h"
#include "listen/sink_frames.h"
#include "store/directory.h"

enum { MOST_TRIES = 100000 };

static struct sink *files_open(const struct sink_options *o)
{
	(void)o;
	return frames_open();
}

static bool print_name(const char *pattern, int64_t ns, char name[PATH_MAX])
{
	time_t second = (time_t)(ns / SECOND_NS);
	struct tm tm;

	return localtime_r(&second, &tm) && strftime(name, PATH_MAX - 64, pattern, &tm) > 0;
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			s = str_skip(s, (size_t)n);
	}
	return fsync(fd) == 0;
}

/* Give the file its name, or NAME.2, NAME.3 ... */
static bool link_file(const char *part, const char *name)
{
	char numbered[PATH_MAX];

	if (link(part, name) == 0)
		return true;
	for (int i = 2; errno == EEXIST && i < MOST_TRIES; i++) {
		snprintf(numbered, sizeof(numbered), "%.*s.%d", PATH_MAX - 64, name, i);
		if (link(part, numbered) == 0)
			return true;
	}
	return false;
}

static void sync_directory_of(const char *name)
{
	struct str path = str_of(name), base = str_basename(path);
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%.*s", STR_ARG(str(path.p, path.n - base.n)));
	store_sync_directory(dir[0] ? dir : ".");
}

static bool write_file(const char *pattern, const struct frames_request *q, struct str bytes)
{
	char name[PATH_MAX], part[PATH_MAX];
	int fd, error;
	bool ok;

	if (!print_name(pattern, q->time, name)) {
		errno = ENAMETOOLONG;
		return false;
	}
	snprintf(part, sizeof(part), "%.*s.%ld.part", PATH_MAX - 64, name, (long)getpid());
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	ok = write_all(fd, bytes);
	ok = close(fd) == 0 && ok && link_file(part, name);
	if (ok)
		sync_directory_of(name);
	error = errno;
	unlink(part);
	errno = error;
	return ok;
}

static void files_commit(struct sink *sink, struct sink_failure *why)
{
	struct frames_sink *s = (struct frames_sink *)sink;

	for (size_t i = 0; i < s->request.n; i++) {
		const struct frames_request *q = &s->request.v[i];

		if (!q->n || write_file(sink->options.pattern, q, str(s->bytes.p + q->first, q->n)))
			continue;
		buf_printf(&why->message, "%s: cannot write: %s", sink->options.pattern,
			   strerror(errno));
		why->first = i;
		break;
	}
	frames_clear(s);
}

const struct sink_kind sink_files = {
	.open = files_open,
	.close = frames_close,
	.begin = frames_begin,
	.add = frames_add,
	.end = frames_end,
	.commit = files_commit,
};
