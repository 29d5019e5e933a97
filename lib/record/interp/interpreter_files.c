#include "record/interp/interpreter_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interp/go/go_image.h"

static const char *const names[] = { "python", "ruby", "php" };

static bool has_word(struct str text)
{
	for (size_t i = 0; i < LEN(names); i++)
		if (str_find(text, str_of(names[i])) >= 0)
			return true;
	return false;
}

bool interpreter_has_name(struct str path)
{
	return has_word(str_basename(path));
}

bool interpreter_is_asyncio(struct str path)
{
	return str_starts(str_basename(path), S("_asyncio."));
}

/* "#!/usr/bin/env python3" */
static bool is_script(const char *path)
{
	char start[256];
	struct stat st;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct str text;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, start, sizeof(start));
	close(fd);
	text = str(start, n > 0 ? (size_t)n : 0);
	return str_starts(text, S("#!")) && has_word(str_cut(&text, '\n'));
}

static bool has_go_labels(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct go_image go;
	const char *why;
	struct elf e;
	bool found;

	if (fd < 0)
		return false;
	found = elf_open(&e, fd, &why) && go_image_find(&go, &e);
	elf_close(&e);
	close(fd);
	return found;
}

static bool is_file(const char *path)
{
	char real[PATH_MAX];

	return (realpath(path, real) && interpreter_has_name(str_of(real))) || is_script(path) ||
	       has_go_labels(path);
}

bool interpreter_is_run_by(const char *command)
{
	struct str path = str_of(getenv("PATH"));
	char file[PATH_MAX];

	if (interpreter_has_name(str_of(command)))
		return true;
	if (strchr(command, '/'))
		return is_file(command);
	while (path.n) {
		struct str dir = str_cut(&path, ':');

		snprintf(file, sizeof(file), "%.*s/%s", STR_ARG(dir), command);
		if (access(file, X_OK) == 0)
			return is_file(file);
	}
	return false;
}

static bool is_interpreter(int proc, const char *pid)
{
	char link[280], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "%s/exe", pid);
	n = readlinkat(proc, link, path, sizeof(path));
	return n > 0 && interpreter_has_name(str(path, (size_t)n));
}

bool interpreter_runs_somewhere(void)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d)))
		if (*e->d_name >= '0' && *e->d_name <= '9')
			found = is_interpreter(dirfd(d), e->d_name);
	if (d)
		closedir(d);
	return found;
}
