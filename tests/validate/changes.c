/*
 * changes FIGURE RECORDING [TIMES [SEED [ROWS]]]: how often prof-query --changes is right about
 * made-up histories of a recorded program, beside Otava's procedure and a threshold. Prints rows of
 * a table: those whose names contain ROWS. Each seed gives other histories: a choice made with one
 * is confirmed with another.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "changes/changes.h"
#include "otava.h"
#include "past.h"

static const struct past_model usual = {
	.windows = 3 * 1440, .samples = 120000, .phi = 1.2, .tau = 0.01, .load = 0.3
};

enum {
	EVERY = 25,  /* functions, of which Otava looks at one in quiet histories, */
	OTHERS = 10, /* and of these it, and a threshold, look at one in so many */
};

enum method { OURS, OTAVA, OTAVA_5, THRESHOLD, NMETHOD };
static const char *const method_names[] = { "prof-query --changes", "Otava (default)",
					    "Otava, change > 5%", "threshold" };

struct alarm {
	uint32_t function;
	size_t window;
	bool has_deploy;
};

struct alarms VEC_OF(struct alarm);

static uint64_t seed;
static const char *rows = "";

/* Random numbers of the i-th history of a row. */
static struct rng history_rng(uint32_t row, int i)
{
	return (struct rng){ (seed * 1000 + row) * 1000003u + (uint64_t)i };
}

static double seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6 +
	       (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6;
}

/* The methods */

static void by_us(const struct history *h, struct alarms *a)
{
	struct changes c;

	changes_find(h, &(struct changes_options){ 0 }, &c);
	for (size_t i = 0; i < c.change.n; i++)
		if (c.change.v[i].kind == CHANGED)
			vec_push(a, { c.change.v[i].function, c.change.v[i].window,
				      c.change.v[i].deploy != NULL });
	changes_release(&c);
}

/* Shares by window; a missing one is that of the window before, as Otava fills it. */
static size_t shares(const struct history *h, uint32_t f, float *values, double *x)
{
	double most = 0;

	history_values(h, f, values);
	for (size_t w = 0; w < h->nwindow; w++) {
		x[w] = h->total.v[w] > 0 ? (double)values[w] / (double)h->total.v[w] :
		       w                 ? x[w - 1] :
					   0;
		most = x[w] > most ? x[w] : most;
	}
	return most >= 0.001;
}

static void by_otava(const struct history *h, double least, uint32_t only, size_t every,
		     struct alarms *a)
{
	float *values = mem_zeroed(h->nwindow, sizeof(*values));
	double *x = mem_zeroed(h->nwindow, sizeof(*x));
	struct points points = { 0 };

	for (uint32_t f = only ? only : 1; f < h->function.n && (!only || f == only);
	     f += (uint32_t)every) {
		if (!shares(h, f, values, x))
			continue;
		otava_find(x, h->nwindow, 50, 0.001, least, &points);
		for (size_t i = 0; i < points.n; i++)
			vec_push(a, { f, points.v[i], false });
	}
	vec_release(&points);
	mem_free(values, h->nwindow * sizeof(*values));
	mem_free(x, h->nwindow * sizeof(*x));
}

/* A share of 0.5 % or more that is a tenth above the mean of the hour before, three times. */
static void by_threshold(const struct history *h, uint32_t only, struct alarms *a)
{
	float *values = mem_zeroed(h->nwindow, sizeof(*values));
	double *x = mem_zeroed(h->nwindow, sizeof(*x));

	for (uint32_t f = only ? only : 1; f < h->function.n && (!only || f == only); f++) {
		size_t above = 0;

		if (!shares(h, f, values, x))
			continue;
		for (size_t w = 60; w < h->nwindow; w++) {
			double mean = 0;

			for (size_t i = w - 60; i < w - above; i++)
				mean += x[i] / (double)(60 - above);
			above = x[w] >= 0.005 && x[w] > 1.1 * mean ? above + 1 : 0;
			if (above == 3)
				vec_push(a, { f, w - 2, false });
			if (above == 3)
				above = 0;
		}
	}
	mem_free(values, h->nwindow * sizeof(*values));
	mem_free(x, h->nwindow * sizeof(*x));
}

