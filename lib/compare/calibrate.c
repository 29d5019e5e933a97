#include "compare/calibrate.h"

#include <math.h>

#include "compare/choices.h"
#include "compare/random.h"
#include "compare/reports/diff_power.h"
#include "compare/reports/diff_words.h"

static void shuffle_sides(struct runs *runs, uint64_t *seed)
{
	for (size_t i = runs->n; i > 0; i--) {
		size_t j = (size_t)(random_bits(seed) % i);
		struct run swap = runs->run[i - 1];

		runs->run[i - 1] = runs->run[j];
		runs->run[j] = swap;
		runs->run[i - 1].side = i - 1 < runs->n / 2 ? BASE : NEW;
	}
}

/* The runs whose bit is set are the base. */
static void choose_sides(struct runs *runs, uint64_t base)
{
	for (size_t i = 0; i < runs->n; i++)
		runs->run[i].side = base >> i & 1 ? BASE : NEW;
}

static void add_comparison(struct calibration *to, const struct comparison *c)
{
	const struct noise *noise = &main_family(c)->noise;

	to->failed += c->gated;
	to->permuted = c->permuted;
	to->phi += noise_typical(noise) * noise->phi;
	to->run_to_run += sqrt(noise_typical(noise) * noise->tau2);
	for (size_t i = 0; i < POWERS; i++) {
		to->power[i].effect += c->power[i].effect;
		to->power[i].share = c->power[i].share;
	}
}

static void take_means(struct calibration *c)
{
	c->phi /= (double)c->n;
	c->run_to_run /= (double)c->n;
	for (size_t i = 0; i < POWERS; i++)
		c->power[i].effect /= (double)c->n;
}

static bool compare_split(struct calibration *c, struct runs *runs, const struct options *o,
			  struct buf *error)
{
	struct comparison one;
	bool ok = compare(&one, runs, o);

	if (ok)
		add_comparison(c, &one);
	else
		buf_add(error, str_of(one.error));
	comparison_release(&one);
	c->n += ok;
	return ok;
}

bool calibrate(struct calibration *c, struct runs *runs, const struct options *o, size_t n,
	       struct buf *error)
{
	enum { FEWEST = 4 };
	uint64_t seed = o->seed, base = first_choice(runs->n / 2 % 64);
	double ways = choices(runs->n, runs->n / 2);
	bool ok = runs->n >= FEWEST;

	*c = (struct calibration){
		.k = { runs->n / 2, runs->n - runs->n / 2 },
		.gate_q = o->gate_q,
	};
	if (!ok)
		buf_printf(error, "calibrating needs %d runs, not %zu", FEWEST, runs->n);
	for (size_t i = 0; i < runs->n; i++) {
		runs->run[i].round = -1;
		runs->run[i].time = 0;
	}
	c->all = ways <= (double)n;
	while (ok && (double)c->n < (c->all ? ways : (double)n)) {
		if (c->all)
			choose_sides(runs, base);
		else
			shuffle_sides(runs, &seed);
		base = next_choice(base);
		ok = compare_split(c, runs, o, error);
	}
	buf_ch(error, '\0');
	take_means(c);
	return ok;
}

/* What the figure is worth. */
static void put_reach(struct buf *b, const struct calibration *c)
{
	buf_add(b, S("splits have runs in common: this is how the gate fares with these runs, "
		     "not a bound for others\n"));
	if (c->all && 1 / (double)c->n > c->gate_q) {
		buf_add(b, S("one split is "));
		words_share(b, 1 / (double)c->n);
		buf_add(b, S(": more runs are needed to show a rate of "));
		words_chosen(b, c->gate_q);
		buf_ch(b, '\n');
	}
	if (!c->permuted)
		buf_add(b, S("too few runs a side for random labellings: the gate takes it that "
			     "runs scatter normally\n"));
}

void calibration_print(struct buf *b, const struct calibration *c)
{
	buf_printf(b, "%s%zu %ssplits of the same runs, %zu v %zu: the gate failed in %zu, ",
		   c->all ? "all " : "", c->n, c->all ? "" : "random ", c->k[BASE], c->k[NEW],
		   c->failed);
	words_share(b, (double)c->failed / (double)c->n);
	buf_ch(b, '\n');
	put_reach(b, c);
	buf_printf(b, "noise: sampling %.2f times Poisson's, run to run ", c->phi);
	words_share(b, c->run_to_run);
	buf_ch(b, '\n');
	words_detectable(b, c->power);
	buf_ch(b, '\n');
}
