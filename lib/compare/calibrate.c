#include "compare/calibrate.h"

#include <math.h>

#include "compare/random.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_words.h"
#include "compare/special.h"

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

static void add_comparison(struct calibration *to, const struct comparison *c)
{
	const struct noise *noise = &main_family(c)->noise;

	to->failed += c->gated;
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

bool calibrate(struct calibration *c, struct runs *runs, const struct options *o, size_t n,
	       struct buf *error)
{
	enum { FEWEST = 4 };
	uint64_t seed = o->seed;
	bool ok = runs->n >= FEWEST;

	*c = (struct calibration){ .k = runs->n / 2 };
	if (!ok)
		buf_printf(error, "calibrating needs %d runs, not %zu", FEWEST, runs->n);
	for (size_t i = 0; i < runs->n; i++) {
		runs->run[i].round = -1;
		runs->run[i].time = 0;
	}
	for (; ok && c->n < n; c->n++) {
		struct comparison one;

		shuffle_sides(runs, &seed);
		ok = compare(&one, runs, o);
		if (ok)
			add_comparison(c, &one);
		else
			buf_add(error, str_of(one.error));
		comparison_release(&one);
	}
	buf_ch(error, '\0');
	take_means(c);
	return ok;
}

void calibration_print(struct buf *b, const struct calibration *c)
{
	double failed = (double)c->failed, n = (double)c->n;

	buf_printf(b, "%zu splits of the same runs, %zu v %zu: the gate failed in %zu, ", c->n,
		   c->k, c->k, c->failed);
	words_share(b, failed / n);
	buf_add(b, S(" (at most "));
	words_share(b, beta_quantile(0.95, failed + 1, n - failed));
	buf_printf(
		b,
		", if splits were independent)\nnoise: sampling %.2f times Poisson's, run to run ",
		c->phi);
	words_share(b, c->run_to_run);
	buf_ch(b, '\n');
	words_detectable(b, c->power);
	buf_ch(b, '\n');
}
