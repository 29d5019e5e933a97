#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "source/endpoint.h"
#include "source/scrape.h"
#include "source/source_parts.h"

static const int64_t hour_ns = INT64_C(3600000000000);

enum source_kind source_kind_of(const char *path)
{
	return server_is(path)   ? A_SERVER :
	       endpoint_is(path) ? A_URL :
	       store_is(path)    ? A_STORE :
				   A_FILE;
}

void source_report_input(struct source *s, const struct source_report *r)
{
	s->failed |= r->error != NULL;
	if (s->options.report)
		s->options.report(s->options.context, r);
}

/* The paths of all inputs */

static void add_path(struct source *s, struct str path)
{
	s->path = mem_grow(s->path, &s->path_cap, s->npath + 2, sizeof(*s->path));
	s->path[s->npath] = mem_zeroed(path.n + 1, 1);
	memcpy(s->path[s->npath++], path.p, path.n);
	s->path[s->npath] = NULL;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void report_directory(struct source *s, const char *path, const char *what)
{
	struct buf message = { 0 };

	buf_printf(&message, "%s: %s", path, what);
	buf_ch(&message, '\0');
	source_report_input(s, &(struct source_report){ .path = path, .error = message.p });
	buf_release(&message);
}

/*
 * perf record --threads and --kcore make a directory, in which "data" has the header: that is
 * one input.
 */
static bool add_recording(struct source *s, const char *path)
{
	struct buf name = { 0 };
	char magic[8] = { 0 };
	FILE *f;
	bool is_recording;

	buf_printf(&name, "%s%sdata", path, str_ends(str_of(path), S("/")) ? "" : "/");
	buf_ch(&name, '\0');
	f = fopen(name.p, "re");
	is_recording = f && fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
		       str_eq(str(magic, sizeof(magic)), S("PERFILE2"));
	if (f)
		fclose(f);
	if (is_recording)
		add_path(s, str(name.p, name.n - 1));
	buf_release(&name);
	return is_recording;
}

static void add_directory(struct source *s, const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, is_visible, by_bytes);
	size_t before = s->npath;

	if (n < 0) {
		report_directory(s, path, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		struct buf name = { 0 };
		struct stat st;

		buf_printf(&name, "%s/%s", path, entry[i]->d_name);
		buf_ch(&name, '\0');
		if (stat(name.p, &st) == 0 && S_ISREG(st.st_mode))
			add_path(s, str(name.p, name.n - 1));
		buf_release(&name);
		free(entry[i]);
	}
	free(entry);
	if (s->npath == before)
		report_directory(s, path, "has no files in it");
}

/* Every input must be the URL of a profile; otherwise nothing is read. */
static void open_scraper(struct source *s)
{
	const struct source_options *o = &s->options;
	struct scrape_options options = { .every = o->every,
					  .count = o->count,
					  .from = o->from,
					  .http = o->to_endpoint,
					  .note = o->note,
					  .context = o->context };
	struct buf why = { 0 };

	s->scraper = scraper_open(s->path, &options, &why);
	if (!s->scraper) {
		buf_ch(&why, '\0');
		source_report_input(s, &(struct source_report){ .path = "", .error = why.p });
	}
	buf_release(&why);
}

static bool is_directory_of_files(const char *path)
{
	struct stat st;

	return source_kind_of(path) == A_FILE && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void source_open(struct source *s, char *const *paths, const struct source_options *options)
{
	*s = (struct source){ .options = *options };
	for (; *paths; paths++) {
		bool is_directory = is_directory_of_files(*paths);

		if (is_directory && add_recording(s, *paths))
			continue;
		if (is_directory && options->directories)
			add_directory(s, *paths);
		else
			add_path(s, str_of(*paths));
	}
	if (options->every)
		open_scraper(s);
}

/* Reading inputs one by one */

void source_open_input(const struct source *s, struct input *input, struct buf *body, size_t i,
		       bool no_thread)
{
	const struct source_options *o = &s->options;

	if (source_kind_of(s->path[i]) == A_URL)
		endpoint_open(input, s->path[i], o->from, o->to_endpoint, body);
	else
		input_open(input, s->path[i], o->from,
			   &(struct in_options){ .progress = o->progress, .no_thread = no_thread });
	input->in.lenient = o->lenient;
}

struct source_report source_close_input(const struct source *s, struct input *input, size_t i)
{
	struct source_report r = { .path = s->path[i] };

	if (!input_close(input))
		r.error = input->in.error.p;
	r.reason = input->in.reason;
	r.format = input->format;
	r.nprofile = input->nprofile;
	r.skipped = input->in.skipped;
	r.notes = buf_str(&input->in.notes);
	return r;
}

bool source_is_of_time(const struct source *s, const struct profile *p, uint32_t *nother,
		       uint32_t *nwithout)
{
	const struct source_options *o = &s->options;

	if (!o->has_range || (p->head.time && p->head.time >= o->since && p->head.time < o->until))
		return true;
	++*(p->head.time ? nother : nwithout);
	return false;
}

bool source_select(const struct source *s, struct profile *p, struct in *in)
{
	struct selector *selector = s->options.select ? s->options.selector : NULL;
	struct buf why = { 0 };
	bool ok = !selector || selector_apply(selector, p, &why);

	why.n = 0;
	if (!ok && !selector_check(selector, &why))
		in_fail(in, "the selector %.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

/* Stores */

bool source_open_store(const struct source *s, struct store_view *v, size_t i, struct dictionary *d)
{
	const struct source_options *o = &s->options;

	return view_open(v, s->path[i], d, o->has_range ? o->since : INT64_MIN,
			 o->has_range ? o->until : INT64_MAX);
}

void source_report_store(struct source *s, size_t i, uint32_t nprofile, struct str errors)
{
	struct source_report r = { .path = s->path[i], .is_store = true, .nprofile = nprofile };
	struct buf message = { 0 };

	while (errors.n) {
		message.n = 0;
		buf_add(&message, str_cut(&errors, '\n'));
		buf_ch(&message, '\0');
		r.error = message.p;
		source_report_input(s, &r);
	}
	if (!r.error)
		source_report_input(s, &r);
	buf_release(&message);
}

static bool next_of_store(struct source *s, struct profile *p)
{
	if (!s->is_open) {
		source_open_store(s, &s->view, s->at, p->dict);
		store_reader_begin(&s->reader, &s->view, s->options.selector);
	}
	s->is_open = true;
	while (store_next(&s->reader, p)) {
		struct in in = { .name = s->path[s->at] }; /* holds an error */

		if (source_select(s, p, &in))
			return true;
		if (in.failed)
			buf_printf(&s->view.errors, "%s\n", in.error.p);
		in_release(&in);
	}
	store_reader_end(&s->reader);
	source_report_store(s, s->at, 0, buf_str(&s->view.errors));
	view_close(&s->view);
	s->is_open = false;
	return false;
}

/* Servers */

/* A server needs a range with an end. */
static void set_range(const struct source *s, struct server_ask *ask)
{
	const struct source_options *o = &s->options;
	int64_t now = when_now();

	ask->until = o->has_range && o->until != INT64_MAX ? o->until : now;
	ask->since = o->has_range && o->since != INT64_MIN ? o->since : ask->until - hour_ns;
}

bool source_open_server(const struct source *s, struct server *server, size_t i)
{
	const struct source_options *o = &s->options;
	struct server_ask ask = {
		.selector = o->selector,
		.type = o->type,
		.one_type = o->one_type,
		.no_stacks = o->no_stacks,
		.label = o->label,
		.nlabel = o->nlabel,
		.all_labels = o->all_labels,
		.step = o->server_step,
		.origin = o->server_origin,
		.http = o->to_server,
	};

	set_range(s, &ask);
	server_open(server, s->path[i], &ask);
	if (!o->has_range || o->since == INT64_MIN)
		buf_printf(&server->notes, "%s: since when is not said: the last hour is read\n",
			   s->path[i]);
	return !server->failed;
}

struct source_report source_server_report(const struct source *s, const struct server *server,
					  size_t i)
{
	return (struct source_report){
		.path = s->path[i],
		.error = server->failed ? server_error(server) : NULL,
		.notes = buf_str(&server->notes),
	};
}

void source_report_server(struct source *s, const struct server *server, size_t i)
{
	struct source_report r = source_server_report(s, server, i);

	source_report_input(s, &r);
}

static bool next_of_server(struct source *s, struct profile *p)
{
	if (!s->is_open)
		source_open_server(s, &s->server, s->at);
	s->is_open = true;
	if (server_next(&s->server, p))
		return true;
	source_report_server(s, &s->server, s->at);
	server_close(&s->server);
	s->is_open = false;
	return false;
}

/* Files and other URLs */

static bool next_of_file(struct source *s, struct profile *p)
{
	struct source_report r;

	if (!s->is_open) {
		source_open_input(s, &s->input, &s->body, s->at, false);
		s->nother_time = s->nwithout_time = 0;
	}
	s->is_open = true;
	while (input_next(&s->input, p))
		if (source_is_of_time(s, p, &s->nother_time, &s->nwithout_time) &&
		    source_select(s, p, &s->input.in))
			return true;
	r = source_close_input(s, &s->input, s->at);
	r.nother_time = s->nother_time;
	r.nwithout_time = s->nwithout_time;
	source_report_input(s, &r);
	input_release(&s->input);
	buf_release(&s->body);
	s->is_open = false;
	return false;
}

static bool next_of_input(struct source *s, struct profile *p)
{
	switch (source_kind_of(s->path[s->at])) {
	case A_STORE: return next_of_store(s, p);
	case A_SERVER: return next_of_server(s, p);
	default: return next_of_file(s, p);
	}
}

bool source_next(struct source *s, struct profile *p)
{
	if (s->options.every)
		return s->scraper && scraper_next(s->scraper, p);
	for (; s->at < s->npath; s->at++)
		if (next_of_input(s, p))
			return true;
	return false;
}

const char *source_path(const struct source *s)
{
	return s->scraper ? scraper_url(s->scraper) : s->path[s->at];
}

static void close_current(struct source *s)
{
	switch (source_kind_of(s->path[s->at])) {
	case A_STORE:
		store_reader_end(&s->reader);
		view_close(&s->view);
		break;
	case A_SERVER: server_close(&s->server); break;
	default:
		input_close(&s->input);
		input_release(&s->input);
		buf_release(&s->body);
	}
}

bool source_close(struct source *s)
{
	if (s->is_open)
		close_current(s);
	if (s->scraper)
		scraper_close(s->scraper);
	for (size_t i = 0; i < s->npath; i++)
		mem_free(s->path[i], strlen(s->path[i]) + 1);
	mem_free(s->path, s->path_cap * sizeof(*s->path));
	return !s->failed;
}
