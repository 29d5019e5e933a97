/* Chunks and dictionaries as bytes: what is put is got, whatever the numbers are. */
#include "store/chunk.h"

#include "model.h"
#include "store/symbols.h"
#include "tap.h"

static uint64_t seed = 88172645463325252;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Small numbers, multiples, and the limits. */
static int64_t random_value(size_t type)
{
	static const int64_t limits[] = { INT64_MIN, INT64_MAX, INT64_MIN + 1, -1, 0, 1 };
	uint64_t r = random_number();

	if (r % 31 == 0)
		return limits[r / 31 % LEN(limits)];
	return (int64_t)(r / 31 % 1000) * (type ? 10000000 : 1);
}

struct expected {
	uint32_t stack, labels;
	int64_t time;
	int64_t value[2];
};

enum { MOST_ROWS = 200 };

static void fill(struct rows_of_chunk *c, struct expected *e, size_t nprofile, size_t *n)
{
	*n = 0;
	chunk_begin(c, 2);
	for (size_t i = 0; i < nprofile; i++) {
		struct stored s = { .time = (int64_t)(random_number() % 1000),
				    .duration = (int64_t)(random_number() % 3),
				    .end = random_number() % 2 ? (int64_t)(random_number() % 99) : 0,
				    .hash = random_number(),
				    .main_map = (uint32_t)(random_number() % 5),
				    .nprofile = 1 + (uint32_t)(random_number() % 3),
				    .meta = strings_intern(&c->meta, i % 3 ? S("a=b") : S("")) };

		vec_push(&c->profile, s);
		vec_push(&c->total, random_value(0));
		vec_push(&c->total, random_value(1));
		for (size_t r = random_number() % 8; r-- && *n < MOST_ROWS;) {
			struct expected *row = &e[(*n)++];
			int64_t v = random_value(0);

			*row = (struct expected){ .stack = (uint32_t)r, /* once in a profile */
						  .labels = (uint32_t)(random_number() % 3),
						  .time = s.time,
						  .value = { v, random_value(1) } };
			vec_push(&c->row, { row->stack, row->labels, (uint32_t)i });
			vec_push(&c->value, row->value[0]);
			vec_push(&c->value, row->value[1]);
		}
	}
}

/* Is there such a row among those that are expected? It is taken out. */
static bool take(struct expected *e, size_t *n, const struct expected *row)
{
	for (size_t i = 0; i < *n; i++)
		if (memcmp(&e[i], row, sizeof(*row)) == 0) {
			e[i] = e[--*n];
			return true;
		}
	return false;
}

static bool column_get(const struct buf *part, size_t nrow, int64_t *to, const int64_t *first)
{
	struct cursor c = cursor_over(buf_str(part));
	int64_t factor;
	int like;

	if (!chunk_values_get(&c, nrow, to, &like, &factor) || cursor_left(&c))
		return false;
	for (size_t i = 0; i < nrow && like >= 0; i++)
		to[i] = (int64_t)((uint64_t)first[i] * (uint64_t)factor);
	return true;
}

static bool comes_back(size_t nprofile)
{
	struct expected e[MOST_ROWS];
	struct rows_of_chunk c = { 0 };
	struct buf part[CHUNK_VALUES + 2] = { 0 };
	struct chunk_profiles p = { 0 };
	struct row_runs runs = { 0 };
	uint32_t time[MOST_ROWS];
	int64_t value[2][MOST_ROWS];
	struct cursor at;
	size_t n, nrow, row = 0;
	bool ok;

	memset(e, 0, sizeof(e));
	fill(&c, e, nprofile, &n);
	chunk_put(&c, part);
	at = cursor_over(buf_str(&part[CHUNK_PROFILES]));
	ok = chunk_profiles_get(&at, 2, &p) && !cursor_left(&at) && p.profile.n == nprofile;
	at = cursor_over(buf_str(&part[CHUNK_RUNS]));
	ok = ok && chunk_runs_get(&at, n, &runs, &nrow) && nrow == n;
	at = cursor_over(buf_str(&part[CHUNK_TIMES]));
	ok = ok && chunk_times_get(&at, &runs, nprofile, time);
	ok = ok && column_get(&part[CHUNK_VALUES], n, value[0], NULL) &&
	     column_get(&part[CHUNK_VALUES + 1], n, value[1], value[0]);
	for (size_t i = 1; ok && i < nprofile; i++)
		ok = p.profile.v[i - 1].time <= p.profile.v[i].time;
	for (size_t i = 0; ok && i < runs.n; i++)
		for (size_t k = 0; ok && k < runs.v[i].n; k++, row++) {
			struct expected got;

			memset(&got, 0, sizeof(got));
			got.stack = runs.v[i].stack;
			got.labels = runs.v[i].labels;
			got.time = p.profile.v[time[row]].time;
			got.value[0] = value[0][row];
			got.value[1] = value[1][row];
			ok = take(e, &n, &got);
		}
	ok = ok && !n;
	for (size_t i = 0; ok && i < nprofile; i++) {
		bool found = false;

		for (size_t k = 0; k < nprofile; k++)
			found |= memcmp(&c.profile.v[i].hash, &p.profile.v[k].hash, 8) == 0 &&
				 p.profile.v[k].duration == c.profile.v[i].duration &&
				 p.profile.v[k].end == c.profile.v[i].end &&
				 p.profile.v[k].main_map == c.profile.v[i].main_map &&
				 p.profile.v[k].nprofile == c.profile.v[i].nprofile &&
				 str_eq(p.meta.v[p.profile.v[k].meta],
					strings_get(&c.meta, c.profile.v[i].meta)) &&
				 p.total.v[k] == c.total.v[i * 2] &&
				 p.total.v[nprofile + k] == c.total.v[i * 2 + 1];
		ok = found;
	}
	chunk_release(&c);
	chunk_profiles_release(&p);
	vec_release(&runs);
	for (size_t i = 0; i < LEN(part); i++)
		buf_release(&part[i]);
	return ok;
}

