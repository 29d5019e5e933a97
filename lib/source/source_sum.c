/* Summing all inputs in parallel. */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/source_parts.h"
#include "store/label_sum.h"

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

/* Copy a report's texts, to outlive their input. */
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
 * Sum the profiles of input i into `first`. Only a good input is added to the total, so it is
 * read to its end before.
 */
static void sum_input(struct worker *w, size_t i, struct profile *first, struct profile *next)
{
	struct input input;
	struct buf body = { 0 };
	struct source_report *r = &w->reports[i];
	uint32_t nother = 0, nwithout = 0;
	bool has_first = false;

	profile_clear(first);
	source_open_input(w->s, &input, &body, i, w->is_one_of_many);
	while (input_next(&input, has_first ? next : first)) {
		struct profile *p = has_first ? next : first;

		if (!source_is_of_time(w->s, p, &nother, &nwithout) ||
		    !source_select(w->s, p, &input.in)) {
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
		profile_clear(first); /* the input ended before a profile */
	*r = source_close_input(w->s, &input, i);
	r->nother_time = nother;
	r->nwithout_time = nwithout;
	keep_texts(r);
	if (!r->error)
		profile_move(&w->total, first);
	input_release(&input);
	buf_release(&body);
}

/* Add all readable profiles of a store, even if some are unreadable. */
static void sum_store(struct worker *w, size_t i, struct profile *sum)
{
	struct source_report *r = &w->reports[i];
	struct store_view v;
	struct in in = { .name = w->s->path[i] }; /* holds an error */

	profile_clear(sum);
	source_open_store(w->s, &v, i, sum->dict);
	if (!w->s->options.no_stacks || !store_sum_labels(&v, w->s->options.selector, sum))
		store_sum(&v, w->s->options.selector, sum);
	if (!sum->nprofile || source_select(w->s, sum, &in))
		profile_move(&w->total, sum);
	else if (in.failed)
		buf_printf(&v.errors, "%s\n", in.error.p);
	*r = (struct source_report){ .path = w->s->path[i], .is_store = true };
	r->notes = buf_str(&v.errors);
	keep_texts(r);
	view_close(&v);
	in_release(&in);
}

static void sum_server(struct worker *w, size_t i, struct profile *next)
{
	struct source_report *r = &w->reports[i];
	struct server server;

	source_open_server(w->s, &server, i);
	profile_clear(next);
	while (server_next(&server, next))
		profile_move(&w->total, next);
	*r = source_server_report(w->s, &server, i);
	keep_texts(r);
	server_close(&server);
}

static void sum_one(struct worker *w, size_t i, struct profile *first, struct profile *next)
{
	switch (source_kind_of(w->s->path[i])) {
	case A_STORE: sum_store(w, i, first); break;
	case A_SERVER: sum_server(w, i, first); break;
	default: sum_input(w, i, first, next);
	}
}

static void *sum_range(void *worker)
{
	struct worker *w = worker;
	struct profile first, next;

	profile_init(&first, w->total.dict);
	profile_init(&next, w->total.dict);
	first.keep_times = next.keep_times = w->total.keep_times;
	for (size_t i = w->from; i < w->to; i++)
		sum_one(w, i, &first, &next);
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

	if (s->options.select)
		n = 1; /* a selector is not thread-safe */
	return max_size(1, min_size(n, s->npath));
}

/* The first worker runs in this thread and adds to `total` directly. */
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

/*
 * glibc gives the end of the heap back once there is more free than twice the largest mapped
 * block that was ever freed, and inputs need a few megabytes each: freeing such a block first saves
 * most page faults of many small inputs.
 */
static void keep_freed_memory(void)
{
	enum { BLOCK = 2 << 20 };

	mem_free(mem_resize(NULL, 0, BLOCK), BLOCK);
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
	keep_freed_memory();
	run_workers(w, n, total);
	for (size_t i = 0; i < s->npath; i++) {
		if (reports[i].is_store)
			source_report_store(s, i, reports[i].nprofile, reports[i].notes);
		else
			source_report_input(s, &reports[i]);
		release_report(&reports[i]);
	}
	mem_free(w, n * sizeof(*w));
	mem_free(reports, s->npath * sizeof(*reports));
}
