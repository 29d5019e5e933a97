/*
 * Comparisons of real runs, as record.sh leaves them: rows of Markdown tables.
 *
 *	real false DIR...		splits of the runs of each program into two sides
 *	real slower BASE NEW FUNCTION	the same program, with FUNCTION made slower
 *
 * Runs are shuffled and dealt into comparisons that share none, again and again.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/replicates.h"
#include "figures.h"

enum { SHUFFLES = 100 };

static struct rng rng = { 1 };

static void load(struct runs *runs, enum side side, const char *dir)
{
	char *const paths[] = { (char *)dir, NULL };

	if (!load_runs(runs, side, paths))
		exit(2);
}

static void swap(struct run *a, struct run *b)
{
	struct run was = *a;

	*a = *b;
	*b = was;
}

static void shuffle(struct run *run, size_t n)
{
	for (size_t i = n; i > 1; i--)
		swap(&run[i - 1], &run[(size_t)(rng_uniform(&rng) * (double)i)]);
}

struct tally {
	size_t n, gated, z, threshold, found, first, warned;
	double predicted;
};

/* How likely the comparison should find a change, by the power that it reports. */
static double predict(const struct comparison *c, double change)
{
	const double four_in_five = 0.8416212335729143;
	double mean = c->o->power_share * c->design.total_samples / (double)c->design.n;
	const struct noise *n = &main_family(c)->noise;
	double variance = noise_typical(n) * noise_trend(n, (1 - c->o->power_share) / mean);
	double se = sqrt(variance * design_spread(&c->design));

	return erfc(-(four_in_five + (change - log1p(c->required.effect)) / se) / M_SQRT2) / 2;
}

/* Compare the first n runs. Their function `name` is slower by `change`, if any is. */
static void compare_first(struct runs *runs, size_t n, const struct options *o, const char *name,
			  double change, struct tally *t)
{
	size_t all = runs->n;
	struct comparison c;
	const struct row *row;

	runs->n = n;
	if (!compare(&c, runs, o)) {
		fprintf(stderr, "real: %s\n", c.error);
		exit(2);
	}
	row = name ? find_gated(&c, name) : NULL;
	t->n++;
	t->gated += c.gated;
	t->z += naive_z(&c);
	t->threshold += naive_threshold(&c);
	if (o->power_share > 0)
		t->predicted += predict(&c, change);
	t->warned += c.design.order == ORDER_SEQUENTIAL;
	t->found += row != NULL;
	t->first += row && row == &c.row[0];
	comparison_release(&c);
	runs->n = all;
}

static double percent(size_t part, const struct tally *t)
{
	return 100 * (double)part / (double)t->n;
}

/* The same program on both sides */

static void deal(struct runs *runs, size_t k, const struct options *o, struct tally *t)
{
	size_t all = runs->n;
	struct run *first = runs->run;

	shuffle(runs->run, all);
	for (size_t at = 0; at + 2 * k <= all; at += 2 * k) {
		runs->run = first + at;
		for (size_t i = 0; i < 2 * k; i++)
			runs->run[i].side = i < k ? BASE : NEW;
		compare_first(runs, 2 * k, o, NULL, 0, t);
	}
	runs->run = first;
}

