/* Inputs byte by byte: pipes that give little at a time, packed and not. */
#include "io/in.h"

#include <lzma.h>
#include <signal.h>
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

/* A file with these bytes. */
static void make_file(char path[], struct str bytes)
{
	int fd = mkstemp(path);

	ok(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n, "a file of %zu bytes",
	   bytes.n);
	close(fd);
}

static void open_file(struct in *in, struct str bytes, bool no_thread)
{
	char path[] = "/tmp/unit-in-XXXXXX";

	make_file(path, bytes);
	in_open_with(in, path, &(struct in_options){ .no_thread = no_thread });
	in->name = "x";
	unlink(path);
}

/* Many frames, small and large, of lines that never repeat; *text is what they hold. */
static void make_frames(struct buf *text, struct buf *bytes, enum pack_kind kind)
{
	for (int i = 0; i < 40; i++) {
		size_t from = text->n;

		for (int j = 0; j < (i % 7 == 3 ? 100000 : i % 5 == 1 ? 0 : 1000 * i); j++)
			buf_printf(text, "frame %d line %u\n", i, (unsigned)j * 7919U);
		pack_frame(bytes, str(text->p + from, text->n - from), &(struct pack){ kind, 1 });
	}
}

/* What all frames are, joined, and how many; and where they end. */
static size_t read_frames(struct in *in, struct buf *all, uint64_t *ends)
{
	struct str frame;
	size_t n = 0;

	for (*ends = 0; in_frame(in, &frame); n++) {
		buf_add(all, frame);
		*ends = *ends * 31 + in_pos(in) + frame.n;
	}
	return n;
}

static size_t read_lines(struct in *in, struct buf *all)
{
	struct str line;
	size_t n = 0;

	for (; in_line(in, &line); n++) {
		buf_add(all, line);
		buf_ch(all, '\n');
	}
	return n;
}

/* With a thread everything is as without. */
static void ahead(enum pack_kind kind, const char *what)
{
	struct buf text = { 0 }, bytes = { 0 }, all = { 0 };
	uint64_t ends[2];
	size_t n[2];
	struct in in;

	make_frames(&text, &bytes, kind);
	for (int i = 0; i < 2; i++) {
		open_file(&in, buf_str(&bytes), i == 0);
		all.n = 0;
		n[i] = read_frames(&in, &all, &ends[i]);
		ok(str_eq(buf_str(&all), buf_str(&text)) && !in.failed, "all frames of %s", what);
		ok(in_pos(&in) == text.n, "all passed");
		ok(in_close(&in), "closed");
		in_release(&in);
	}
	ok(n[0] == 32 && n[1] == n[0] && ends[0] == ends[1], "the same frames (%zu)", n[1]);
	open_file(&in, buf_str(&bytes), false);
	all.n = 0;
	read_lines(&in, &all);
	ok(str_eq(buf_str(&all), buf_str(&text)) && in_end(&in), "all lines");
	in_close(&in);
	in_release(&in);
	buf_release(&text);
	buf_release(&bytes);
	buf_release(&all);
}

static void joined(void)
{
	struct buf text = { 0 }, bytes = { 0 };
	struct str frame = { 0 };
	struct in in;
	size_t n = 0;

	make_frames(&text, &bytes, PACK_GZIP);
	open_file(&in, buf_str(&bytes), false);
	ok(in_frame(&in, &frame), "the first frame");
	for (n = 1; in_more_frames(&in); n++)
		if (!in_frame_more(&in, &frame))
			break;
	ok(n == 32 && str_eq(frame, buf_str(&text)), "and all others joined to it (%zu)", n);
	ok(!in_frame(&in, &frame) && !in.failed, "no more");
	in_close(&in);
	in_release(&in);
	buf_release(&text);
	buf_release(&bytes);
}

/* The error and what was read before it, with and without a thread. */
static void damaged_ahead(size_t at)
{
	struct buf text = { 0 }, bytes = { 0 }, all[2] = { 0 };
	struct in in[2];

	make_frames(&text, &bytes, PACK_GZIP);
	if (at < bytes.n)
		memset(bytes.p + at, 0xff, 64);
	else
		bytes.n -= 5;
	for (int i = 0; i < 2; i++) {
		open_file(&in[i], buf_str(&bytes), i == 0);
		read_lines(&in[i], &all[i]);
		ok(!in_close(&in[i]), "damage is found");
	}
	is(buf_str(&in[1].error), in[0].error.p, "with the same message");
	ok(all[0].n == all[1].n, "after the same lines (%zu, %zu)", all[0].n, all[1].n);
	for (int i = 0; i < 2; i++) {
		buf_release(&all[i]);
		in_release(&in[i]);
	}
	buf_release(&text);
	buf_release(&bytes);
}

