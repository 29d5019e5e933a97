#include "record/interp/interpreter_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool find_go(const char *path, struct go_image *go)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *why;
	struct elf e;
	bool found;

	if (fd < 0)
		return false;
	found = elf_open(&e, fd, &why) && go_image_find(go, &e);
	elf_close(&e);
	close(fd);
	return found;
}

static bool is_file(const char *path)
{
	char real[PATH_MAX];

	return (realpath(path, real) && interpreter_has_name(str_of(real))) || is_script(path);
}

/* Finds the file of a command. */
static bool find_command(const char *command, char file[PATH_MAX])
{
	struct str path = str_of(getenv("PATH"));

	if (strchr(command, '/'))
		return snprintf(file, PATH_MAX, "%s", command) < PATH_MAX;
	while (path.n) {
		struct str dir = str_cut(&path, ':');

		snprintf(file, PATH_MAX, "%.*s/%s", STR_ARG(dir), command);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

bool interpreter_is_run_by(const char *command)
{
	char file[PATH_MAX];

	return interpreter_has_name(str_of(command)) ||
	       (find_command(command, file) && is_file(file));
}

bool interpreter_go_is_run_by(const char *command, struct go_image *go)
{
	char file[PATH_MAX];

	return find_command(command, file) && find_go(file, go);
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