static int by_time(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

/* One side, then the other, from each place in the order of time. */
static void slide(struct runs *runs, size_t k, const struct options *o, struct tally *t)
{
	struct run *first = runs->run;

	qsort(runs->run, runs->n, sizeof(*runs->run), by_time);
	for (size_t at = 0; at + 2 * k <= runs->n; at++) {
		runs->run = first + at;
		for (size_t i = 0; i < 2 * k; i++)
			runs->run[i].side = i < k ? BASE : NEW;
		compare_first(runs, 2 * k, o, NULL, 0, t);
	}
	runs->run = first;
}

static void print_false(const char *dir, const char *metric, size_t k, const char *order,
			const struct tally *t)
{
	struct str name = str_basename(str_of(dir));

	printf("| %.*s | %s | %zu | %s | %zu | **%.2f%%** | %.1f%% | %.1f%% |\n", STR_ARG(name),
	       metric, k, order, t->n, percent(t->gated, t), percent(t->z, t),
	       percent(t->threshold, t));
}

static void figure_real_false(const char *dir)
{
	static const struct {
		enum metric metric;
		const char *name;
	} metrics[] = { { METRIC_CPU, "cpu" }, { METRIC_SHARE, "share" } };
	struct runs runs;

	runs_init(&runs, NULL);
	load(&runs, BASE, dir);
	for (size_t i = 0; i < LEN(metrics); i++) {
		for (size_t k = 5; k <= 10 && 2 * k <= runs.n; k += 5) {
			struct options o = compare_defaults();
			struct tally mixed = { 0 }, in_turn = { 0 };

			o.metric = metrics[i].metric;
			for (size_t j = 0; j < SHUFFLES; j++)
				deal(&runs, k, &o, &mixed);
			print_false(dir, metrics[i].name, k, "interleaved", &mixed);
			slide(&runs, k, &o, &in_turn);
			print_false(dir, metrics[i].name, k, "one after the other", &in_turn);
			if (in_turn.warned < in_turn.n)
				printf("not all were warned about: %zu\n",
				       in_turn.n - in_turn.warned);
		}
	}
	runs_release(&runs);
}

/* A function made slower */

static int by_side_and_round(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	if (x->round != y->round)
		return x->round < y->round ? -1 : 1;
	return (int)x->side - (int)y->side;
}

/* Pairs lie side by side: shuffle them as such. */
static void shuffle_pairs(struct run *run, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)(rng_uniform(&rng) * (double)i);

		swap(&run[2 * (i - 1)], &run[2 * j]);
		swap(&run[2 * (i - 1) + 1], &run[2 * j + 1]);
	}
}

/* What all runs together say of the function. */
static const struct row *find_row(const struct comparison *c, const char *name)
{
	for (size_t i = 0; i < c->nrow; i++) {
		const struct row *r = &c->row[i];
		struct str item = dict_text(c->items.p->dict, c->items.item[r->item].name);

		if (r->kind == SELF && str_eq(item, str_of(name)))
			return r;
	}
	fprintf(stderr, "real: there is no function %s\n", name);
	exit(2);
}

/* Returns its change; sets the share for which the power of each comparison is asked. */
static double print_truth(struct runs *runs, const char *name, struct options *o)
{
	struct comparison c;
	const struct row *r;
	double change;

	if (!compare(&c, runs, o))
		exit(2);
	r = find_row(&c, name);
	o->power_share = r->test.cost[BASE] / c.total.cost[BASE];
	o->power_effect = 1;
	change = r->test.change;
	printf("| %s | %.1f%% | %+.1f%% |", name, 100 * o->power_share, 100 * expm1(change));
	comparison_release(&c);
	return change;
}

static void figure_slower(const char *base, const char *new, const char *name)
{
	enum { K = 10 };
	struct options o = compare_defaults();
	struct tally t = { 0 };
	struct runs runs;
	struct run *first;
	double change;
	size_t all;

	runs_init(&runs, NULL);
	load(&runs, BASE, base);
	load(&runs, NEW, new);
	qsort(runs.run, runs.n, sizeof(*runs.run), by_side_and_round);
	printf("| %s ", str_basename(str_of(new)).p);
	change = print_truth(&runs, name, &o);
	first = runs.run;
	all = runs.n;
	for (size_t j = 0; j < SHUFFLES; j++) {
		shuffle_pairs(first, all / 2);
		for (size_t at = 0; at + 2 * K <= all; at += 2 * K) {
			runs.run = first + at;
			compare_first(&runs, 2 * K, &o, name, change, &t);
		}
		runs.run = first;
	}
	printf(" %.2f | %zu | **%.2f** | %.0f%% | %.2f |\n", t.predicted / (double)t.n, t.n,
	       (double)t.found / (double)t.n, t.found ? 100 * (double)t.first / (double)t.found : 0,
	       (double)t.gated / (double)t.n);
	runs_release(&runs);
}

int main(int argc, char **argv)
{
	program_name = "real";
	common.quiet = true;
	if (argc > 2 && strcmp(argv[1], "false") == 0) {
		for (int i = 2; i < argc; i++)
			figure_real_false(argv[i]);
		return 0;
	}
	if (argc != 5 || strcmp(argv[1], "slower") != 0)
		return 2;
	figure_slower(argv[2], argv[3], argv[4]);
	return 0;
}
