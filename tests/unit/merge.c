/*
 * Merging is reading twice, so the order of inputs must not matter: on random
 * profiles, a+b = b+a and (a+b)+c = a+(b+c). And what merging does to units,
 * types, windows, facts and sums that are too large.
 */
#include <stdlib.h>

#include "format/format.h"
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
	return profile_str(p, str_of(text));
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

	l.map = profile_add_mapping(p, m);
	l.func = profile_add_func(p, f);
	l.flags |= mapping_flags(profile_text(p, m.file));
	return profile_add_loc(p, l);
}

static labels_id random_labels(struct profile *p)
{
	labels_id set = { 0 };

	for (uint32_t n = pick(3); n--;) {
		struct label l = { .key = word(p, "k", 2) };

		if (pick(2)) {
			l.str = word(p, "v", 3);
		} else {
			l.is_num = 1;
			l.num = pick(4) - 1;
		}
		set = profile_add_label(p, set, l);
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
		s = profile_add_sample(p, profile_add_stack(p, frames, depth), random_labels(p), 0);
		for (uint32_t i = 0; i < ncol; i++)
			profile_add_value(p, i, s, (int64_t)pick(2000) - 1000);
	}
}

static void add_random_header(struct profile *p)
{
	struct header h = {
		.period_type = profile_str(p, S("cpu")),
		.period_unit = profile_str(p, S("nanoseconds")),
		.period = pick(100),
		.time = pick(3) ? 1000 + pick(100) : 0,
		.duration = pick(50),
		.drop_frames = word(p, "d", 3),
	};
	char lost[32];

	profile_describe(p, &h);
	snprintf(lost, sizeof(lost), "lost=%u", pick(9));
	profile_add_comment(p, str_of(lost));
	profile_add_comment(p, profile_text(p, word(p, "host=h", 3)));
}

/* A random profile as pprof; cpu is in ns or ms, and some have a third type. */
static void random_profile(struct buf *to)
{
	struct profile p;
	struct out out;
	int64_t scale;
	uint32_t ncol = 2 + pick(2);
	bool coarse = pick(2);

	profile_init(&p);
	profile_begin(&p);
	profile_column(&p, profile_str(&p, S("samples")), profile_str(&p, S("count")), &scale);
	profile_column(&p, profile_str(&p, S("cpu")),
		       profile_str(&p, coarse ? S("milliseconds") : S("nanoseconds")), &scale);
	if (ncol > 2)
		profile_column(&p, profile_str(&p, S("alloc")), profile_str(&p, S("bytes")),
			       &scale);
	add_random_samples(&p, ncol);
	add_random_header(&p);
	out_open_memory(&out);
	format_pprof.write(&out, &p);
	to->n = 0;
	buf_add(to, buf_str(&out.bytes));
	out_release(&out);
	profile_release(&p);
}

static bool add(struct profile *p, struct str bytes)
{
	struct load l = { .from = &format_pprof };
	struct in in;
	bool ok;

	in_open_memory(&in, "mem", bytes);
	ok = format_read(&l, &in, p);
	in_close(&in);
	in_release(&in);
	buf_release(&l.error);
	return ok;
}

/* The parts in that order, settled, as pprof again. */
static void merge(struct buf *to, struct str a, struct str b)
{
	struct profile p;
	struct out out;
	struct buf dropped = { 0 };

	profile_init(&p);
	add(&p, a);
	add(&p, b);
	profile_settle(&p, &dropped);
	out_open_memory(&out);
	format_pprof.write(&out, &p);
	to->n = 0;
	buf_add(to, buf_str(&out.bytes));
	out_release(&out);
	buf_release(&dropped);
	profile_release(&p);
}

