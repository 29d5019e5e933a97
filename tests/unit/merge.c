/*
 * The order and the grouping of what profile_append() adds must not matter: on random
 * profiles, a+b = b+a and (a+b)+c = a+(b+c). And what it does to units, types,
 * windows, facts and sums that are too large.
 */
#include <stdlib.h>

#include "model.h"
#include "tap.h"

enum { ROUNDS = 200 };

static uint64_t seed = 42;

static uint32_t pick(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % n);
}

static str_id word(struct profile *p, const char *kind, uint32_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%u", kind, pick(n));
	return dict_intern(p->dict, str_of(text));
}

static loc_id random_loc(struct profile *p)
{
	struct mapping m = { .file = word(p, "bin", 3),
			     .size = 0x1000,
			     .start = 0x1000 * (1 + pick(5)) };
	struct func f = { .name = word(p, "f", 8), .line = pick(2) };
	struct loc l = {
		.addr = 0x10 * pick(8), .flags = LOC_ADDR, .line = pick(3), .column = pick(2)
	};

	l.map = dict_add_mapping(p->dict, m);
	l.func = dict_add_func(p->dict, f);
	l.flags |= mapping_flags(dict_text(p->dict, m.file));
	return dict_add_loc(p->dict, l);
}

static label_set_id random_labels(struct profile *p)
{
	label_set_id set = { 0 };

	for (uint32_t n = pick(3); n--;) {
		struct label l = { .key = word(p, "k", 2) };

		if (pick(2)) {
			l.str = word(p, "v", 3);
		} else {
			l.is_num = 1;
			l.num = pick(4) - 1;
		}
		set = dict_add_label(p->dict, set, l);
	}
	return set;
}

static void add_random_samples(struct profile *p, uint32_t ncol)
{
	for (uint32_t n = pick(20); n--;) {
		loc_id frames[4];
		uint32_t depth = pick(4);
		sample_id s;

		for (uint32_t i = 0; i < depth; i++)
			frames[i] = random_loc(p);
		s = profile_add_sample(p, dict_add_stack(p->dict, frames, depth), random_labels(p));
		for (uint32_t i = 0; i < ncol; i++)
			profile_add_value(p, i, s, (int64_t)pick(2000) - 1000);
	}
}

static void add_random_header(struct profile *p)
{
	struct header h = {
		.period_type = dict_intern(p->dict, S("cpu")),
		.period_unit = dict_intern(p->dict, S("nanoseconds")),
		.period = pick(100),
		.time = pick(3) ? 1000 + pick(100) : 0,
		.duration = pick(50),
		.drop_frames = word(p, "d", 3),
	};
	char lost[32];

	p->head = h;
	snprintf(lost, sizeof(lost), "lost=%u", pick(9));
	profile_add_comment(p, str_of(lost));
	profile_add_comment(p, dict_text(p->dict, word(p, "host=h", 3)));
}

/* A random profile as pprof; cpu is in ns or ms, and some have a third type. */
static void random_profile(struct buf *to)
{
	struct profile p;
	struct out out;
	int64_t scale;
	uint32_t ncol = 2 + pick(2);
	bool coarse = pick(2);

	model_init(&p);
	profile_column(&p, dict_intern(p.dict, S("samples")), dict_intern(p.dict, S("count")),
		       &scale);
	profile_column(&p, dict_intern(p.dict, S("cpu")),
		       dict_intern(p.dict, coarse ? S("milliseconds") : S("nanoseconds")), &scale);
	if (ncol > 2)
		profile_column(&p, dict_intern(p.dict, S("alloc")), dict_intern(p.dict, S("bytes")),
			       &scale);
	add_random_samples(&p, ncol);
	add_random_header(&p);
	out_open_memory(&out);
	format_pprof.write(&out, &p);
	to->n = 0;
	buf_add(to, buf_str(&out.bytes));
	out_release(&out);
	model_release(&p);
}

/* The parts in that order, as pprof again. */
static void merge(struct buf *to, struct str a, struct str b)
{
	struct profile p;
	struct out out;

	model_init(&p);
	profile_clear(&p);
	model_read(&p, a, &format_pprof);
	model_read(&p, b, &format_pprof);
	out_open_memory(&out);
	format_pprof.write(&out, &p);
	to->n = 0;
	buf_add(to, buf_str(&out.bytes));
	out_release(&out);
	model_release(&p);
}

