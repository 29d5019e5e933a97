/* prof-query --changes on made-up histories whose changes are known. */
#include "changes/changes.h"

#include <math.h>

#include "compare/random.h"
#include "tap.h"

enum { MINUTES = 1440 };

static uint64_t state;

static double uniform(void)
{
	return ((double)(random_bits(&state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* What a function does. */
struct course {
	double samples, season, phase; /* in a window; season: a part of them, over the day */
	double noise;                  /* a part of them, with a memory of ten windows */
	double factor;                 /* from each step on */
};

static double level_at(const struct course *c, size_t w, const size_t *step, size_t nstep)
{
	double v = c->samples * (1 + c->season * sin(2 * M_PI * (double)w / MINUTES + c->phase));

	for (size_t i = 0; i < nstep; i++)
		v *= w >= step[i] ? c->factor : 1;
	return v;
}

/* Functions 1 to n; each calls the next. */
static void make(struct history *h, const struct course *c, size_t n, size_t windows,
		 const size_t *step, size_t nstep)
{
	double noise[8] = { 0 };
	char name[24];

	history_init(h, INT64_C(60000000000));
	history_window(h, INT64_C(1795824000) * 1000000000, &(uint32_t){ 0 });
	for (size_t f = 0; f < n; f++) {
		snprintf(name, sizeof(name), "f%zu", f + 1);
		history_function(h, str_of(name));
	}
	for (uint32_t f = 1; f < n; f++)
		history_call(h, f, f + 1);
	for (size_t w = 0; w < windows; w++) {
		double total = 0;

		for (size_t f = 0; f < n; f++) {
			double v = level_at(&c[f], w, step, nstep);

			noise[f] = 0.9 * noise[f] + sqrt(0.19) * c[f].noise * normal();
			v *= 1 + noise[f];
			v = fmax(0, floor(v + sqrt(v) * normal() + 0.5));
			history_add(h, (uint32_t)f + 1, (uint32_t)w, (int64_t)v);
			total += v;
		}
		history_add_total(h, (uint32_t)w, total);
	}
	h->unit = 1;
	history_end(h);
}

/* The change of a function within so many windows of a step, or NULL. */
static const struct change *change_at(const struct changes *c, uint32_t function, size_t step,
				      size_t near)
{
	for (size_t i = 0; i < c->change.n; i++) {
		const struct change *x = &c->change.v[i];

		if (x->function == function && x->window + near >= step && x->window <= step + near)
			return x;
	}
	return NULL;
}

static void test_many_steps(void)
{
	static const struct course course[] = { { 120000, 0, 0, 0, 1 }, { 240, 0, 0, 0, 1.3 } };
	size_t step[8], found = 0;
	struct history h;
	struct changes c;

	for (size_t i = 0; i < LEN(step); i++)
		step[i] = 900 * (i + 1);
	state = 1;
	make(&h, course, 2, 900 * (LEN(step) + 1), step, LEN(step));
	changes_find(&h, &(struct changes_options){ 0 }, &c);
	for (size_t i = 0; i < LEN(step); i++)
		found += change_at(&c, 2, step[i], 3) != NULL;
	ok(found == LEN(step), "%zu of %zu steps of one function are found", found, LEN(step));
	ok(c.change.n == found, "and nothing else");
	changes_release(&c);
	history_release(&h);
}

static void test_slight_season(void)
{
	static const struct course course[] = { { 108000, 0, 0, 0, 1 },
						{ 2000, 0, 0, 0, 1 },
						{ 8000, 0.009, 1, 0.01, 1.05 } };
	const size_t at = 6 * MINUTES + 500;
	int found = 0, seasons = 0;

	for (uint64_t i = 0; i < 12; i++) {
		struct history h;
		struct changes c;
		const struct change *x;

		state = 100 + i;
		make(&h, course, 3, at + MINUTES, &at, 1);
		changes_find(&h, &(struct changes_options){ 0 }, &c);
		x = change_at(&c, 3, at, 60);
		found += x && x->kind == CHANGED;
		seasons += c.nseason > 0;
		changes_release(&c);
		history_release(&h);
	}
	ok(seasons >= 11, "a season of 0.9%% is told from seven days (%d of 12)", seasons);
	ok(found >= 11, "and hides no step of 5%% (%d of 12)", found);
}

/* A function rises at once; its caller's season falls by as much during the hours around it. */
static void test_season_of_caller(void)
{
	static const struct course course[] = { { 90000, 0, 0, 0, 1 },
						{ 24000, 0.04, M_PI, 0.001, 1 },
						{ 8400, 0, 0, 0.001, 1.05 } };
	const size_t at = 4 * MINUTES;
	const struct change *x;
	struct history h;
	struct changes c;

	state = 5;
	make(&h, course, 3, at + 600, &at, 1);
	changes_find(&h, &(struct changes_options){ 0 }, &c);
	x = change_at(&c, 3, at, 3);
	ok(x && x->kind == CHANGED, "a season of its caller does not explain a step");
	changes_release(&c);
	history_release(&h);
}

/* A function gains at once what its caller loses. */
static void test_moved_cost(void)
{
	static const struct course course[] = { { 90000, 0, 0, 0, 1 },
						{ 24000, 0, 0, 0.001, 1 - 420.0 / 24000 },
						{ 8400, 0, 0, 0.001, 1.05 } };
	const size_t at = 4 * MINUTES;
	const struct change *x;
	struct history h;
	struct changes c;

	state = 5;
	make(&h, course, 3, at + 600, &at, 1);
	changes_find(&h, &(struct changes_options){ .min_effect = 0.03 }, &c);
	x = change_at(&c, 3, at, 3);
	ok(x && x->kind == MOVED_TO && x->other == 2 && !change_at(&c, 2, at, 3),
	   "a caller's fall explains it, though it is too slight to be a change");
	changes_release(&c);
	history_release(&h);
}

/*
 * Two functions rise, so that the share of the caller of one of them gives way by about what that
 * one gained.
 */
static void test_giving_way(void)
{
	static const struct course course[] = { { 20000, 0, 0, 0, 1 },
						{ 66000, 0, 0, 0.001, 1 },
						{ 8000, 0, 0, 0.001, 1.3 },
						{ 20000, 0, 0, 0, 1 },
						{ 6000, 0, 0, 0.001, 1.3 } };
	const size_t at = 4 * MINUTES;
	const struct change *x;
	struct history h;
	struct changes c;

	state = 5;
	make(&h, course, 5, at + 600, &at, 1);
	changes_find(&h, &(struct changes_options){ 0 }, &c);
	x = change_at(&c, 3, at, 3);
	ok(x && x->kind == CHANGED, "a caller whose share gave way does not explain a step");
	changes_release(&c);
	history_release(&h);
}

int main(void)
{
	test_many_steps();
	test_slight_season();
	test_season_of_caller();
	test_moved_cost();
	test_giving_way();
	return done();
}