/*
 * only: not 0: methods that look at each function for itself, and are slow, are to look at
 * that one. every: Otava looks at each so many.
 */
static void run_method(enum method m, const struct history *h, uint32_t only, size_t every,
		       struct alarms *a)
{
	vec_clear(a);
	if (m == OURS)
		by_us(h, a);
	else if (m == THRESHOLD)
		by_threshold(h, only, a);
	else
		by_otava(h, m == OTAVA_5 ? 0.05 : 0, only, every, a);
}

/* Histories in which nothing happens */

static void false_row(const char *name, const struct program *p, const struct past_model *m,
		      int times, uint32_t row)
{
	uint8_t *trait;
	double alarms[NMETHOD] = { 0 }, days[NMETHOD] = { 0 };
	struct alarms a = { 0 };

	if (!strstr(name, rows))
		return;
	trait = mem_zeroed(p->n, 1);
	for (int i = 0; i < times; i++) {
		enum method most = i % OTHERS ? OURS + 1 : NMETHOD;
		struct rng rng = history_rng(row, i);
		struct events none = { 0 };
		struct history h;

		past_make(&h, p, m, &none, &rng, trait);
		for (enum method k = 0; k < most; k++) {
			days[k] += (double)(p->n - 1) * (double)m->windows / 1440;
			run_method(k, &h, 0, EVERY, &a);
			for (size_t j = 0; j < a.n; j++)
				alarms[k] += !(trait[a.v[j].function] & HAS_DRIFT) *
					     (k == OTAVA || k == OTAVA_5 ? EVERY : 1);
		}
		history_release(&h);
	}
	printf("| %s | %.0f |", name, days[OURS]);
	for (enum method k = 0; k < NMETHOD; k++)
		printf(k == OURS ? " **%.2f** |" : " %.0f |", alarms[k] * 1000 / days[k]);
	printf("\n");
	fflush(stdout);
	vec_release(&a);
	mem_free(trait, p->n);
}

static void figure_false(const struct program *p, int times)
{
	struct past_model m = usual;

	printf("| quiet histories | function-days |");
	for (enum method k = 0; k < NMETHOD; k++)
		printf(" %s |", method_names[k]);
	printf("\n|---|--:|--:|--:|--:|--:|\n");
	m.tau = 0;
	m.phi = 1;
	false_row("samples alone", p, &m, times, 1);
	m = usual;
	false_row("functions vary by 1%", p, &m, times, 2);
	m.tau = 0.05;
	false_row("by 5%", p, &m, times, 3);
	m = usual;
	m.outlier = 0.001;
	false_row("outliers: three times the share for 1 or 2 windows", p, &m, times, 4);
	m = usual;
	m.missing = 0.02;
	false_row("windows missing: 2%, and three hours", p, &m, times, 5);
	m = usual;
	m.drift = 0.3;
	false_row("a tenth drifts by up to 30%", p, &m, times, 6);
	m = usual;
	m.windows = 14 * 1440;
	m.season = 0.3;
	false_row("14 days with seasons of up to 30%", p, &m, times / 4 + 1, 7);
	m.windows = 1440;
	false_row("a day of these", p, &m, times * 2, 8);
	m.windows = 14 * 1440;
	m.outlier = 0.001;
	m.missing = 0.02;
	m.drift = 0.3;
	false_row("14 days of all of these", p, &m, times / 4 + 1, 9);
	m = usual;
	m.samples = 6000;
	false_row("6,000 samples a window", p, &m, times, 10);
}

/* Steps */

struct step_case {
	const char *name;
	double share, factor, samples, season;
	size_t after; /* windows after the step that are there */
	size_t days;  /* of history */
	size_t near;  /* windows from the truth at which it is found */
};