/* Everything a profile says, in an order that does not depend on its rows'. */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_labels(const struct profile *p, label_set_id set, struct buf *b)
{
	char *list[16];
	size_t n = 0;

	for (; set.i; set = dict_label_set(p->dict, set)->rest) {
		const struct label *l = dict_label(p->dict, dict_label_set(p->dict, set)->label);
		struct buf one = { 0 };

		buf_printf(&one, "%s=%s/%lld ", dict_text(p->dict, l->key).p,
			   dict_text(p->dict, l->str).p, (long long)l->num);
		buf_ch(&one, '\0');
		list[n++] = strdup(one.p);
		buf_release(&one);
	}
	qsort(list, n, sizeof(*list), by_text);
	for (size_t i = 0; i < n; i++) {
		buf_add(b, str_of(list[i]));
		free(list[i]);
	}
}

static void print_sample(struct profile *p, sample_id s, struct buf *b)
{
	size_t n;
	const loc_id *frame = dict_frames(p->dict, profile_sample(p, s)->stack, &n);

	for (size_t i = 0; i < n; i++) {
		const struct loc *l = dict_loc(p->dict, frame[i]);

		buf_printf(b, "%s@%s+%llx:%u:%u;",
			   dict_text(p->dict, dict_frame_name(p->dict, frame[i])).p,
			   dict_text(p->dict, dict_mapping(p->dict, l->map)->file).p,
			   (unsigned long long)l->addr, l->line, l->column);
	}
	print_labels(p, profile_sample(p, s)->labels, b);
	for (uint32_t i = 0; i < p->ncol; i++)
		buf_printf(b, " %s/%s=%lld", dict_text(p->dict, p->col[i].type).p,
			   dict_text(p->dict, p->col[i].unit).p, (long long)profile_value(p, i, s));
}

static void print_sorted(char **line, size_t n, struct buf *to)
{
	qsort(line, n, sizeof(*line), by_text);
	for (size_t i = 0; i < n; i++) {
		buf_printf(to, "%s\n", line[i]);
		free(line[i]);
	}
	free(line);
}

static void canonical(struct str bytes, struct buf *to)
{
	struct profile p;
	char **line;
	const struct header *h = &p.head;

	model_init(&p);
	profile_clear(&p);
	model_read(&p, bytes, &format_pprof);
	to->n = 0;
	buf_printf(to, "%lld %lld %lld %lld %s\n", (long long)h->time, (long long)h->duration,
		   (long long)profile_end(h), (long long)h->period,
		   dict_text(p.dict, h->drop_frames).p);
	line = calloc(profile_ncomment(&p) + 1, sizeof(*line));
	for (size_t i = 0; i < profile_ncomment(&p); i++)
		line[i] = strdup(dict_text(p.dict, profile_comment(&p, i)).p);
	print_sorted(line, profile_ncomment(&p), to);
	line = calloc(p.sample.n, sizeof(*line));
	for (uint32_t i = 1; i < p.sample.n; i++) {
		struct buf b = { 0 };

		print_sample(&p, (sample_id){ i }, &b);
		buf_ch(&b, '\0');
		line[i - 1] = strdup(b.p);
		buf_release(&b);
	}
	print_sorted(line, p.sample.n - 1, to);
	model_release(&p);
}

static bool same(struct str a, struct str b)
{
	struct buf x = { 0 }, y = { 0 };
	bool equal;

	canonical(a, &x);
	canonical(b, &y);
	equal = str_eq(buf_str(&x), buf_str(&y));
	if (!equal)
		printf("# one:\n%.*s\n# other:\n%.*s\n", STR_ARG(buf_str(&x)),
		       STR_ARG(buf_str(&y)));
	buf_release(&x);
	buf_release(&y);
	return equal;
}

static void algebra(void)
{
	struct buf part[3] = { { 0 } }, ab = { 0 }, ba = { 0 }, bc = { 0 }, ab_c = { 0 },
		   a_bc = { 0 };
	int commutes = 0, associates = 0;

	for (int i = 0; i < ROUNDS; i++) {
		for (int j = 0; j < 3; j++)
			random_profile(&part[j]);
		merge(&ab, buf_str(&part[0]), buf_str(&part[1]));
		merge(&ba, buf_str(&part[1]), buf_str(&part[0]));
		merge(&bc, buf_str(&part[1]), buf_str(&part[2]));
		merge(&ab_c, buf_str(&ab), buf_str(&part[2]));
		merge(&a_bc, buf_str(&part[0]), buf_str(&bc));
		commutes += same(buf_str(&ab), buf_str(&ba));
		associates += same(buf_str(&ab_c), buf_str(&a_bc));
	}
	ok(commutes == ROUNDS, "a+b = b+a, %d of %d times", commutes, ROUNDS);
	ok(associates == ROUNDS, "(a+b)+c = a+(b+c), %d of %d times", associates, ROUNDS);
	for (int j = 0; j < 3; j++)
		buf_release(&part[j]);
	buf_release(&ab);
	buf_release(&ba);
	buf_release(&bc);
	buf_release(&ab_c);
	buf_release(&a_bc);
}

