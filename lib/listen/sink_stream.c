/*
 * A sink that writes a stream of pprof to standard output: a pipe, or a file that is appended
 * to.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listen/sink.h"
#include "listen/sink_frames.h"
#include "listen/sink_lock.h"

static struct sink *stream_open(const struct sink_options *o)
{
	(void)o;
	return frames_open();
}

static void stream_fail(struct sink_failure *why, int error)
{
	why->is_closed = error == EPIPE;
	why->first = 0;
	buf_printf(&why->message, "standard output: cannot write: %s", strerror(error));
}

/* Undo a partial write to a file: half a member would hide the members after it. */
static void write_stream(struct str bytes, struct sink_failure *why)
{
	struct stat st;
	bool is_file = fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode);
	off_t end = is_file ? lseek(STDOUT_FILENO, 0, SEEK_END) : 0;

	while (bytes.n) {
		ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int error = errno;

			if (is_file && ftruncate(STDOUT_FILENO, end) == 0)
				lseek(STDOUT_FILENO, end, SEEK_SET);
			stream_fail(why, error);
			return;
		}
		bytes = str_skip(bytes, (size_t)n);
	}
	if (is_file && fsync(STDOUT_FILENO) < 0)
		stream_fail(why, errno);
}

static void stream_commit(struct sink *sink, struct sink_failure *why)
{
	struct frames_sink *s = (struct frames_sink *)sink;

	if (s->bytes.n) {
		sink_lock_take(sink->options.lock);
		write_stream(buf_str(&s->bytes), why);
		sink_lock_leave(sink->options.lock);
	}
	frames_clear(s);
}

const struct sink_kind sink_stream = {
	.open = stream_open,
	.close = frames_close,
	.begin = frames_begin,
	.add = frames_add,
	.end = frames_end,
	.commit = stream_commit,
};
