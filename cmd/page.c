#include "cmd/page.h"

#include "cli/progress.h"
#include "cmd/common.h"
#include "query/source/source_text.h"
#include "store/directory.h"

/* Formats with an order of samples but without times have times of 0. */
static bool has_times(const struct profile *p)
{
	for (size_t i = 0; i < p->nobservation; i++)
		if (p->observation[i].time)
			return true;
	return false;
}

/* Samples without times get the time at which their profile began. */
static void observe_window(struct profile *p)
{
	if (has_times(p))
		return;
	p->nobservation = 0;
	if (!p->head.time)
		return;
	for (uint32_t i = 1; i < p->sample.n; i++)
		for (uint32_t col = 0; col < p->ncol; col++)
			if (p->col[col].v[i])
				profile_observe(p, (uint64_t)p->head.time, (sample_id){ i }, col,
						p->col[col].v[i]);
}

/* Read the profiles one by one: summing a store would not look at each. */
static bool load_one_by_one(struct profile *p, char *const *paths)
{
	struct source s;
	struct profile next;

	profile_init(&next, p->dict);
	next.keep_times = true;
	open_source(&s, paths, false);
	while (source_next(&s, &next)) {
		observe_window(&next);
		profile_append(p, &next);
	}
	progress_end();
	profile_release(&next);
	return source_close(&s);
}

bool load_with_times(struct profile *p, char *const *paths)
{
	for (char *const *path = paths; *path; path++)
		if (store_is(*path))
			return load_one_by_one(p, paths);
	common.each = observe_window;
	return load_all(p, paths);
}

/* Source files */

static struct {
	struct source_dirs dirs;
	size_t nfound, nmissing;
} source;

static bool find_source(void *context, struct str path, struct buf *text)
{
	struct source_text t;
	bool found = source_text_open(&t, &source.dirs, path);

	(void)context;
	if (found)
		buf_add(text, buf_str(&t.bytes));
	source_text_release(&t);
	source.nfound += found;
	source.nmissing += !found;
	return found;
}

struct view_source page_source(const char **folders, size_t n)
{
	source.dirs = (struct source_dirs){ .v = folders, .n = n };
	return (struct view_source){ find_source, NULL };
}

void page_source_revision(const char *revision)
{
	struct buf why = { 0 };

	if (!source_dirs_at(&source.dirs, revision, &why))
		usage("--revision: %.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
}

void page_note_missing(void)
{
	if (!source.dirs.n)
		return;
	if (!source.nfound && !source.nmissing)
		note("--source: the profile has no source files");
	else if (source.nmissing)
		note("--source: %zu of %zu source files %s not found", source.nmissing,
		     source.nmissing + source.nfound, source.nmissing == 1 ? "is" : "are");
	source_dirs_release(&source.dirs);
}