/* Everything a profile says, in an order that does not depend on its rows'. */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_labels(const struct profile *p, labels_id set, struct buf *b)
{
	char *list[16];
	size_t n = 0;

	for (; set.i; set = profile_labels(p, set)->rest) {
		const struct label *l = profile_label(p, profile_labels(p, set)->label);
		struct buf one = { 0 };

		buf_printf(&one, "%s=%s/%lld ", profile_text(p, l->key).p,
			   profile_text(p, l->str).p, (long long)l->num);
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
	const loc_id *frame = profile_frames(p, profile_sample(p, s)->stack, &n);

	for (size_t i = 0; i < n; i++) {
		const struct loc *l = profile_loc(p, frame[i]);

		buf_printf(b, "%s@%s+%llx:%u:%u;",
			   profile_text(p, profile_frame_name(p, frame[i])).p,
			   profile_text(p, profile_mapping(p, l->map)->file).p,
			   (unsigned long long)l->addr, l->line, l->column);
	}
	print_labels(p, profile_sample(p, s)->labels, b);
	for (uint32_t i = 0; i < p->ncol; i++)
		buf_printf(b, " %s/%s=%lld", profile_text(p, p->col[i].type).p,
			   profile_text(p, p->col[i].unit).p, (long long)profile_value(p, i, s));
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

	profile_init(&p);
	add(&p, bytes);
	to->n = 0;
	buf_printf(to, "%lld %lld %lld %s\n", (long long)h->time, (long long)h->duration,
		   (long long)h->period, profile_text(&p, h->drop_frames).p);
	line = calloc(p.ncomment + 1, sizeof(*line));
	for (size_t i = 0; i < p.ncomment; i++)
		line[i] = strdup(profile_text(&p, p.comment[i]).p);
	print_sorted(line, p.ncomment, to);
	line = calloc(p.sample.n, sizeof(*line));
	for (uint32_t i = 1; i < p.sample.n; i++) {
		struct buf b = { 0 };

		print_sample(&p, (sample_id){ i }, &b);
		buf_ch(&b, '\0');
		line[i - 1] = strdup(b.p);
		buf_release(&b);
	}
	print_sorted(line, p.sample.n - 1, to);
	profile_release(&p);
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

/* A profile of one sample. */
static void one(struct profile *p, const char *type, const char *unit, int64_t v)
{
	int64_t scale;
	uint32_t col;
	loc_id frame;

	profile_begin(p);
	col = profile_column(p, profile_str(p, str_of(type)), profile_str(p, str_of(unit)), &scale);
	frame = profile_add_loc(p, (struct loc){ .line = 1 });
	profile_add_value(p, col,
			  profile_add_sample(p, profile_add_stack(p, &frame, 1), (labels_id){ 0 },
					     0),
			  sat_mul(p, v, scale));
}

static void units(void)
{
	struct profile p;
	struct buf dropped = { 0 };

	profile_init(&p);
	one(&p, "cpu", "ms", 3);
	one(&p, "cpu", "nanoseconds", 5);
	one(&p, "cpu", "s", 2);
	profile_settle(&p, &dropped);
	ok(p.ncol == 1 && profile_value(&p, 0, (sample_id){ 1 }) == 2003000005,
	   "units become the finest");
	is(profile_text(&p, p.col[0].unit), "nanoseconds", "which is nanoseconds");
	one(&p, "cpu", "count", 1);
	profile_settle(&p, &dropped);
	is(buf_str(&dropped), "cpu/nanoseconds, cpu/count", "what cannot be converted differs");
	ok(p.ncol == 0, "and is not in common");
	buf_release(&dropped);
	profile_release(&p);
}

static void limits(void)
{
	struct profile p;

	profile_init(&p);
	one(&p, "a", "count", INT64_MAX);
	one(&p, "a", "count", 1);
	ok(profile_value(&p, 0, (sample_id){ 1 }) == INT64_MAX && p.saturated == 1,
	   "sums stay at the largest");
	one(&p, "b", "s", INT64_MIN);
	one(&p, "b", "ns", -1);
	ok(profile_value(&p, 1, (sample_id){ 1 }) == INT64_MIN && p.saturated > 1,
	   "and at the smallest");
	profile_release(&p);
}

static void windows(void)
{
	struct profile p;

	profile_init(&p);
	profile_describe(&p, &(struct header){ .time = 100, .duration = 10, .period = 3 });
	profile_describe(&p, &(struct header){ .time = 50, .duration = 10, .period = 7 });
	ok(p.head.time == 50 && p.head.duration == 60 && p.head.period == 7,
	   "the window covers both");
	profile_describe(&p, &(struct header){ .duration = 1000 });
	ok(p.head.duration == 60, "a profile that knows no time does not change it");
	profile_add_comment(&p, S("lost=3"));
	profile_add_comment(&p, S("lost=4"));
	profile_add_comment(&p, S("max_rss=10"));
	profile_add_comment(&p, S("max_rss=9"));
	profile_add_comment(&p, S("host=a"));
	profile_add_comment(&p, S("host=a"));
	profile_add_comment(&p, S("lost=many"));
	is(profile_fact(&p, S("lost")), "7", "losses add up");
	is(profile_fact(&p, S("max_rss")), "10", "of peaks the largest stays");
	ok(p.ncomment == 4, "other comments are kept once");
	ok(profile_describe(&p, &(struct header){ .period_type = profile_str(&p, S("x")) }),
	   "a period type where there was none");
	ok(!profile_describe(&p, &(struct header){ .period_type = profile_str(&p, S("y")) }),
	   "another one is refused");
	profile_release(&p);
}

int main(void)
{
	algebra();
	units();
	limits();
	windows();
	return done();
}