/* Append a profile of one sample. */
static void append_one(struct profile *to, const char *type, const char *unit, int64_t v)
{
	struct profile p;
	int64_t scale;
	uint32_t col;
	loc_id frame;

	profile_init(&p, to->dict);
	profile_begin(&p);
	col = profile_column(&p, dict_intern(p.dict, str_of(type)),
			     dict_intern(p.dict, str_of(unit)), &scale);
	frame = dict_add_loc(p.dict, (struct loc){ .line = 1 });
	profile_add_value(&p, col,
			  profile_add_sample(&p, dict_add_stack(p.dict, &frame, 1),
					     (label_set_id){ 0 }),
			  v);
	profile_append(to, &p);
	profile_release(&p);
}

static void init_empty(struct profile *p)
{
	model_init(p);
	profile_clear(p);
}

static void units(void)
{
	struct profile p;

	init_empty(&p);
	append_one(&p, "cpu", "ms", 3);
	append_one(&p, "cpu", "nanoseconds", 5);
	append_one(&p, "cpu", "s", 2);
	ok(p.ncol == 1 && profile_value(&p, 0, (sample_id){ 1 }) == 2003000005,
	   "units become the finest");
	is(dict_text(p.dict, p.col[0].unit), "nanoseconds", "which is nanoseconds");
	ok(p.nprofile == 3 && p.col[0].nprofile == 3, "all three profiles have the type");
	append_one(&p, "cpu", "count", 1);
	ok(p.ncol == 2 && p.nprofile == 4, "what cannot be converted is another type");
	is(dict_text(p.dict, p.col[0].unit), "count", "types that differ are in byte order");
	ok(p.col[0].nprofile == 1 && p.col[1].nprofile == 3, "and count their profiles");
	model_release(&p);
}

static void limits(void)
{
	struct profile p;

	init_empty(&p);
	append_one(&p, "a", "count", INT64_MAX);
	append_one(&p, "a", "count", 1);
	ok(profile_value(&p, 0, (sample_id){ 1 }) == INT64_MAX && p.saturated == 1,
	   "sums stay at the largest");
	append_one(&p, "b", "s", INT64_MIN);
	append_one(&p, "b", "ns", -1);
	ok(profile_value(&p, 1, (sample_id){ 1 }) == INT64_MIN && p.saturated > 1,
	   "and at the smallest");
	model_release(&p);
}

static void append_header(struct profile *to, struct header h)
{
	struct profile p;

	profile_init(&p, to->dict);
	profile_begin(&p);
	p.head = h;
	profile_append(to, &p);
	profile_release(&p);
}

static void windows(void)
{
	struct profile p;

	init_empty(&p);
	append_header(&p, (struct header){ .time = 100, .duration = 10, .period = 3 });
	append_header(&p, (struct header){ .time = 50, .duration = 10, .period = 7 });
	ok(p.head.time == 50 && p.head.duration == 20 && p.head.end == 110 && p.head.period == 7,
	   "durations add up, the window covers both");
	append_header(&p, (struct header){ .duration = 1000 });
	ok(p.head.duration == 1020 && p.head.end == 110,
	   "a profile that knows no time adds its duration");
	append_header(&p, (struct header){ .time = INT64_MAX, .duration = INT64_MAX });
	ok(p.head.time == 50 && p.head.end == INT64_MAX && p.saturated,
	   "times at the limit do not overflow");
	model_release(&p);
}

static void facts(void)
{
	struct profile p;

	init_empty(&p);
	profile_add_comment(&p, S("lost=3"));
	profile_add_comment(&p, S("lost=4"));
	profile_add_comment(&p, S("max_rss=10"));
	profile_add_comment(&p, S("max_rss=9"));
	profile_add_comment(&p, S("host=a"));
	profile_add_comment(&p, S("host=a"));
	profile_add_comment(&p, S("lost=many"));
	is(profile_fact(&p, S("lost")), "7", "losses add up");
	is(profile_fact(&p, S("max_rss")), "10", "of peaks the largest stays");
	ok(profile_ncomment(&p) == 4, "other comments are kept once");
	profile_drop_counts(&p);
	ok(profile_ncomment(&p) == 2 && !profile_fact(&p, S("max_rss")).n,
	   "counts can be left out");
	model_release(&p);
}

