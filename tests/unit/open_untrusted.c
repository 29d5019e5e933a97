/*
 * Paths that lead where they should not: out of the root, to devices, to pipes, to what
 * the kernel shows as files. Both ways of resolving a path are tried.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/open_untrusted.h"
#include "tap.h"

static char top[] = "/tmp/prof-untrusted-XXXXXX";

static size_t open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

/* A tree with a root in it, and secrets outside of that. */
static void make_tree(void)
{
	if (!mkdtemp(top) || chdir(top) < 0)
		abort();
	mkdir("root", 0755);
	mkdir("root/dir", 0755);
	mkdir("root/etc", 0755);
	write_file("secret", "outside");
	write_file("root/plain", "inside");
	write_file("root/dir/plain", "deeper");
	write_file("root/etc/passwd", "of the root");
	if (mkfifo("root/pipe", 0644) < 0 || symlink("plain", "root/link") < 0 ||
	    symlink("/plain", "root/dir/absolute") < 0 ||
	    symlink("../../../../../secret", "root/dir/out") < 0 ||
	    symlink("/etc/passwd", "root/passwd") < 0 || symlink("round", "root/round") < 0 ||
	    symlink("../dir/../plain", "root/dir/winding") < 0 || symlink("dir", "root/way") < 0)
		abort();
}

/* What is read of a path: the file's text, or "-". */
static const char *text_of(int fd)
{
	static char text[64];
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n >= 0 ? text : "-";
}

static const struct {
	const char *path, *text, *what;
	int flags;
} cases[] = {
	{ "/plain", "inside", "an absolute path counts from the root" },
	{ "plain", "inside", "so does a relative one" },
	{ "//dir/./plain", "deeper", "slashes and dots" },
	{ "/link", "inside", "a link" },
	{ "/link", "-", "a link that is not to be followed", O_NOFOLLOW },
	{ "/way/plain", "deeper", "a link on the way, all the same", O_NOFOLLOW },
	{ "/dir/absolute", "inside", "an absolute link counts from the root" },
	{ "/dir/winding", "inside", "a winding link" },
	{ "/dir/out", "-", "a link out of the root" },
	{ "/passwd", "of the root", "a link to a file that both roots have" },
	{ "../secret", "-", "out of the root by .." },
	{ "/dir/../../secret", "-", "out of the root by more of them" },
	{ "/pipe", "-", "a pipe, which is not waited for" },
	{ "/dir", "-", "a directory" },
	{ "/plain/", "-", "a file as a directory" },
	{ "/plain/x", "-", "something in a file" },
	{ "/round", "-", "a link to itself" },
	{ "/none", "-", "what is not there" },
	{ "", "-", "no path at all" },
};

typedef int resolver(int root, const char *path, int flags);

static void test_resolver(const char *name, resolver *resolve)
{
	int root = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t before = open_files();
	struct buf deep = { 0 };

	if (resolve == untrusted_path_openat2 && resolve(root, "/plain", 0) < 0 &&
	    errno != ENOENT) {
		ok(true, "openat2 # SKIP the kernel has none");
		return;
	}
	before = open_files();
	for (size_t i = 0; i < LEN(cases); i++)
		is(str_of(text_of(reopen_untrusted(resolve(root, cases[i].path, cases[i].flags)))),
		   cases[i].text, "%s: %s", name, cases[i].what);
	for (int i = 0; i < 3000; i++)
		buf_add(&deep, S("dir/../"));
	buf_ch(&deep, '\0');
	is(str_of(text_of(reopen_untrusted(resolve(root, deep.p, 0)))), "-", "%s: a long path",
	   name);
	buf_release(&deep);
	ok(open_files() == before, "%s: leaves nothing open", name);
	close(root);
}

/* In our own root, with the kernel's files in it. */
static void test_own_root(const char *name, resolver *resolve)
{
	static const char *const paths[] = { "/dev/null",
					     "/dev/zero",
					     "/proc/version",
					     "/proc/self/exe",
					     "/proc/self/cwd/root/plain",
					     "/proc/kallsyms",
					     "/proc/self/root/etc/hostname",
					     "/sys/kernel/notes" };
	struct buf path = { 0 };

	for (size_t i = 0; i < LEN(paths); i++)
		is(str_of(text_of(reopen_untrusted(resolve(-1, paths[i], 0)))), "-", "%s: not %s",
		   name, paths[i]);
	buf_printf(&path, "%s/root/plain", top);
	buf_ch(&path, '\0');
	is(str_of(text_of(reopen_untrusted(resolve(-1, path.p, 0)))), "inside", "%s: but a file",
	   name);
	buf_release(&path);
}

/* A driver sees every open(); this one would rewind a tape, or wait for a line. */
static void test_device(void)
{
	int root = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (mknod("root/tty", S_IFCHR | 0666, makedev(5, 0)) < 0) {
		ok(true, "a device in the root # SKIP cannot make one");
	} else {
		is(str_of(text_of(open_untrusted(root, "/tty", 0))), "-", "a device in the root");
	}
	is(str_of(text_of(open_untrusted(root, "/dir/plain", 0))), "deeper", "a file in it");
	close(root);
}

int main(void)
{
	make_tree();
	test_resolver("openat2", untrusted_path_openat2);
	test_resolver("walk", untrusted_path_walk);
	test_own_root("openat2", untrusted_path_openat2);
	test_own_root("walk", untrusted_path_walk);
	test_device();
	if (chdir("/") == 0) {
		struct buf rm = { 0 };

		buf_printf(&rm, "rm -rf %s", top);
		buf_ch(&rm, '\0');
		ok(system(rm.p) == 0, "cleaned up");
		buf_release(&rm);
	}
	return done();
}
