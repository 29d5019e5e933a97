#include "query/source/source_text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/open_untrusted.h"

enum { MOST_BYTES = 64 << 20 };

static bool read_all(int fd, struct buf *b)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(b, 64 << 10), 64 << 10);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		b->n += (size_t)n;
		if (b->n > MOST_BYTES)
			return false;
	}
}

/* Read a file below a folder, or anywhere if folder is NULL and the path absolute. */
static bool read_file(const char *folder, const char *path, struct buf *bytes)
{
	int root = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = folder && root < 0 ? -1 : open_untrusted(root, path, 0);
	struct stat st;
	bool ok;

	if (root >= 0)
		close(root);
	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && st.st_size <= MOST_BYTES && read_all(fd, bytes);
	close(fd);
	return ok;
}

/* Try DIR/PATH, or PATH if dir is NULL. */
static bool try_path(struct source_text *t, const char *dir, struct str path)
{
	size_t at = 0;

	t->path.n = t->bytes.n = 0;
	if (dir) {
		buf_add(&t->path, str_of(dir));
		buf_ch(&t->path, '/');
		at = t->path.n;
	}
	buf_add(&t->path, path);
	buf_ch(&t->path, '\0');
	t->path.n--;
	if (!dir && path.p[0] != '/')
		dir = ".";
	return !memchr(path.p, '\0', path.n) && read_file(dir, t->path.p + at, &t->bytes);
}

/* Try REVISION:DIR/PATH. */
static bool try_revision(struct source_text *t, const struct source_revision *r, struct str path)
{
	t->path.n = t->bytes.n = 0;
	buf_printf(&t->path, "%s:%s/", r->revision, r->dir);
	buf_add(&t->path, path);
	return source_revision_read(r, path, &t->bytes);
}

static bool try_directory(struct source_text *t, const struct source_dirs *dirs, size_t i,
			  struct str path)
{
	while (path.n) {
		ptrdiff_t slash;

		if (path.p[0] != '/' &&
		    (dirs->revision ? try_revision(t, &dirs->revision[i], path) :
				      try_path(t, dirs->v[i], path)))
			return true;
		slash = str_chr(path, '/');
		path = slash < 0 ? S("") : str_skip(path, (size_t)slash + 1);
	}
	return false;
}

bool source_dirs_at(struct source_dirs *dirs, const char *revision, struct buf *why)
{
	bool ok = true;

	dirs->revision = mem_zeroed(dirs->n, sizeof(*dirs->revision));
	for (size_t i = 0; i < dirs->n && ok; i++)
		ok = source_revision_open(&dirs->revision[i], dirs->v[i], revision, why);
	return ok;
}

void source_dirs_release(struct source_dirs *dirs)
{
	for (size_t i = 0; dirs->revision && i < dirs->n; i++)
		source_revision_close(&dirs->revision[i]);
	mem_free(dirs->revision, dirs->revision ? dirs->n * sizeof(*dirs->revision) : 0);
	dirs->revision = NULL;
}

static void find_lines(struct source_text *t)
{
	vec_push(&t->line, 0);
	for (size_t i = 0; i < t->bytes.n; i++)
		if (t->bytes.p[i] == '\n')
			vec_push(&t->line, i + 1);
	if (vec_last(&t->line) != t->bytes.n)
		vec_push(&t->line, t->bytes.n);
}

bool source_text_open(struct source_text *t, const struct source_dirs *dirs, struct str path)
{
	bool found = false;

	*t = (struct source_text){ 0 };
	for (size_t i = 0; i < dirs->n && !found; i++)
		found = try_directory(t, dirs, i, path);
	found = found ||
		(path.n && dirs->has_own_paths && !dirs->revision && try_path(t, NULL, path));
	if (found)
		find_lines(t);
	return found;
}

void source_text_release(struct source_text *t)
{
	buf_release(&t->path);
	buf_release(&t->bytes);
	vec_release(&t->line);
}

struct str source_text_line(const struct source_text *t, uint32_t line)
{
	size_t from, to;

	if (!line || line > source_text_lines(t))
		return S("");
	from = t->line.v[line - 1];
	to = t->line.v[line];
	while (to > from && (t->bytes.p[to - 1] == '\n' || t->bytes.p[to - 1] == '\r'))
		to--;
	return str(t->bytes.p + from, to - from);
}
