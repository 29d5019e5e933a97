/* Inputs byte by byte: pipes that give little at a time, packed and not. */
#include "io/in.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/pack.h"
#include "tap.h"

/* Open a pipe into which a child writes the bytes, `piece` at a time. */
static bool open_pipe(struct in *in, struct str bytes, size_t piece, char name[32])
{
	int fd[2];

	if (pipe(fd) < 0)
		return false;
	fflush(stdout);
	if (fork() == 0) {
		close(fd[0]);
		for (size_t i = 0; i < bytes.n; i += piece)
			if (write(fd[1], bytes.p + i, min_size(piece, bytes.n - i)) < 0)
				_exit(1);
		_exit(0);
	}
	close(fd[1]);
	snprintf(name, 32, "/dev/fd/%d", fd[0]);
	in_open(in, name);
	close(fd[0]);
	return !in->failed;
}

static void end(struct in *in)
{
	ok(in_close(in), "no error: %s", in->error.p ? in->error.p : "");
	in_release(in);
	wait(NULL);
}

static void lines(struct str bytes, const char *what)
{
	char name[32];
	struct in in;
	struct str line;

	ok(open_pipe(&in, bytes, 1, name), "%s, a byte at a time", what);
	ok(in_line(&in, &line), "a line");
	is(line, "first", "without its end");
	ok(in_line(&in, &line) && line.n == 0, "an empty one");
	ok(in_line(&in, &line), "the last");
	is(line, "third", "needs no end");
	ok(in.line == 3 && !in_line(&in, &line), "that is all");
	end(&in);
}

static void packed(struct buf *to, const char *text, enum pack_kind kind, int level)
{
	pack_frame(to, str_of(text), &(struct pack){ kind, level });
}

/* Frames of every kind: each comes whole, and alone. */
static void frames(enum pack_kind kind, int level, size_t piece, const char *what)
{
	struct buf bytes = { 0 };
	char name[32];
	struct in in;
	struct str frame;

	packed(&bytes, "one", kind, level);
	packed(&bytes, "", kind, level);
	packed(&bytes, "three", kind, level);
	ok(open_pipe(&in, buf_str(&bytes), piece, name), "%s in pieces of %zu", what, piece);
	ok(in_frame(&in, &frame), "a frame");
	is(frame, "one", "alone");
	ok(in_pos(&in) == 0, "from the beginning");
	ok(in_frame(&in, &frame), "another");
	is(frame, "three", "an empty one is passed over");
	ok(in_pos(&in) == 3, "its place is counted unpacked");
	ok(!in_frame(&in, &frame), "no more");
	end(&in);

	open_pipe(&in, buf_str(&bytes), piece, name);
	ok(in_frame(&in, &frame) && in_more_frames(&in) && in_frame_more(&in, &frame),
	   "two frames joined");
	is(frame, "onethree", "whole");
	end(&in);

	open_pipe(&in, buf_str(&bytes), piece, name);
	ok(in_line(&in, &frame), "for lines frames do not matter");
	is(frame, "onethree", "one line");
	end(&in);
	buf_release(&bytes);
}

/* A file that is read and unpacked at once gives the same as a pipe. */
static void at_once(enum pack_kind kind, const char *what)
{
	char path[] = "/tmp/unit-in-XXXXXX";
	int fd = mkstemp(path);
	struct buf text = { 0 }, bytes = { 0 };
	struct in in;
	struct str frame, head;
	struct pack pack = { kind, 6 };

	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "line %d;", i);
	pack_frame(&bytes, buf_str(&text), &pack);
	packed(&bytes, "short", kind, 6);
	pack_frame(&bytes, buf_str(&text), &pack);
	ok(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n, "a file of %s", what);
	close(fd);
	ok(in_open(&in, path), "opens");
	head = in_peek(&in, 10);
	ok(head.n >= 10 && str_starts(buf_str(&text), str(head.p, 10)), "its head is seen");
	ok(in_frame(&in, &frame) && str_eq(frame, buf_str(&text)), "the first frame");
	ok(in_frame(&in, &frame) && str_eq(frame, S("short")), "the second");
	ok(in_frame(&in, &frame) && str_eq(frame, buf_str(&text)), "the third");
	ok(!in_frame(&in, &frame), "no more");
	ok(in_pos(&in) == 2 * text.n + 5, "all passed");
	in_close(&in);
	in_release(&in);
	unlink(path);
	buf_release(&text);
	buf_release(&bytes);
}

static void peeking(void)
{
	char name[32];
	struct in in;

	open_pipe(&in, S("abcdef"), 2, name);
	ok(str_starts(in_peek(&in, 4), S("abcd")), "at least what was asked for");
	in_skip(&in, 3);
	ok(in_pos(&in) == 3 && str_eq(in_peek(&in, 100), S("def")), "then the rest");
	in_skip(&in, 3);
	ok(in_end(&in) && in_peek(&in, 1).n == 0, "then nothing");
	end(&in);
}

static void errors(void)
{
	struct in in;
	struct str line;

	in_open_memory(&in, "x", S("one\ntwo\n"));
	in_line(&in, &line);
	in.lenient = true;
	ok(in_bad(&in, "odd") && in.skipped == 1, "lenient: counted");
	in.lenient = false;
	ok(!in_bad(&in, "odd %d", 7), "else an error");
	ok(!in_fail(&in, "later") && !in_line(&in, &line), "which sticks and ends the input");
	is(buf_str(&in.error), "x:1: odd 7", "the first one, with its line");
	in_close(&in);
	in_release(&in);

	in_open_memory(&in, "x", S("\x01\x02"));
	in_fail_at(&in, 1, "bad");
	is(buf_str(&in.error), "x: byte 1: bad", "or its byte");
	in_close(&in);
	in_release(&in);
}

int main(void)
{
	lines(S("first\n\nthird"), "plain text");
	lines(S("first\r\n\r\nthird\r"), "CR LF");
	lines(S("\xef\xbb\xbf"
		"first\n\nthird"),
	      "a byte order mark");
	lines(S("\xff\xfe"
		"f\0i\0r\0s\0t\0\n\0\n\0t\0h\0i\0r\0d\0"),
	      "UTF-16");
	frames(PACK_GZIP, 6, 1, "gzip");
	frames(PACK_GZIP, 0, 1, "stored gzip");
	frames(PACK_GZIP, 9, 1000, "gzip");
	frames(PACK_ZSTD, 3, 1, "zstd");
	at_once(PACK_GZIP, "gzip");
	at_once(PACK_ZSTD, "zstd");
	peeking();
	errors();
	return done();
}
