/*
 * Reading profiles of the Firefox Profiler: processes and their threads.
 *
 * - A thread's tables and strings may be its own or "shared", and may follow the thread,
 *   which waits until everything that it needs has been read.
 * - Gecko nests the profiles of other processes in "processes".
 * - Developer tools wrap a profile in {"profile": ...}.
 * - Left out: markers, counters, categories, and tables of allocations.
 */
#include "format/firefox/firefox.h"

#include "format/format.h"
#include "format/json/json_paths.h"

static void thread_release(struct firefox_thread *t)
{
	firefox_tables_release(&t->tables);
	firefox_samples_release(&t->samples);
}

/* An id is a number, or a number as text ("4711", "4711.1"). */
static int64_t read_id(const struct json_in *j)
{
	struct str s = j->text;
	int64_t v;

	if (json_is_i64(j, &v) && v >= 0)
		return v;
	if (j->kind == JSON_STRING && str_i64(str_cut(&s, '.'), &v) && v >= 0)
		return v;
	return -1;
}

static void read_thread_member(struct firefox_reader *r, struct firefox_thread *t, struct str key)
{
	struct dictionary *d = r->p->dict;

	if (str_eq(key, S("samples"))) {
		firefox_read_samples(r, &t->samples);
	} else if (str_eq(key, S("name")) && r->j->kind == JSON_STRING) {
		t->name = dict_intern(d, r->j->text);
	} else if (str_eq(key, S("processName")) && r->j->kind == JSON_STRING) {
		t->process = dict_intern(d, r->j->text);
	} else if (str_eq(key, S("pid"))) {
		t->pid = read_id(r->j);
	} else if (str_eq(key, S("tid"))) {
		t->tid = read_id(r->j);
	} else if (str_eq(key, S("nativeAllocations")) || str_eq(key, S("jsAllocations"))) {
		r->nallocation += r->j->kind == JSON_OBJECT;
	} else {
		firefox_read_table(r, &t->tables, key);
	}
}

static void read_thread(struct firefox_reader *r)
{
	struct firefox_thread t = { .pid = -1, .tid = -1 };
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_thread_member(r, &t, key);
	if (!r->has_meta || !t.tables.col[STACK_FRAME].n || !t.tables.strings.n) {
		vec_push(&r->threads, t);
		return;
	}
	if (!r->in->failed)
		firefox_add_thread(r, &t);
	thread_release(&t);
}

static void read_shared(struct firefox_reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		firefox_read_table(r, &r->shared, key);
}

static void read_units(struct firefox_reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		if (str_eq(key, S("threadCPUDelta")) && r->j->kind == JSON_STRING)
			r->cpu_unit = dict_intern(r->p->dict, r->j->text);
}

static void note_version(struct firefox_reader *r)
{
	int64_t v;

	if (json_is_i64(r->j, &v) && v > FIREFOX_VERSION)
		in_note(r->in, 0, "version %lld is newer than those known here, up to %d",
			(long long)v, FIREFOX_VERSION);
}

static void read_meta(struct firefox_reader *r)
{
	struct str key;

	r->has_meta = true;
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("startTime")) && r->j->kind == JSON_NUMBER)
			r->p->head.time = json_scaled(r->j, 1000000);
		else if (str_eq(key, S("sampleUnits")) && r->j->kind == JSON_OBJECT)
			read_units(r);
		else if (str_eq(key, S("preprocessedProfileVersion")))
			note_version(r);
	}
}

static void read_process(struct firefox_reader *r);

static void read_processes(struct firefox_reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		struct firefox_reader inner = { .j = r->j, .in = r->in, .p = r->p };
		int64_t time = r->p->head.time;

		if (r->j->kind != JSON_OBJECT)
			continue;
		read_process(&inner);
		r->nallocation += inner.nallocation;
		if (time)
			r->p->head.time = time;
	}
}

static void read_process_member(struct firefox_reader *r, struct str key)
{
	struct json_in *j = r->j;

	if (str_eq(key, S("meta")) && j->kind == JSON_OBJECT) {
		read_meta(r);
	} else if (str_eq(key, S("shared")) && j->kind == JSON_OBJECT) {
		read_shared(r);
	} else if (str_eq(key, S("threads"))) {
		r->has_threads = true;
		json_enter(j, JSON_ARRAY);
		while (json_element(j))
			if (j->kind == JSON_OBJECT)
				read_thread(r);
	} else if (str_eq(key, S("processes"))) {
		read_processes(r);
	} else if (str_eq(key, S("profile")) && j->kind == JSON_OBJECT) {
		read_process(r);
	}
}

static void add_threads(struct firefox_reader *r)
{
	for (size_t i = 0; i < r->threads.n; i++) {
		if (!r->in->failed)
			firefox_add_thread(r, &r->threads.v[i]);
		thread_release(&r->threads.v[i]);
	}
	vec_release(&r->threads);
	firefox_tables_release(&r->shared);
	r->shared = (struct firefox_tables){ 0 };
}

/* The profile of a process, an object. */
static void read_process(struct firefox_reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_process_member(r, key);
	add_threads(r);
}

/* Threads do not all measure the same: some time, some bytes. */
static void note_weights(struct firefox_reader *r)
{
	struct header *h = &r->p->head;

	if (!h->default_type.i)
		h->default_type = r->p->col[r->weight - 1].type;
	in_note(r->in, 0,
		"threads have weights of different types, of which '%.*s' is shown unless --type "
		"asks for another",
		STR_ARG(dict_text(r->p->dict, h->default_type)));
}

static bool firefox_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct firefox_reader r = { .j = &j, .in = in, .p = p };

	json_in_open(&j, in);
	if (json_first(&j))
		read_process(&r);
	if (json_finished(&j) && !r.has_threads)
		json_fail(&j, "no profile of the Firefox Profiler: it has no 'threads'");
	if (!in->failed && !p->ncol)
		firefox_samples_column(&r); /* a profile may have no samples */
	if (r.has_other_weights)
		note_weights(&r);
	if (r.nallocation)
		in_note(in, 0, "tables of allocations are left out: %llu",
			(unsigned long long)r.nallocation);
	json_in_close(&j);
	return !in->failed;
}

static int firefox_sniff(struct sniff *s)
{
	static const struct str own[] = {
		S("meta.preprocessedProfileVersion"),
		S("threads.*.samples"),
		S("threads.*.stackTable"),
		S("threads.*.frameTable"),
		S("threads.*.stringTable"),
		S("threads.*.stringArray"),
		S("threads.*.funcTable"),
		S("threads.*.markers"),
		S("threads.*.registerTime"),
		S("shared.stackTable"),
		S("shared.stringArray"),
		S("shared.funcTable"),
		S("shared.frameTable"),
		S("shared.sources"),
		S("profile.threads"),
		S("profile.meta"),
		S("libs.*.breakpadId"),
	};

	for (size_t i = 0; i < LEN(own); i++)
		if (json_has(s, own[i]))
			return JSON_BITS;
	if (json_has(s, S("meta.interval")) && json_has(s, S("meta.startTime")))
		return JSON_BITS;
	/* Old developer tools write much before the profile. */
	if (json_has(s, S("markers")) && json_has(s, S("memory")) && json_has(s, S("ticks")))
		return JSON_BITS;
	return json_has(s, S("threads")) && json_has(s, S("libs")) ? JSON_ANY_BITS : 0;
}

const struct format format_firefox = {
	.name = "firefox",
	.help = "JSON of the Firefox Profiler: Firefox, samply",
	.sniff = firefox_sniff,
	.read = firefox_read,
	.write = firefox_write,
};