static void step_row(const struct step_case *s, const struct program *p, int times, uint32_t row)
{
	double found[NMETHOD] = { 0 }, right[NMETHOD] = { 0 };
	struct alarms a = { 0 };

	if (!strstr(s->name, rows))
		return;
	for (int i = 0; i < times; i++) {
		struct rng rng = history_rng(row, i);
		struct past_model m = usual;
		struct events events = { 0 };
		struct history h;
		size_t at;

		m.samples = s->samples;
		m.season = s->season;
		m.windows = s->days * 1440 + (size_t)(1440 * rng_uniform(&rng));
		at = m.windows - s->after;
		vec_push(&events, { program_function(p, s->share, &rng), at, s->factor, 0, true });
		past_make(&h, p, &m, &events, &rng, NULL);
		for (enum method k = 0; k < NMETHOD; k++) {
			bool is_found = false, is_right = false;

			run_method(k, &h, events.v[0].function, 1, &a);
			for (size_t j = 0; j < a.n; j++) {
				size_t off = a.v[j].window > at ? a.v[j].window - at :
								  at - a.v[j].window;

				if (a.v[j].function != events.v[0].function || off > s->near)
					continue;
				is_found = true;
				is_right |= off <= 1;
			}
			found[k] += is_found;
			right[k] += is_right;
		}
		history_release(&h);
		vec_release(&events);
	}
	printf("| %s | %.0f |", s->name, s->samples);
	for (enum method k = 0; k < NMETHOD; k++) {
		double n = found[k] > 0 ? found[k] : 1;

		printf(k == OURS ? " **%.1f%%** (%.0f%%) |" : " %.1f%% (%.0f%%) |",
		       100 * found[k] / times, 100 * right[k] / n);
	}
	printf("\n");
	fflush(stdout);
	vec_release(&a);
}

static void figure_steps(const struct program *p, int times)
{
	static const struct step_case cases[] = {
		{ "+20% of 1%, 3 windows after", 0.01, 1.2, 120000, 0, 3, 3, 10 },
		{ "-20% of 1%, 3 windows after", 0.01, 0.8, 120000, 0, 3, 3, 10 },
		{ "+20% of 1%, 5 windows after", 0.01, 1.2, 120000, 0, 5, 3, 10 },
		{ "+20% of 1%, an hour after", 0.01, 1.2, 120000, 0, 60, 3, 10 },
		{ "+20% of 1%, seasons, 3 windows after", 0.01, 1.2, 120000, 0.3, 3, 7, 10 },
		{ "+20% of 1%, 15 windows after", 0.01, 1.2, 24000, 0, 15, 3, 10 },
		{ "+20% of 1%, an hour after", 0.01, 1.2, 6000, 0, 60, 3, 10 },
		{ "+5% of 5%, an hour after", 0.05, 1.05, 120000, 0, 60, 3, 60 },
		{ "+5% of 5%, a day after", 0.05, 1.05, 120000, 0, 1440, 3, 60 },
		{ "+5% of 5%, a day after, in 14 days", 0.05, 1.05, 120000, 0, 1440, 14, 60 },
		{ "+5% of 5%, seasons, a day after", 0.05, 1.05, 120000, 0.3, 1440, 7, 60 },
		{ "+5% of 5%, a day after", 0.05, 1.05, 24000, 0, 1440, 7, 60 },
		{ "new function, 0.5%, 3 windows after", 0.0001, 50, 120000, 0, 3, 3, 10 },
	};

	printf("| step | samples a window |");
	for (enum method k = 0; k < NMETHOD; k++)
		printf(" %s |", method_names[k]);
	printf("\n|---|--:|--:|--:|--:|--:|\n");
	for (size_t i = 0; i < LEN(cases); i++)
		step_row(&cases[i], p, times, 100 + (uint32_t)i);
}

