#include "visits.h"

#include "base/vec.h"
#include "cli/progress.h"
#include "common.h"

void chosen_times(int64_t *since, int64_t *until)
{
	*since = common.has_range ? common.since : INT64_MIN;
	*until = common.has_range ? common.until : INT64_MAX;
}

static bool visit_store(const struct visits *v, const char *path, int64_t since, int64_t until)
{
	struct dictionary d;
	struct store_view view;
	bool ok;

	dict_init(&d);
	view_open(&view, path, &d, since, until);
	v->store(v->context, &view);
	complain_lines(buf_str(&view.errors));
	ok = !view.nerror;
	view_close(&view);
	dict_release(&d);
	return ok;
}

bool visit_stores(const struct visits *v, char *const *paths, int64_t since, int64_t until)
{
	bool ok = true;

	for (; *paths; paths++)
		if (store_is(*paths))
			ok = visit_store(v, *paths, since, until) && ok;
	return ok;
}

static void visit_each(const struct visits *v, struct source *s)
{
	struct dictionary d;
	struct profile p;

	dict_init(&d);
	profile_init(&p, &d);
	while (source_next(s, &p)) {
		note_rounded(profile_round(&p));
		v->profile(v->context, &p);
	}
	progress_end();
	profile_release(&p);
	dict_release(&d);
}

bool visit_files(const struct visits *v, char *const *paths, int64_t since, int64_t until)
{
	struct common kept = common;
	VEC(char *) file = { 0 };
	bool has_stores = *paths != NULL, ok = true;
	struct source s;

	for (; *paths; paths++)
		if (!store_is(*paths))
			vec_push(&file, *paths);
	if (file.n || !has_stores) {
		vec_push(&file, NULL);
		common.has_range = since > INT64_MIN || until < INT64_MAX;
		common.since = since;
		common.until = until;
		open_source(&s, file.v, false);
		visit_each(v, &s);
		ok = source_close(&s);
		common.has_range = kept.has_range;
		common.since = kept.since;
		common.until = kept.until;
	}
	vec_release(&file);
	return ok;
}

bool visit_all(const struct visits *v, char *const *paths, int64_t since, int64_t until)
{
	bool ok = visit_stores(v, paths, since, until);

	return visit_files(v, paths, since, until) && ok;
}
