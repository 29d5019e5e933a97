#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void report_input(struct source *s, const struct source_report *r)
{
	s->failed |= r->error != NULL;
	if (s->options.report)
		s->options.report(s->options.context, r);
}

/* The paths of all inputs */

static void add_path(struct source *s, struct str path)
{
	s->path = mem_grow(s->path, &s->path_cap, s->npath + 1, sizeof(*s->path));
	s->path[s->npath] = mem_zeroed(path.n + 1, 1);
	memcpy(s->path[s->npath++], path.p, path.n);
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
	report_input(s, &(struct source_report){ .path = path, .error = message.p });
	buf_release(&message);
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

void source_open(struct source *s, char *const *paths, const struct source_options *options)
{
	struct stat st;

	*s = (struct source){ .options = *options };
	for (; *paths; paths++) {
		if (options->directories && !store_is(*paths) && stat(*paths, &st) == 0 &&
		    S_ISDIR(st.st_mode))
			add_directory(s, *paths);
		else
			add_path(s, str_of(*paths));
	}
}

/* Reading inputs one by one */

/* no_thread: when each CPU has a worker, inputs need no threads of their own. */
static void open_input(const struct source *s, struct input *input, size_t i, bool no_thread)
{
	input_open(input, s->path[i], s->options.from,
		   &(struct in_options){ .progress = s->options.progress, .no_thread = no_thread });
	input->in.lenient = s->options.lenient;
}

/* Close input i and return its report, whose error is valid until input_release(). */
static struct source_report close_input(const struct source *s, struct input *input, size_t i)
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

/* Is the profile of the time that is wanted? Else it is counted. */
static bool is_of_time(const struct source *s, const struct profile *p, uint32_t *nother,
		       uint32_t *nwithout)
{
	const struct source_options *o = &s->options;

	if (!o->has_range || (p->head.time && p->head.time >= o->since && p->head.time < o->until))
		return true;
	++*(p->head.time ? nother : nwithout);
	return false;
}

/* Stores */

static bool open_store(const struct source *s, struct store_view *v, size_t i, struct dictionary *d)
{
	const struct source_options *o = &s->options;

	return view_open(v, s->path[i], d, o->has_range ? o->since : INT64_MIN,
			 o->has_range ? o->until : INT64_MAX);
}

/* A message for each file that could not be read; the profiles of the others were. */
static void report_store(struct source *s, size_t i, uint32_t nprofile, struct str errors)
{
	struct source_report r = { .path = s->path[i], .is_store = true, .nprofile = nprofile };
	struct buf message = { 0 };

	while (errors.n) {
		message.n = 0;
		buf_add(&message, str_cut(&errors, '\n'));
		buf_ch(&message, '\0');
		r.error = message.p;
		report_input(s, &r);
	}
	if (!r.error)
		report_input(s, &r);
	buf_release(&message);
}

static bool next_of_store(struct source *s, struct profile *p)
{
	if (!s->is_open) {
		open_store(s, &s->view, s->at, p->dict);
		store_reader_begin(&s->reader, &s->view, s->options.selector);
	}
	s->is_open = true;
	if (store_next(&s->reader, p))
		return true;
	store_reader_end(&s->reader);
	report_store(s, s->at, 0, buf_str(&s->view.errors));
	view_close(&s->view);
	s->is_open = false;
	return false;
}

static bool next_of_file(struct source *s, struct profile *p)
{
	struct source_report r;

	if (!s->is_open) {
		open_input(s, &s->input, s->at, false);
		s->nother_time = s->nwithout_time = 0;
	}
	s->is_open = true;
	while (input_next(&s->input, p))
		if (is_of_time(s, p, &s->nother_time, &s->nwithout_time))
			return true;
	r = close_input(s, &s->input, s->at);
	r.nother_time = s->nother_time;
	r.nwithout_time = s->nwithout_time;
	report_input(s, &r);
	input_release(&s->input);
	s->is_open = false;
	return false;
}

bool source_next(struct source *s, struct profile *p)
{
	for (; s->at < s->npath; s->at++)
		if (store_is(s->path[s->at]) ? next_of_store(s, p) : next_of_file(s, p))
			return true;
	return false;
}

const char *source_path(const struct source *s)
{
	return s->path[s->at];
}

/* Reading all inputs in parallel */

/* A thread, the range of inputs that it reads, and their sum. */
struct worker {
	const struct source *s;
	size_t from, to;
	bool is_one_of_many;
	struct source_report *reports; /* of all inputs; release_report() frees their texts */
	struct dictionary own;
	struct profile total;
	pthread_t thread;
	bool has_thread;
};

static char *copy_of(const char *text)
{
	size_t n = strlen(text) + 1;

	return memcpy(mem_zeroed(n, 1), text, n);
}

/* Keep a report's texts after the input they are of. */
static void keep_texts(struct source_report *r)
{
	char *notes = r->notes.n ? mem_zeroed(r->notes.n, 1) : NULL;

	if (r->error)
		r->error = copy_of(r->error);
	if (notes)
		memcpy(notes, r->notes.p, r->notes.n);
	r->notes.p = notes;
}

static void release_report(struct source_report *r)
{
	if (r->error)
		mem_free((char *)r->error, strlen(r->error) + 1);
	mem_free((char *)r->notes.p, r->notes.n);
}

/*
 * Read input i to its end before it is added to the total, since it may be bad: `first`
 * becomes the sum of its profiles.
 */
static void sum_input(struct worker *w, size_t i, struct profile *first, struct profile *next)
{
	struct input input;
	struct source_report *r = &w->reports[i];

	uint32_t nother = 0, nwithout = 0;
	bool has_first = false;

	profile_clear(first);
	open_input(w->s, &input, i, w->is_one_of_many);
	while (input_next(&input, has_first ? next : first)) {
		struct profile *p = has_first ? next : first;

		if (!is_of_time(w->s, p, &nother, &nwithout)) {
			profile_clear(p);
			continue;
		}
		if (w->s->options.each)
			w->s->options.each(p);
		if (has_first)
			profile_append(first, next);
		has_first = true;
	}
	if (!has_first)
		profile_clear(first); /* the end of the input is not a profile */
	*r = close_input(w->s, &input, i);
	r->nother_time = nother;
	r->nwithout_time = nwithout;
	keep_texts(r);
	if (!r->error)
		profile_move(&w->total, first);
	input_release(&input);
}

/* What can be read of a store is added, even if not all can be. */
static void sum_store(struct worker *w, size_t i)
{
	struct source_report *r = &w->reports[i];
	struct store_view v;

	open_store(w->s, &v, i, w->total.dict);
	store_sum(&v, w->s->options.selector, &w->total);
	*r = (struct source_report){ .path = w->s->path[i], .is_store = true };
	r->notes = buf_str(&v.errors);
	keep_texts(r);
	view_close(&v);
}

static void *sum_range(void *worker)
{
	struct worker *w = worker;
	struct profile first, next;

	profile_init(&first, w->total.dict);
	profile_init(&next, w->total.dict);
	first.keep_times = next.keep_times = w->total.keep_times;
	for (size_t i = w->from; i < w->to; i++)
		if (store_is(w->s->path[i]))
			sum_store(w, i);
		else
			sum_input(w, i, &first, &next);
	profile_release(&next);
	profile_release(&first);
	return NULL;
}

static size_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : 1;
}

