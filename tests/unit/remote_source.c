/* What is a server and what an endpoint; types in order; counts since the last time. */
#include <stdlib.h>

#include "model.h"
#include "profile/type_order.h"
#include "source/endpoint.h"
#include "source/server.h"
#include "source/since_last.h"
#include "tap.h"

/* What an argument is taken for. */
static const char *kind(const char *path)
{
	return server_is(path) ? "server" : endpoint_is(path) ? "endpoint" : "file";
}

static void test_urls(void)
{
	static const struct {
		const char *path, *kind;
	} cases[] = {
		{ "http://pyroscope:4040", "server" },
		{ "https://pyroscope.example/", "server" },
		{ "HTTP://[::1]:4040", "server" },
		{ "https://gateway.example/pyroscope/", "server" },
		{ "http://localhost:6060/debug/pprof/heap", "endpoint" },
		{ "http://localhost:6060/debug/pprof/", "endpoint" },
		{ "http://localhost:6060/debug/pprof/profile?seconds=10", "endpoint" },
		{ "https://example.org/a.pb.gz", "endpoint" },
		{ "http://example.org/?file=/", "endpoint" },
		{ "a.pb.gz", "file" },
		{ "http:", "file" },
		{ "ftp://example.org/", "file" },
		{ "-", "file" },
	};

	for (size_t i = 0; i < LEN(cases); i++)
		ok(strcmp(kind(cases[i].path), cases[i].kind) == 0, "%s is a %s, not a %s",
		   cases[i].path, cases[i].kind, kind(cases[i].path));
	ok(endpoint_measures("http://h/p?seconds=10") == 10000000000 &&
		   endpoint_measures("http://h/p?debug=0&seconds=1") == 1000000000,
	   "an endpoint measures for the seconds of its URL");
	ok(endpoint_measures("http://h/p") == 0 && endpoint_measures("http://h/p?seconds=x") == 0 &&
		   endpoint_measures("http://h/p?seconds=99999999999999999999") == 0,
	   "and else for none");
}

static void test_order(void)
{
	static const char *const ids[] = {
		"process_cpu:cpu:nanoseconds:cpu:nanoseconds",
		"memory:inuse_space:bytes:space:bytes",
		"process_cpu:samples:count:cpu:nanoseconds",
		"memory:alloc_objects:count:space:bytes",
		"x",
	};
	struct type_parts t[LEN(ids)];
	size_t best = 0;

	for (size_t i = 0; i < LEN(ids); i++)
		type_parts_get(&t[i], str_of(ids[i]));
	ok(str_eq(t[4].part[0], S("x")) && !t[4].part[4].n, "an id of one part");
	qsort(t, LEN(ids), sizeof(*t), type_parts_compare);
	ok(str_eq(t[0].part[1], S("alloc_objects")) && str_eq(t[1].part[1], S("inuse_space")) &&
		   str_eq(t[2].part[1], S("samples")) && str_eq(t[3].part[1], S("cpu")),
	   "types lie as in files: the default one last");
	for (size_t i = 1; i < LEN(ids); i++)
		if (type_parts_is_better(&t[i], &t[best]))
			best = i;
	ok(best == 3, "processor time is the default one of all");
}

/* Append a sample of one type to the profile that is read. */
static void put(struct profile *p, const char *type, const char *label, int64_t v)
{
	int64_t scale;
	label_set_id set = dict_add_text_label(p->dict, (label_set_id){ 0 }, S("k"), str_of(label));
	uint32_t col = profile_column(p, dict_intern(p->dict, str_of(type)),
				      dict_intern(p->dict, S("bytes")), &scale);

	profile_add_value(p, col, profile_add_sample(p, (stack_id){ 0 }, set), v);
}

static int64_t value_of(const struct profile *p, const char *type)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->ncol; i++)
		for (uint32_t s = 1; s < p->sample.n; s++)
			if (str_eq(dict_text(p->dict, p->col[i].type), str_of(type)))
				sum += p->col[i].v[s];
	return sum;
}

static void read_heap(struct since_last *l, int64_t time, int64_t allocated, int64_t in_use)
{
	struct profile *now = since_last_next(l);

	profile_begin(now);
	now->head.time = time;
	put(now, "alloc_space", "a", allocated);
	put(now, "alloc_space", "b", 5);
	put(now, "inuse_space", "a", in_use);
}

static void test_since_last(void)
{
	struct since_last l;
	struct profile p;

	model_init(&p);
	since_last_begin(&l, false);
	profile_clear(&p);
	ok(!since_last_types(&l, &p), "no types are known at first");
	read_heap(&l, 100, 1000, 10);
	ok(!since_last_take(&l, &p) && p.sample.n == 1, "the first counts are only kept");
	read_heap(&l, 300, 1300, 20);
	ok(since_last_take(&l, &p) && value_of(&p, "alloc_space") == 300, "then what is new");
	ok(value_of(&p, "inuse_space") == 20, "what is no count stays");
	ok(p.head.time == 100 && p.head.duration == 200 && p.nprofile == 1,
	   "it is a profile of the time between");
	ok(p.sample.n == 2, "samples in which nothing is new are left out");
	profile_clear(&p);
	read_heap(&l, 400, 70, 30);
	ok(since_last_take(&l, &p) && l.began_again && value_of(&p, "alloc_space") == 75,
	   "counts that have become less began again");
	profile_clear(&p);
	ok(since_last_types(&l, &p) && p.ncol == 2 && p.sample.n == 1, "the types are known now");
	since_last_end(&l);
	since_last_begin(&l, true);
	profile_clear(&p);
	read_heap(&l, 100, 1000, 10);
	ok(since_last_take(&l, &p) && value_of(&p, "alloc_space") == 1005,
	   "what a program measured for some seconds is new");
	since_last_end(&l);
	model_release(&p);
}

static void test_dictionary(void)
{
	struct since_last l;
	struct profile p;

	model_init(&p);
	since_last_begin(&l, true);
	for (int i = 0; i < 30000; i++) {
		struct profile *now = since_last_next(&l);
		struct loc loc = { .addr = (uint64_t)i, .flags = LOC_ADDR };
		loc_id id = dict_add_loc(now->dict, loc);
		stack_id stack = dict_add_stack(now->dict, &id, 1);
		int64_t scale;

		profile_begin(now);
		profile_column(now, dict_intern(now->dict, S("cpu")),
			       dict_intern(now->dict, S("ns")), &scale);
		profile_add_value(now, 0, profile_add_sample(now, stack, (label_set_id){ 0 }), 1);
		profile_clear(&p);
		since_last_take(&l, &p);
	}
	ok(l.dict->stack.n < 20000, "old stacks are forgotten");
	since_last_end(&l);
	model_release(&p);
}

int main(void)
{
	test_urls();
	test_order();
	test_since_last();
	test_dictionary();
	return done();
}
