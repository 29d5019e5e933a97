#include "remote/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"

#define SENDING ".sending"
#define PART    ".part-" /* a file that is being written */

static bool fail(struct buf *why, const char *what)
{
	buf_printf(why, "%s: %s", what, strerror(errno));
	return false;
}

static void make_path(char *path, const struct spool *s, const char *name, bool sending)
{
	snprintf(path, PATH_MAX, "%s/%s.%s%s", s->dir, name, s->kind, sending ? SENDING : "");
}

/* Listing */

static int compare_entries(const void *a, const void *b)
{
	const struct spool_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Read "TIME-PID-NUMBER.KIND", up to ".KIND". False if the file is not a spool's. */
static bool parse_name(const char *file, struct spool_entry *e, struct str *kind)
{
	struct str rest = str_of(file), name = str_cut(&rest, '.');

	if (name.n != 19 + 1 + 10 + 1 + 10 || name.p[19] != '-' || name.p[30] != '-' || !rest.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (i != 19 && i != 30 && !is_digit(name.p[i]))
			return false;
	memcpy(e->name, name.p, name.n);
	e->name[name.n] = '\0';
	e->unknown = str_ends(rest, S(SENDING));
	*kind = str(rest.p, rest.n - (e->unknown ? sizeof(SENDING) - 1 : 0));
	return true;
}

static void list_file(struct spool *s, const char *file, struct spool_entries *entries)
{
	struct spool_entry e = { 0 };
	struct str kind;
	struct stat st;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	if (strncmp(file, PART, sizeof(PART) - 1) == 0)
		unlink(path); /* an interrupted write: no other process has the lock */
	if (!parse_name(file, &e, &kind))
		return;
	if (!str_eq(kind, str_of(s->kind))) {
		s->nother++;
		return;
	}
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	e.size = (uint64_t)st.st_size;
	s->size += e.size;
	vec_push(entries, e);
}

static bool list_files(struct spool *s, struct spool_entries *entries, struct buf *why)
{
	DIR *dir = opendir(s->dir);
	struct dirent *d;

	if (!dir)
		return fail(why, "cannot read it");
	while ((d = readdir(dir)))
		list_file(s, d->d_name, entries);
	closedir(dir);
	if (entries->n)
		qsort(entries->v, entries->n, sizeof(*entries->v), compare_entries);
	return true;
}

static bool take_lock(struct spool *s, struct buf *why)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/lock", s->dir);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return fail(why, "cannot write there");
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	buf_add(why, S("another program uses this spool: give each its own"));
	close(s->lock);
	s->lock = -1;
	return false;
}

bool spool_open(struct spool *s, const char *dir, const char *kind, struct spool_entries *entries,
		struct buf *why)
{
	*s = (struct spool){ .dir = dir, .kind = kind, .lock = -1 };
	if (strlen(dir) > PATH_MAX - 100) {
		buf_add(why, S("the name is too long"));
		return false;
	}
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return fail(why, "cannot make it");
	return take_lock(s, why) && list_files(s, entries, why);
}

void spool_close(struct spool *s)
{
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
}

/* Files */

static bool write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_skip(bytes, (size_t)n);
	}
	return true;
}

/* A file's name is on the disk only after its directory is synced. */
static bool sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool write_part(const char *path, struct str body)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return false;
	ok = write_all(fd, body) && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

bool spool_add(struct spool *s, struct str body, struct spool_entry *entry, struct buf *why)
{
	char part[PATH_MAX], path[PATH_MAX];
	int error;

	*entry = (struct spool_entry){ .size = body.n };
	snprintf(entry->name, sizeof(entry->name), "%019lld-%010ld-%010u", (long long)when_now(),
		 (long)getpid(), s->number++);
	snprintf(part, sizeof(part), "%s/" PART "%s", s->dir, entry->name);
	make_path(path, s, entry->name, false);
	if (write_part(part, body) && rename(part, path) == 0 && sync_directory(s->dir)) {
		s->size += body.n;
		return true;
	}
	error = errno;
	unlink(part);
	unlink(path);
	errno = error;
	return fail(why, "cannot write there");
}

bool spool_read(struct spool *s, const struct spool_entry *entry, struct buf *body, struct buf *why)
{
	char path[PATH_MAX];
	size_t from = body->n;
	ssize_t n = 1;
	int fd;

	if (!entry->size) {
		buf_printf(why, "%s: is empty", entry->name);
		return false;
	}
	make_path(path, s, entry->name, entry->unknown);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(why, entry->name);
	while (n > 0 && body->n - from < entry->size) {
		char *to = buf_room(body, entry->size);

		n = read(fd, to, entry->size - (body->n - from));
		if (n > 0)
			body->n += (size_t)n;
	}
	close(fd);
	if (body->n - from == entry->size)
		return true;
	buf_printf(why, "%s: is shorter than it was", entry->name);
	return false;
}

static bool fail_file(struct buf *why, const struct spool_entry *entry, const char *consequence)
{
	buf_printf(why, "%s: %s: a later run %s", entry->name, strerror(errno), consequence);
	return false;
}

bool spool_mark(struct spool *s, struct spool_entry *entry, bool sending, struct buf *why)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (entry->unknown == sending)
		return true;
	make_path(from, s, entry->name, entry->unknown);
	make_path(to, s, entry->name, sending);
	if (rename(from, to) != 0)
		return fail_file(why, entry,
				 sending ? "may send it twice" : "takes it for one that was sent");
	entry->unknown = sending;
	return true;
}

bool spool_remove(struct spool *s, const struct spool_entry *entry, struct buf *why)
{
	char path[PATH_MAX];

	make_path(path, s, entry->name, entry->unknown);
	if (unlink(path) != 0)
		return fail_file(why, entry, "may send it again");
	s->size -= entry->size;
	return true;
}

int64_t spool_time(const struct spool_entry *entry)
{
	int64_t time = 0;

	str_i64(str(entry->name, 19), &time);
	return time;
}
