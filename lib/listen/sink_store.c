/*
 * A sink that writes to a store, or to a store for each tenant. Records are kept in memory
 * until the commit, which writes those of each log at once and waits for the disk.
 *
 * Each tenant has a dictionary of its own, because its rows are written to the tenant's log:
 * it must hold nothing of other tenants, and nothing of refused requests. After a refused
 * request the dictionary is begun anew.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "base/when.h"
#include "listen/sink.h"
#include "store/log.h"

enum { MOST_OPEN = 16 }; /* most tenants whose logs stay open */

/* A series that was begun in this hour. */
struct known_series {
	uint64_t hash;
};

_Static_assert(sizeof(struct known_series) == 8, "no padding");

struct tenant {
	char name[160]; /* empty: the only tenant */
	char dir[PATH_MAX];
	struct log_writer log;
	struct dictionary dict;
	struct profile p;
	size_t held;   /* bytes in log.held before the current request */
	size_t nadded; /* profiles of the current request */
	int64_t used;
	int64_t hour; /* the hour that the table's series belong to */
	struct table series;
};

struct store_sink {
	struct sink sink;
	VEC(struct tenant *) tenant;
	struct tenant *current;
};

static void dictionary_begin(struct tenant *t)
{
	dict_init(&t->dict);
	profile_init(&t->p, &t->dict);
}

static void dictionary_end(struct tenant *t)
{
	log_forget(&t->log);
	profile_release(&t->p);
	dict_release(&t->dict);
}

static void tenant_free(struct tenant *t)
{
	dictionary_end(t);
	log_writer_end(&t->log);
	buf_release(&t->log.error);
	table_release(&t->series);
	mem_free(t, sizeof(*t));
}

/* The number of directories below the root. */
static uint32_t count_tenants(const char *root)
{
	DIR *dir = opendir(root);
	uint32_t n = 0;

	for (struct dirent *e; dir && (e = readdir(dir));)
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static struct tenant *tenant_open(struct store_sink *s, struct upload_reader *r, struct str name)
{
	const struct sink_options *o = &s->sink.options;
	struct tenant *t = mem_zeroed(1, sizeof(*t));
	struct buf why = { 0 };
	bool is_new;

	snprintf(t->name, sizeof(t->name), "%.*s", STR_ARG(name));
	snprintf(t->dir, sizeof(t->dir), "%s%s%s", o->store, name.n ? "/" : "", t->name);
	is_new = name.n && !store_is(t->dir);
	if (is_new && count_tenants(o->store) >= o->most_tenants)
		upload_refuse(r, 403, "there are %u tenants already, which is the limit",
			      o->most_tenants);
	else if (!store_make(t->dir, &why))
		upload_refuse(r, 503, "%.*s", STR_ARG(buf_str(&why)));
	else if (is_new)
		store_sync_directory(o->store);
	buf_release(&why);
	if (r->status != 200) {
		mem_free(t, sizeof(*t));
		return NULL;
	}
	log_writer_begin(&t->log, t->dir);
	t->log.holds = true;
	table_init(&t->series, sizeof(struct known_series), sizeof(struct known_series));
	dictionary_begin(t);
	vec_push(&s->tenant, t);
	return t;
}

static struct sink *store_open(const struct sink_options *o)
{
	struct store_sink *s = mem_zeroed(1, sizeof(*s));

	(void)o;
	return &s->sink;
}

static void store_close(struct sink *sink)
{
	struct store_sink *s = (struct store_sink *)sink;

	for (size_t i = 0; i < s->tenant.n; i++)
		tenant_free(s->tenant.v[i]);
	vec_release(&s->tenant);
	mem_free(s, sizeof(*s));
}

static struct profile *store_begin(struct sink *sink, struct upload_reader *r, struct str name)
{
	struct store_sink *s = (struct store_sink *)sink;

	s->current = NULL;
	for (size_t i = 0; i < s->tenant.n; i++)
		if (str_eq(str_of(s->tenant.v[i]->name), name))
			s->current = s->tenant.v[i];
	if (!s->current)
		s->current = tenant_open(s, r, name);
	if (!s->current)
		return NULL;
	s->current->held = s->current->log.held.n;
	s->current->nadded = 0;
	s->current->used = r->now;
	return &s->current->p;
}

/* Is the series that log_add() has just found new, and one too many? */
static bool has_too_many_series(struct store_sink *s, struct tenant *t, struct upload_reader *r)
{
	struct known_series row = { check_bytes(buf_str(&t->log.series)) | 1 };
	int64_t hour = r->now / HOUR_NS;

	if (hour != t->hour)
		table_clear(&t->series);
	t->hour = hour;
	if (table_find(&t->series, &row))
		return false;
	if (t->series.n > s->sink.options.most_series) {
		r->retry_after = (unsigned)(((hour + 1) * HOUR_NS - r->now) / SECOND_NS + 1);
		return !upload_refuse(r, 429, "more than %u series in this hour",
				      s->sink.options.most_series);
	}
	table_intern(&t->series, &row);
	return false;
}

static bool store_add(struct sink *sink, struct upload_reader *r, label_set_id labels)
{
	struct store_sink *s = (struct store_sink *)sink;
	struct tenant *t = s->current;

	if (!log_add(&t->log, &t->p, labels))
		return upload_refuse(r, 503, "%s", t->log.error.p);
	t->nadded++;
	return !has_too_many_series(s, t, r);
}

/* The state of a log is unknown after an error: begin another. */
static void log_again(struct tenant *t)
{
	dictionary_end(t);
	log_writer_end(&t->log);
	buf_release(&t->log.error);
	log_writer_begin(&t->log, t->dir);
	t->log.holds = true;
	dictionary_begin(t);
}

static void store_end(struct sink *sink, bool keep)
{
	struct tenant *t = ((struct store_sink *)sink)->current;

	if (!t)
		return;
	if (keep) {
		if (t->nadded > 1)
			log_join(&t->log, t->held);
		return;
	}
	log_drop(&t->log, t->held);
	if (t->log.error.n && !t->log.held.n) {
		log_again(t);
		return;
	}
	dictionary_end(t);
	dictionary_begin(t);
}

/*
 * Bound memory and open files: begin large dictionaries anew, and close the least recent logs.
 */
static void rest_between(struct store_sink *s)
{
	bool is_large = mem_used() > s->sink.options.memory;

	for (size_t i = 0; is_large && i < s->tenant.n; i++) {
		dictionary_end(s->tenant.v[i]);
		dictionary_begin(s->tenant.v[i]);
	}
	while (s->tenant.n > MOST_OPEN) {
		size_t oldest = 0;

		for (size_t i = 1; i < s->tenant.n; i++)
			if (s->tenant.v[i]->used < s->tenant.v[oldest]->used)
				oldest = i;
		tenant_free(s->tenant.v[oldest]);
		s->tenant.v[oldest] = vec_last(&s->tenant);
		vec_pop(&s->tenant);
	}
}

static void store_commit(struct sink *sink, struct sink_failure *why)
{
	struct store_sink *s = (struct store_sink *)sink;

	for (size_t i = 0; i < s->tenant.n; i++) {
		struct tenant *t = s->tenant.v[i];

		if (log_sync(&t->log))
			continue;
		if (!why->message.n)
			buf_add(&why->message, str_of(t->log.error.p));
		buf_put(&why->tenants, t->name, strlen(t->name) + 1);
		log_again(t);
	}
	s->current = NULL;
	rest_between(s);
}

const struct sink_kind sink_store = {
	.open = store_open,
	.close = store_close,
	.begin = store_begin,
	.add = store_add,
	.end = store_end,
	.commit = store_commit,
};