/*
 * The series of steps, for the real Otava (real_otava.py): a line each, with the row's name, where
 * the step is, what otava.c finds, and the shares.
 */
static void figure_series(const struct program *p, int times)
{
	static const struct step_case cases[] = {
		{ "no step, for a day", 0.01, 1, 120000, 0, 0, 1, 0 },
		{ "+20% of 1%, an hour after", 0.01, 1.2, 120000, 0, 60, 1, 10 },
		{ "+5% of 5%, a day after", 0.05, 1.05, 120000, 0, 1440, 1, 60 },
	};

	for (size_t c = 0; c < LEN(cases); c++)
		for (int i = 0; i < times; i++) {
			struct rng rng = history_rng(300 + (uint32_t)c, i);
			struct past_model m = usual;
			struct events events = { 0 };
			struct alarms a = { 0 };
			struct history h;
			float *values;
			double *x;
			uint32_t f = program_function(p, cases[c].share, &rng);

			m.windows = cases[c].days * 1440 + cases[c].after;
			vec_push(&events,
				 { f, m.windows - cases[c].after, cases[c].factor, 0, true });
			past_make(&h, p, &m, &events, &rng, NULL);
			values = mem_zeroed(h.nwindow, sizeof(*values));
			x = mem_zeroed(h.nwindow, sizeof(*x));
			shares(&h, f, values, x);
			by_otava(&h, 0, f, 1, &a);
			printf("%s\t%zu\t%zu\t", cases[c].name, m.windows - cases[c].after,
			       cases[c].near);
			for (size_t k = 0; k < a.n; k++)
				printf("%s%zu", k ? " " : "", a.v[k].window);
			for (size_t w = 0; w < h.nwindow; w++)
				printf("%c%.9g", w ? ' ' : '\t', x[w]);
			printf("\n");
			vec_release(&a);
			mem_free(values, h.nwindow * sizeof(*values));
			mem_free(x, h.nwindow * sizeof(*x));
			history_release(&h);
			vec_release(&events);
		}
}

/* Cost that moved, and what deploys do */

static void move_row(const char *name, const struct program *p, int times, double part, double rise)
{
	double reported[NMETHOD] = { 0 }, done = 0;
	struct alarms a = { 0 };

	if (!strstr(name, rows))
		return;
	for (int i = 0; i < times; i++) {
		struct rng rng = history_rng(977, i);
		struct events events = { 0 };
		uint32_t from = program_function(p, 0.02, &rng), to = program_relative(p, from);
		struct history h;

		if (!to)
			continue;
		done++;
		vec_push(&events, { from, 2 * 1440, part, to, true });
		if (rise > 0)
			vec_push(&events, { to, 2 * 1440, 1 + rise, 0, false });
		past_make(&h, p, &usual, &events, &rng, NULL);
		for (enum method k = 0; k < NMETHOD; k++) {
			bool is_reported = false;

			run_method(k, &h, from, 1, &a);
			for (size_t j = 0; j < a.n; j++)
				is_reported |= labs((long)a.v[j].window - 2 * 1440) <= 10;
			reported[k] += is_reported;
		}
		history_release(&h);
		vec_release(&events);
	}
	printf("| %s | %.0f |", name, done);
	for (enum method k = 0; k < NMETHOD; k++)
		printf(k == OURS ? " **%.1f%%** |" : " %.1f%% |", 100 * reported[k] / done);
	printf("\n");
	fflush(stdout);
	vec_release(&a);
}

static void figure_moves(const struct program *p, int times)
{
	printf("| what happened to a function of 2%% | histories |");
	for (enum method k = 0; k < NMETHOD; k++)
		printf(" %s |", method_names[k]);
	printf("\n|---|--:|--:|--:|--:|--:|\n");
	move_row("all of it moved to a relative (renamed, inlined)", p, times, 0, 0);
	move_row("half of it moved (split)", p, times, 0.5, 0);
	move_row("half of it moved, and that became dearer by 50%", p, times, 0.5, 0.5);
}

