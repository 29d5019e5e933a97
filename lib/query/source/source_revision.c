#include "query/source/source_revision.h"

#include "query/child.h"

enum { MOST_NAMES = 256 << 20, MOST_BYTES = 64 << 20 };

/* Is it something that git takes neither for an option nor for a file in a revision? */
static bool is_revision(const char *s)
{
	return *s && *s != '-' && !strchr(s, ':');
}

bool source_revision_open(struct source_revision *r, const char *dir, const char *revision,
			  struct buf *why)
{
	const char *const list[] = {
		"-C", dir, "ls-tree", "-r", "-z", "--name-only", revision, NULL
	};

	*r = (struct source_revision){ .dir = dir, .revision = revision };
	if (!is_revision(revision)) {
		buf_printf(why, "'%s' is not a revision: it %s", revision,
			   !*revision       ? "is empty" :
			   *revision == '-' ? "begins with '-'" :
					      "contains ':'");
		return false;
	}
	if (!child_output(&r->names, MOST_NAMES, "git", list)) {
		buf_printf(why, "git finds no revision '%s' in %s", revision, dir);
		return false;
	}
	for (size_t i = 0; i < r->names.n; i += strlen(r->names.p + i) + 1)
		vec_push(&r->at, i);
	return true;
}

void source_revision_close(struct source_revision *r)
{
	buf_release(&r->names);
	vec_release(&r->at);
}

/* In git's order of names: by bytes. */
static int compare(struct str a, struct str b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

static bool has_file(const struct source_revision *r, struct str path)
{
	size_t low = 0, high = r->at.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare(str_of(r->names.p + r->at.v[middle]), path);

		if (!c)
			return true;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool source_revision_read(const struct source_revision *r, struct str path, struct buf *bytes)
{
	struct buf object = { 0 };
	bool ok = path.n && has_file(r, path);

	if (ok) {
		buf_printf(&object, "%s:./", r->revision);
		buf_add(&object, path);
		buf_ch(&object, '\0');
		ok = child_output(bytes, MOST_BYTES, "git",
				  (const char *const[]){ "-C", r->dir, "cat-file", "blob", object.p,
							 NULL });
	}
	buf_release(&object);
	return ok;
}