/* Give each worker a range of inputs, of about the same number of bytes. */
static void split_inputs(const struct source *s, struct worker *w, size_t n)
{
	size_t all = 0, seen = 0, next = 0;

	for (size_t i = 0; i < s->npath; i++)
		all += size_of(s->path[i]);
	for (size_t i = 0; i < n; i++) {
		w[i].from = next;
		while (next < s->npath && (i + 1 == n || seen < all / n * (i + 1)))
			seen += size_of(s->path[next++]);
		w[i].to = next;
	}
}

static size_t worker_count(const struct source *s)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = s->options.jobs ? s->options.jobs : cpus > 0 ? (size_t)cpus : 1;

	return max_size(1, min_size(n, s->npath));
}

/* The first worker is this thread, and adds to `total` directly. */
static void run_workers(struct worker *w, size_t n, struct profile *total)
{
	for (size_t i = 1; i < n; i++) {
		dict_init(&w[i].own);
		profile_init(&w[i].total, &w[i].own);
		w[i].total.keep_times = total->keep_times;
		w[i].has_thread = pthread_create(&w[i].thread, NULL, sum_range, &w[i]) == 0;
	}
	w[0].total = *total;
	sum_range(&w[0]);
	*total = w[0].total;
	for (size_t i = 1; i < n; i++) {
		if (w[i].has_thread)
			pthread_join(w[i].thread, NULL);
		else
			sum_range(&w[i]);
		profile_append(total, &w[i].total);
		profile_release(&w[i].total);
		dict_release(&w[i].own);
	}
}

void source_sum(struct source *s, struct profile *total)
{
	size_t n = worker_count(s);
	struct source_report *reports = mem_zeroed(s->npath, sizeof(*reports));
	struct worker *w = mem_zeroed(n, sizeof(*w));

	for (size_t i = 0; i < n; i++) {
		w[i].s = s;
		w[i].reports = reports;
		w[i].is_one_of_many = n > 1;
	}
	split_inputs(s, w, n);
	run_workers(w, n, total);
	for (size_t i = 0; i < s->npath; i++) {
		if (reports[i].is_store)
			report_store(s, i, reports[i].nprofile, reports[i].notes);
		else
			report_input(s, &reports[i]);
		release_report(&reports[i]);
	}
	mem_free(w, n * sizeof(*w));
	mem_free(reports, s->npath * sizeof(*reports));
}

bool source_close(struct source *s)
{
	if (s->is_open && store_is(s->path[s->at])) {
		store_reader_end(&s->reader);
		view_close(&s->view);
	} else if (s->is_open) {
		input_close(&s->input);
		input_release(&s->input);
	}
	for (size_t i = 0; i < s->npath; i++)
		mem_free(s->path[i], strlen(s->path[i]) + 1);
	mem_free(s->path, s->path_cap * sizeof(*s->path));
	return !s->failed;
}