static void periods(void)
{
	struct header h = { .period = 5 };
	struct profile p;

	init_empty(&p);
	h.period_type = dict_intern(p.dict, S("cpu"));
	append_header(&p, h);
	append_header(&p, (struct header){ 0 });
	ok(p.head.period_type.i == h.period_type.i && p.head.period == 5, "a period type stays");
	h.period_type = dict_intern(p.dict, S("space"));
	append_header(&p, h);
	h.period_type = dict_intern(p.dict, S("cpu"));
	append_header(&p, h);
	ok(!p.head.period_type.i && !p.head.period, "of two period types none is the sum's");
	model_release(&p);
}

static int64_t total(const struct profile *p)
{
	int64_t sum = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		sum += p->col[0].v[i];
	return sum;
}

static void scales(void)
{
	struct profile p;

	init_empty(&p);
	model_read(&p, S("a 1\nb 1\nc 1\nd 1\ne 7\n"), &format_folded);
	profile_scale(&p, 3, 10);
	ok(total(&p) == 3, "a scaled total is the exact one rounded: 11 * 0.3 = 3");
	ok(profile_value(&p, 0, (sample_id){ 5 }) == 2, "7 * 0.3 is 2");
	model_release(&p);
	init_empty(&p);
	model_read(&p, S("a 0.5\nb 0.25\nc 0.25\nd -0.5\n"), &format_folded);
	ok(profile_scale(&p, 1000, 1) == 0 && total(&p) == 500, "fractions are scaled exactly");
	ok(profile_value(&p, 0, (sample_id){ 4 }) == -500, "negative ones, too");
	model_release(&p);
	init_empty(&p);
	model_read(&p, S("a 0.4\nb 0.3\nc 0.3\n"), &format_folded);
	ok(profile_round(&p) == 2 && total(&p) == 1, "rounding keeps the total, and counts zeros");
	ok(profile_value(&p, 0, (sample_id){ 1 }) == 1, "the largest remainder has it");
	model_release(&p);
	init_empty(&p);
	model_read(&p, S("a 9007199254740993\n"), &format_folded);
	profile_scale(&p, 1, 1);
	ok(total(&p) == 9007199254740993, "no value passes through a floating-point number");
	profile_scale(&p, INT64_MAX, 1);
	ok(total(&p) == INT64_MAX && p.saturated == 1, "what does not fit stays at the limit");
	model_release(&p);
}

static void mappings(void)
{
	struct dictionary d;
	struct mapping m = { .size = 0x1001 };
	map_id a, b;

	dict_init(&d);
	m.file = dict_intern(&d, S("/b/app"));
	m.build_id = dict_intern(&d, S("abc1"));
	a = dict_add_mapping(&d, m);
	m.file = dict_intern(&d, S("/a/app"));
	m.size = 0x1fff;
	b = dict_add_mapping(&d, m);
	ok(a.i == b.i, "one build id at two paths is one mapping");
	is(dict_text(&d, dict_mapping(&d, a)->file), "/a/app", "of its paths the first is shown");
	ok(dict_mapping(&d, a)->size == 0x1fff, "and the larger size");
	m.build_id.i = 0;
	ok(dict_add_mapping(&d, m).i != a.i, "without a build id the file says what it is");
	dict_release(&d);
}

static void stacks(void)
{
	struct dictionary d;
	loc_id f[3];
	stack_id s = { 0 };
	size_t n;

	dict_init(&d);
	for (uint32_t i = 0; i < 3; i++) {
		f[i] = dict_add_loc(&d, (struct loc){ .line = i + 1 });
		s = dict_stack_below(&d, s, f[i]);
	}
	ok(s.i == dict_add_stack(&d, f, 3).i, "a stack below a stack below a stack");
	for (int i = 0; i < 1000; i++)
		s = dict_stack_below(&d, s, f[i % 3]);
	ok(dict_frames(&d, s, &n)[1002].i == f[0].i && n == 1003, "also a deep one");
	s = dict_add_stack(&d, dict_frames(&d, s, &n) + 1, n - 1);
	ok(dict_frames(&d, s, &n)[0].i == f[1].i && n == 1002,
	   "and part of another stack's frames");
	dict_release(&d);
}

int main(void)
{
	algebra();
	units();
	limits();
	windows();
	facts();
	periods();
	scales();
	mappings();
	stacks();
	return done();
}
