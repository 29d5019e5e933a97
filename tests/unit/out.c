/* Outputs: files that appear when complete, frames, and how they are packed. */
#include "io/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/in.h"
#include "tap.h"

static char dir[] = "/tmp/unit-out-XXXXXX", path[64];

static bool holds(const char *text)
{
	char bytes[256] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes) - 1);

	close(fd);
	return n >= 0 && strcmp(bytes, text) == 0;
}

static void files(void)
{
	struct out out;
	struct stat st;

	umask(027);
	out_open(&out, path, (struct pack){ 0 });
	out_add(&out, S("first"));
	out_flush_all(&out);
	ok(access(path, F_OK) != 0, "a file is not there before it is complete");
	ok(out_close(&out) && holds("first"), "and then it is");
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0640, "with the mode of the umask");
	out_release(&out);

	chmod(path, 0604);
	out_open(&out, path, (struct pack){ 0 });
	out_printf(&out, "%s %d", "second", 2);
	ok(holds("first"), "the old one stays as long");
	ok(out_close(&out) && holds("second 2"), "and is replaced");
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0604, "with its mode");
	out_release(&out);

	out_open(&out, path, (struct pack){ 0 });
	out_add(&out, S("third"));
	out_abandon(&out);
	ok(!out_close(&out) && holds("second 2"), "or not, when it is abandoned");
	out_release(&out);

	out_open(&out, path, (struct pack){ 0 });
	out_add(&out, S("fourth"));
	out_fail(&out, "no %s", "luck");
	ok(!out_close(&out) && holds("second 2"), "or has failed");
	is(str(out.error.p + strlen(path), out.error.n - strlen(path)), ": no luck", "%s",
	   out.error.p);
	out_release(&out);

	out_open(&out, path, (struct pack){ 0 });
	out_add(&out, S("fifth "));
	out_flush_all(&out);
	ok(out_reveal(&out) && holds("fifth "), "it can be shown earlier");
	out_add(&out, S("and on"));
	ok(out_close(&out) && holds("fifth and on"), "and goes on");
	out_release(&out);

	ok(!out_open(&out, "/nowhere/file", (struct pack){ 0 }) && out.failed,
	   "a folder is missing");
	is(buf_str(&out.error), "/nowhere/file: cannot open: No such file or directory", "says so");
	out_close(&out);
	out_release(&out);
}

static void links(void)
{
	char link[80];
	struct out out;
	struct stat st;

	snprintf(link, sizeof(link), "%s/link", dir);
	ok(symlink("file", link) == 0, "a link");
	out_open(&out, link, (struct pack){ 0 });
	out_add(&out, S("through"));
	ok(out_close(&out) && holds("through"), "is followed");
	ok(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "and stays one");
	out_release(&out);
	unlink(link);
}

/* Two frames, as the reader sees them; and whether all bytes are the same again. */
static void frames(enum pack_kind kind, int level, const char *what)
{
	struct out out;
	struct in in;
	struct str frame;

	out_open(&out, path, (struct pack){ kind, level });
	ok(out_binary(&out), "%s", what);
	out_add(&out, S("one"));
	out_frame(&out);
	out_add(&out, S("two"));
	out_frame(&out);
	ok(out_close(&out), "two frames");
	out_release(&out);
	ok(in_open(&in, path) && in_frame(&in, &frame) && str_eq(frame, S("one")), "the first");
	ok(in_frame(&in, &frame) && str_eq(frame, S("two")) && !in_frame(&in, &frame),
	   "the second");
	in_close(&in);
	in_release(&in);
}

static void unframed(void)
{
	struct out out;

	out_open_memory(&out);
	out_add(&out, S("one"));
	out_frame(&out);
	ok(!out.failed, "one frame needs no compression");
	out_frame(&out);
	ok(out.failed && out.reason == OUT_UNFRAMED, "a second does");
	is(buf_str(&out.bytes), "one", "what was written");
	out_release(&out);
}

static bool parses(const char *text, enum pack_kind kind, int level)
{
	struct pack p;

	return pack_parse(str_of(text), &p) && p.kind == kind && p.level == level;
}

static void kinds(void)
{
	static const char *const bad[] = { "",       "gz",      "gzip:",  "gzip:13",  "gzip:-1",
					   "none:1", "zstd:20", "zstd:x", "gzip:6:1", "auto" };
	struct pack p;

	ok(parses("none", PACK_NONE, 0) && parses("gzip", PACK_GZIP, 6) &&
		   parses("gzip:0", PACK_GZIP, 0) && parses("gzip:12", PACK_GZIP, 12) &&
		   parses("zstd", PACK_ZSTD, 3) && parses("zstd:19", PACK_ZSTD, 19),
	   "kinds and levels");
	for (size_t i = 0; i < LEN(bad); i++)
		ok(!pack_parse(str_of(bad[i]), &p), "'%s' is none", bad[i]);
}

static void sizes(void)
{
	struct buf text = { 0 }, stored = { 0 }, fast = { 0 }, best = { 0 }, again = { 0 };

	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "line %d;", i % 100);
	pack_frame(&stored, buf_str(&text), &(struct pack){ PACK_GZIP, 0 });
	pack_frame(&fast, buf_str(&text), &(struct pack){ PACK_GZIP, 1 });
	pack_frame(&best, buf_str(&text), &(struct pack){ PACK_GZIP, 12 });
	pack_frame(&again, buf_str(&text), &(struct pack){ PACK_GZIP, 12 });
	ok(stored.n > text.n && fast.n < text.n / 10 && best.n < fast.n,
	   "levels make a difference");
	ok(str_eq(buf_str(&best), buf_str(&again)), "the same bytes give the same bytes");
	again.n = 0;
	pack_frame(&again, S("as it is"), &(struct pack){ PACK_NONE, 0 });
	is(buf_str(&again), "as it is", "no compression");
	buf_release(&text);
	buf_release(&stored);
	buf_release(&fast);
	buf_release(&best);
	buf_release(&again);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/file", dir);
	files();
	links();
	frames(PACK_AUTO, 0, "packed by default");
	frames(PACK_GZIP, 0, "gzip, stored");
	frames(PACK_ZSTD, 3, "zstd");
	unframed();
	kinds();
	sizes();
	unlink(path);
	ok(rmdir(dir) == 0, "nothing is left behind: %s", strerror(errno));
	return done();
}
