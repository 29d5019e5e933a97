#include "cmd/query/visits.h"

#include "base/vec.h"
#include "base/when.h"
#include "cli/progress.h"
#include "cmd/common.h"

void chosen_times(int64_t *since, int64_t *until)
{
	*since = common.has_range ? common.since : INT64_MIN;
	*until = common.has_range ? common.until : INT64_MAX;
}

void set_series_range(struct time_series_options *o)
{
	int64_t now = when_now();

	if (!common.has_range)
		return;
	chosen_times(&o->since, &o->until);
	if (o->since < now && o->until > now)
		o->until = now;
}

/*
 * Old blocks keep one profile for a span of time, at the time of its first: with a smaller step,
 * all of that is in one step and the others are empty; and the largest profile is the largest sum.
 * Said once, of the coarsest.
 */
static void note_resolution(const struct store_view *view, int64_t step, bool singly)
{
	static bool is_noted;
	const struct store_name *coarsest = NULL;
	struct buf text = { 0 };
	int64_t until = 0;

	for (size_t i = 0; i < view->file.n; i++) {
		const struct store_name *n = &view->file.v[i]->name;

		if (n->step <= (singly ? 0 : step))
			continue;
		until = n->to > until ? n->to : until;
		if (!coarsest || n->step > coarsest->step)
			coarsest = n;
	}
	if (!coarsest || is_noted)
		return;
	is_noted = true;
	when_print(&text, until);
	note("%s: until %.*s the store keeps one profile for up to %lld s of each series: %s",
	     view->dir, STR_ARG(buf_str(&text)), (long long)(coarsest->step / SECOND_NS),
	     singly ? "their sum counts as a profile" :
		      "shorter steps show no more, and leave gaps");
	buf_release(&text);
}

static bool visit_store(const struct visits *v, const char *path, int64_t since, int64_t until)
{
	struct dictionary d;
	struct store_view view;
	bool ok;

	dict_init(&d);
	view_open(&view, path, &d, since, until);
	if (v->step || v->singly)
		note_resolution(&view, v->step, v->singly);
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

static bool visit_server(const struct visits *v, char *path)
{
	char *paths[] = { path, NULL };
	struct server server;
	struct source s;

	open_source(&s, paths, false);
	if (source_open_server(&s, &server, 0))
		v->server(v->context, &server);
	source_report_server(&s, &server, 0);
	server_close(&server);
	progress_end();
	return source_close(&s);
}

/* Does visit_files() read this input profile by profile? */
static bool is_read_as_file(const struct visits *v, const char *path)
{
	return !store_is(path) && !(v->server && server_is(path));
}

static void visit_each(const struct visits *v, struct source *s)
{
	struct dictionary d;
	struct profile p;

	dict_init(&d);
	profile_init(&p, &d);
	p.keep_times = v->keep_times;
	while (source_next(s, &p)) {
		note_rounded(&p, profile_round(&p));
		v->profile(v->context, &p);
	}
	progress_end();
	profile_release(&p);
	dict_release(&d);
}

/* Use the range of a visit instead of that of the options. */
static struct common use_times(int64_t since, int64_t until)
{
	struct common kept = common;

	common.has_range = since > INT64_MIN || until < INT64_MAX;
	common.since = since;
	common.until = until;
	return kept;
}

static void restore_times(const struct common *kept)
{
	common.has_range = kept->has_range;
	common.since = kept->since;
	common.until = kept->until;
}

bool visit_files(const struct visits *v, char *const *paths, int64_t since, int64_t until)
{
	struct common kept = use_times(since, until);
	VEC(char *) file = { 0 };
	bool has_others = *paths != NULL, ok = true;
	struct source s;

	for (; *paths; paths++)
		if (is_read_as_file(v, *paths))
			vec_push(&file, *paths);
	if (file.n || !has_others) {
		vec_push(&file, NULL);
		open_source(&s, file.v, false);
		visit_each(v, &s);
		ok = source_close(&s);
	}
	restore_times(&kept);
	vec_release(&file);
	return ok;
}

static bool visit_servers(const struct visits *v, char *const *paths, int64_t since, int64_t until)
{
	struct common kept = use_times(since, until);
	bool ok = true;

	for (; v->server && *paths; paths++)
		if (server_is(*paths))
			ok = visit_server(v, *paths) && ok;
	restore_times(&kept);
	return ok;
}

bool visit_all(const struct visits *v, char *const *paths, int64_t since, int64_t until)
{
	bool ok = visit_stores(v, paths, since, until);

	ok = visit_servers(v, paths, since, until) && ok;
	return visit_files(v, paths, since, until) && ok;
}

bool visit_steps_of_servers(char *const *paths, struct time_series_options *o,
			    const struct str *label, size_t n)
{
	if (!has_server(paths))
		return false;
	for (; *paths; paths++)
		if (!server_is(*paths))
			usage("%s is not a server, as the other inputs are", *paths);
	common.one_type = true;
	common.select = true;
	common.label = label;
	common.nlabel = n;
	common.server_step = o->step;
	common.server_origin = o->origin;
	o->selector = NULL;
	o->type = S("");
	return true;
}