/* Ten functions change with a deployment, by 20 to 60 %, up or down. */
static void figure_deploys(const struct program *p, int times)
{
	double found = 0, named = 0, others = 0, all = 0;
	struct alarms a = { 0 };

	for (int i = 0; i < times; i++) {
		struct rng rng = history_rng(555, i);
		struct events events = { 0 };
		struct history h;

		for (int k = 0; k < 10; k++)
			vec_push(&events,
				 { program_function(p, 0.005 + 0.02 * rng_uniform(&rng), &rng),
				   3000,
				   rng_uniform(&rng) < 0.5 ? 1.2 + 0.4 * rng_uniform(&rng) :
							     0.8 - 0.4 * rng_uniform(&rng),
				   0, k == 0 });
		past_make(&h, p, &usual, &events, &rng, NULL);
		run_method(OURS, &h, 0, 1, &a);
		for (size_t e = 0; e < events.n; e++) {
			bool is_found = false, is_named = false;

			for (size_t j = 0; j < a.n; j++)
				if (a.v[j].function == events.v[e].function &&
				    labs((long)a.v[j].window - 3000) <= 10) {
					is_found = true;
					is_named |= a.v[j].has_deploy;
				}
			all++;
			found += is_found;
			named += is_named;
		}
		for (size_t j = 0; j < a.n; j++) {
			bool is_event = false;

			for (size_t e = 0; e < events.n; e++)
				is_event |= a.v[j].function == events.v[e].function;
			others += !is_event;
		}
		history_release(&h);
		vec_release(&events);
	}
	printf("| ten functions at once, by 20 to 60%% | found | with the version beside them | other "
	       "functions reported, a deployment |\n|--:|--:|--:|--:|\n| %.0f | **%.1f%%** | %.1f%% | "
	       "%.2f |\n",
	       all, 100 * found / all, 100 * named / all, others / times);
	vec_release(&a);
}

static void figure_cost(const struct program *p)
{
	struct past_model m = usual;
	struct rng rng = history_rng(4711, 0);
	struct events events = { 0 };
	struct history h;
	struct alarms a = { 0 };
	double before;

	m.windows = 14 * 1440;
	m.season = 0.3;
	for (uint32_t i = 0; i < 20; i++)
		vec_push(&events,
			 { program_function(p, 0.002, &rng), 1000 + 900 * i, 1.3, 0, true });
	past_make(&h, p, &m, &events, &rng, NULL);
	before = seconds();
	run_method(OURS, &h, 0, 1, &a);
	printf("| functions | windows | changes | CPU |\n|--:|--:|--:|--:|\n| %zu | %zu | %zu | "
	       "**%.2f s** |\n",
	       p->n - 1, h.nwindow, a.n, seconds() - before);
	history_release(&h);
	vec_release(&a);
	vec_release(&events);
}

int main(int argc, char **argv)
{
	struct program p;
	int times = argc > 3 ? atoi(argv[3]) : 20;
	const char *figure = argc > 2 ? argv[1] : "";
	bool is_cost = strcmp(figure, "cost") == 0;

	seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	rows = argc > 5 ? argv[5] : "";
	if (argc < 3 || !program_read(&p, argv[2], is_cost ? 1000 : 250))
		return fprintf(stderr, "usage: changes FIGURE RECORDING [TIMES [SEED [ROWS]]]\n"),
		       2;
	if (strcmp(figure, "false") == 0)
		figure_false(&p, times);
	else if (strcmp(figure, "steps") == 0)
		figure_steps(&p, times);
	else if (strcmp(figure, "series") == 0)
		figure_series(&p, times);
	else if (strcmp(figure, "moves") == 0)
		figure_moves(&p, times);
	else if (strcmp(figure, "deploys") == 0)
		figure_deploys(&p, times);
	else if (is_cost)
		figure_cost(&p);
	program_release(&p);
	return 0;
}
