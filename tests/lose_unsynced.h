/*
 * What a power failure takes: part of die_at.c. Bytes that were written to a file and not
 * synced are cut off, names that were made, changed or removed since their directory was
 * synced are as they were. Files only grow here, so cutting is enough.
 *
 * LOSE=data, LOSE=names or LOSE=both; it happens when the program dies, and (since what
 * was acknowledged has to be safe) also when it ends.
 */
#ifndef LOSE_UNSYNCED_H
#define LOSE_UNSYNCED_H

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOSE_FILES = 64, LOSE_NAMES = 256 };

/* A file that was opened for writing, and the bytes of it that are safe. */
static struct lost_file {
	int fd;
	ino_t inode;
	off_t safe;
	char path[PATH_MAX];
} lost_file[LOSE_FILES];

enum name_change { NAME_MADE, NAME_CHANGED, NAME_REMOVED };

/* A removed file is kept under another name, until its directory is synced. */
static struct lost_name {
	enum name_change how;
	char from[PATH_MAX], to[PATH_MAX];
} lost_name[LOSE_NAMES];

static int nlost_file, nlost_name, loses_data, loses_names;

/* The function that a wrapper here stands before. */
static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void lose_init(void)
{
	const char *lose = getenv("LOSE");

	loses_data = lose && strcmp(lose, "names") != 0;
	loses_names = lose && strcmp(lose, "data") != 0;
}

static void lose_open(int fd, const char *path, int is_new)
{
	struct lost_file *f = &lost_file[nlost_file];
	struct stat st;

	if (nlost_file == LOSE_FILES || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	f->fd = fd;
	f->inode = st.st_ino;
	f->safe = is_new ? 0 : st.st_size;
	snprintf(f->path, sizeof(f->path), "%s", path);
	nlost_file++;
}

static void lose_close(int fd)
{
	for (int i = 0; i < nlost_file; i++)
		if (lost_file[i].fd == fd)
			lost_file[i].fd = -1; /* its bytes are no safer for that */
}

static void lose_note_name(enum name_change how, const char *from, const char *to)
{
	struct lost_name *n = &lost_name[nlost_name];

	if (nlost_name == LOSE_NAMES)
		return;
	n->how = how;
	snprintf(n->from, sizeof(n->from), "%s", from);
	snprintf(n->to, sizeof(n->to), "%s", to);
	nlost_name++;
	for (int i = 0; i < nlost_file && how == NAME_CHANGED; i++)
		if (strcmp(lost_file[i].path, from) == 0)
			snprintf(lost_file[i].path, PATH_MAX, "%s", to);
}

/* A file is synced, or a directory: then all names are safe. */
static void lose_sync(int fd)
{
	int (*unlink_for_real)(const char *);
	struct stat st;

	*(void **)&unlink_for_real = real("unlink");
	if (fstat(fd, &st) < 0)
		return;
	for (int i = 0; i < nlost_file; i++)
		if (lost_file[i].inode == st.st_ino)
			lost_file[i].safe = st.st_size;
	if (!S_ISDIR(st.st_mode))
		return;
	for (int i = 0; i < nlost_name; i++)
		if (lost_name[i].how == NAME_REMOVED)
			unlink_for_real(lost_name[i].to);
	nlost_name = 0;
}

/* Remove a file so that it can come back. */
static int lose_remove(const char *path)
{
	int (*rename_for_real)(const char *, const char *);
	static int n;
	char kept[PATH_MAX];

	*(void **)&rename_for_real = real("rename");
	snprintf(kept, sizeof(kept), "%s.removed.%d.%d", getenv("LOSE_DIR"), (int)getpid(), n++);
	if (rename_for_real(path, kept) < 0)
		return -1;
	lose_note_name(NAME_REMOVED, path, kept);
	return 0;
}

/* The power fails. */
static void lose_now(void)
{
	int (*unlink_for_real)(const char *), (*rename_for_real)(const char *, const char *);

	*(void **)&unlink_for_real = real("unlink");
	*(void **)&rename_for_real = real("rename");
	for (int i = 0; loses_data && i < nlost_file; i++) {
		struct stat st;

		if (stat(lost_file[i].path, &st) == 0 && st.st_ino == lost_file[i].inode &&
		    st.st_size > lost_file[i].safe &&
		    truncate(lost_file[i].path, lost_file[i].safe))
			abort();
	}
	while (nlost_name--) {
		struct lost_name *n = &lost_name[nlost_name];

		if (n->how == NAME_REMOVED && loses_names)
			rename_for_real(n->to, n->from);
		else if (n->how == NAME_REMOVED)
			unlink_for_real(n->to);
		else if (n->how == NAME_CHANGED && loses_names)
			rename_for_real(n->to, n->from);
		else if (n->how == NAME_MADE && loses_names)
			unlink_for_real(n->from);
	}
	nlost_name = 0;
}

#endif