/* A reader that closes early, while the thread waits for room, or for a pipe. */
static void stopped(void)
{
	struct buf text = { 0 }, bytes = { 0 };
	struct in in;
	struct str line;
	char name[32];
	int fd[2], n = 0;
	pid_t child;

	for (int i = 0; i < 2000000; i++)
		buf_printf(&text, "%u\n", (unsigned)i * 7919U);
	pack_frame(&bytes, buf_str(&text), &(struct pack){ PACK_GZIP, 1 });
	open_file(&in, buf_str(&bytes), false);
	while (n < 100000 && in_line(&in, &line))
		n++;
	ok(n == 100000 && in_close(&in), "closed while the ring is full");
	in_release(&in);
	if (pipe(fd) < 0)
		return;
	child = fork();
	if (child == 0) {
		close(fd[0]);
		if (write(fd[1], bytes.p, bytes.n / 2) > 0)
			pause();
		_exit(0);
	}
	close(fd[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", fd[0]);
	in_open(&in, name);
	close(fd[0]);
	for (n = 0; n < 200000 && in_line(&in, &line);)
		n++;
	ok(n == 200000 && in_close(&in), "closed while a pipe gives nothing");
	in_release(&in);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	buf_release(&text);
	buf_release(&bytes);
}

static void padded(enum pack_kind kind, size_t zeros, const char *what)
{
	struct buf bytes = { 0 };
	struct in in;
	struct str frame;

	packed(&bytes, "first", kind, 6);
	packed(&bytes, "second", kind, 6);
	memset(buf_room(&bytes, zeros), 0, zeros);
	bytes.n += zeros;
	in_open_memory(&in, "x", buf_str(&bytes));
	ok(in_frame(&in, &frame) && str_eq(frame, S("first")), "a frame of %s", what);
	ok(in_frame(&in, &frame) && str_eq(frame, S("second")), "another");
	ok(!in_frame(&in, &frame) && !in.failed, "%zu zeros are padding", zeros);
	in_close(&in);
	in_release(&in);
	buf_ch(&bytes, 'x');
	in_open_memory(&in, "x", buf_str(&bytes));
	while (in_frame(&in, &frame))
		;
	ok(in.failed, "anything else is not");
	in_close(&in);
	in_release(&in);
	buf_release(&bytes);
}

static void pack_xz(struct buf *b, struct str text)
{
	size_t at = 0;

	buf_room(b, text.n + 4096);
	lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text.p, text.n,
				(uint8_t *)b->p + b->n, &at, b->cap - b->n);
	b->n += at;
}

static void xz(void)
{
	struct buf bytes = { 0 };
	struct in in;
	struct str frame;

	pack_xz(&bytes, S("first"));
	memset(buf_room(&bytes, 8), 0, 8);
	bytes.n += 8;
	pack_xz(&bytes, S("second"));
	in_open_memory(&in, "x", buf_str(&bytes));
	ok(in_frame(&in, &frame) && str_eq(frame, S("first")), "an xz stream");
	ok(in_frame(&in, &frame) && str_eq(frame, S("second")), "another, after padding");
	ok(!in_frame(&in, &frame) && !in.failed, "no more");
	in_close(&in);
	in_release(&in);
	bytes.p[bytes.n / 2 + 8] ^= 1; /* in the second stream */
	in_open_memory(&in, "x", buf_str(&bytes));
	while (in_frame(&in, &frame))
		;
	ok(in.failed && str_starts(buf_str(&in.error), S("x: xz data is damaged")), "damage");
	in_close(&in);
	in_release(&in);
	bytes.n = bytes.n / 2 - 12;
	in_open_memory(&in, "x", buf_str(&bytes));
	while (in_frame(&in, &frame))
		;
	ok(in.failed && str_starts(buf_str(&in.error), S("x: xz data ends early")), "a cut");
	in_close(&in);
	in_release(&in);
	buf_release(&bytes);
}

static void maps(void)
{
	char path[] = "/tmp/unit-in-XXXXXX", packed_path[] = "/tmp/unit-in-XXXXXX", name[32];
	struct buf text = { 0 }, bytes = { 0 };
	struct in in;
	struct str all;

	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "line %d;", i);
	open_file(&in, buf_str(&text), false);
	ok(in_map(&in, &all) && str_eq(all, buf_str(&text)), "a file, mapped");
	ok(in.map && in_end(&in), "nothing is left to read");
	ok(in_map_is_whole(&in) && in_close(&in), "and all of it was there");
	in_release(&in);
	packed(&bytes, "first", PACK_GZIP, 6);
	packed(&bytes, " second", PACK_GZIP, 6);
	open_file(&in, buf_str(&bytes), false);
	ok(in_map(&in, &all) && str_eq(all, S("first second")) && !in.map, "unpacked");
	in_close(&in);
	in_release(&in);
	make_file(packed_path, buf_str(&bytes));
	in_open_with(&in, packed_path, &(struct in_options){ .plain = true });
	ok(in_map(&in, &all) && str_eq(all, buf_str(&bytes)) && in.map, "plain: as it is");
	in_close(&in);
	in_release(&in);
	unlink(packed_path);
	open_pipe(&in, buf_str(&text), 4096, name);
	ok(in_map(&in, &all) && str_eq(all, buf_str(&text)) && !in.map, "a pipe");
	end(&in);
	in_open_memory(&in, "x", S("bytes"));
	ok(in_map(&in, &all) && str_eq(all, S("bytes")), "memory");
	in_close(&in);
	in_release(&in);

	make_file(path, buf_str(&text));
	in_open(&in, path);
	ok(in_map(&in, &all) && truncate(path, 100) == 0, "a file that is cut off");
	ok(all.p[99] == text.p[99] && all.p[50000] == 0, "reads as 0");
	ok(!in_map_is_whole(&in), "and is found out");
	ok(str_ends(buf_str(&in.error), S(": became shorter while it was read")), "%s", in.error.p);
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
	ahead(PACK_GZIP, "gzip");
	ahead(PACK_ZSTD, "zstd");
	joined();
	damaged_ahead(400000);
	damaged_ahead(SIZE_MAX);
	stopped();
	padded(PACK_GZIP, 1, "gzip");
	padded(PACK_GZIP, 100000, "gzip");
	xz();
	maps();
	peeking();
	errors();
	return done();
}