static void chunks(void)
{
	bool good = true;

	ok(comes_back(0), "an empty chunk comes back");
	ok(comes_back(1), "one profile comes back");
	for (int i = 0; i < 300; i++)
		good = comes_back(1 + (size_t)i % 40) && good;
	ok(good, "300 chunks come back, limits of integers included");
}

/* All rows of a dictionary, put in two pieces as a log does, got into one that has others. */
static void dictionaries(void)
{
	struct symbols_mark mark = symbols_mark_begin();
	struct dictionary back;
	struct row_numbers numbers = { 0 };
	struct buf bytes[4] = { 0 };
	struct profile p;
	bool good = true;

	model_init(&p);
	model_read(&p, S("main;a;b 1\nmain;c 2\n"), NULL);
	symbols_put(&bytes[0], p.dict, &mark);
	stacks_put(&bytes[1], p.dict, &mark);
	model_read(&p, S("main;a;d 1\nother;c;c;c 2\n"), NULL);
	dict_add_text_label(p.dict, (label_set_id){ 0 }, S("region"), S("eu"));
	symbols_put(&bytes[2], p.dict, &mark);
	stacks_put(&bytes[3], p.dict, &mark);
	dict_init(&back);
	dict_intern(&back, S("something else"));
	row_numbers_begin(&numbers);
	for (int i = 0; i < 4; i++) {
		struct cursor c = cursor_over(buf_str(&bytes[i]));

		good = (i % 2 ? stacks_get(&c, &back, &numbers, NULL, 0) :
				symbols_get(&c, &back, &numbers)) &&
		       !cursor_left(&c) && good;
	}
	ok(good && numbers.stack.n == p.dict->stack.n, "a dictionary comes back in two pieces");
	for (uint32_t i = 0; good && i < p.dict->stack.n; i++) {
		size_t n, m;
		const loc_id *a = dict_frames(p.dict, (stack_id){ i }, &n),
			     *b = dict_frames(&back, numbers.stack.v[i], &m);

		good = n == m;
		for (size_t k = 0; good && k < n; k++)
			good = str_eq(dict_text(p.dict, dict_frame_name(p.dict, a[k])),
				      dict_text(&back, dict_frame_name(&back, b[k])));
	}
	ok(good, "all stacks have the frames that they had");
	for (int i = 0; i < 4; i++) {
		for (size_t n = 0; n < bytes[i].n; n++) {
			struct cursor c = cursor_over(str(bytes[i].p, n));
			struct dictionary other;
			struct row_numbers none = { 0 };

			dict_init(&other);
			row_numbers_begin(&none);
			good = !(i % 2 ? stacks_get(&c, &other, &none, NULL, 0) :
					 symbols_get(&c, &other, &none)) &&
			       good;
			row_numbers_release(&none);
			dict_release(&other);
		}
		buf_release(&bytes[i]);
	}
	ok(good, "pieces that are cut short are refused");
	row_numbers_release(&numbers);
	dict_release(&back);
	model_release(&p);
}

int main(void)
{
	chunks();
	dictionaries();
	return done();
}
