/* From counts to p-values, against R and limma (tests/oracle/compare.R). */
#include "compare/multiple.h"
#include "compare/test.h"
#include "oracle/compare_r.h"
#include "tap.h"

static const double close_enough = 1e-8;

static double worst;

static void compare(double got, double expected)
{
	worst = fmax(worst, fabs(got - expected) / fmax(fabs(expected), 1e-30));
}

static void agree(const char *name)
{
	ok(worst <= close_enough, "%s: %.1e", name, worst);
	worst = 0;
}

/* limma's eBayes(): the prior of variances around a trend of 1 */
static void test_prior(const double *s2, size_t m, const double expected[3], const char *name)
{
	double u[64] = { 0 };
	struct noise n = { .phi = 1, .tau2 = 1, .df = expected[0] };

	noise_fit_prior(&n, s2, u, m);
	compare(n.prior_df, expected[1]);
	compare(n.scale, expected[2]);
	agree(name);
}

struct fixture {
	const char *name;
	const double *counts, *samples, *noise, (*items)[6];
	size_t m, n, k;
	bool paired;
	double delta;
};

/* Columns of an item: change, own variance, standard error, p, low, q */
static void test_items(const struct fixture *f, const struct design *d, struct test *t,
		       const struct noise *noise)
{
	double p[64], q[64];

	for (size_t i = 0; i < f->m; i++) {
		test_moderate(&t[i], d, noise);
		p[i] = test_above(&t[i], log1p(f->delta));
		compare(t[i].change, f->items[i][0]);
		compare(t[i].own, f->items[i][1]);
		compare(t[i].se, f->items[i][2]);
		compare(p[i], f->items[i][3]);
		compare(test_low(&t[i], 0.05), f->items[i][4]);
	}
	agree("changes, errors, p-values, intervals");
	bh_adjust(q, p, f->m);
	for (size_t i = 0; i < f->m; i++)
		compare(q[i], f->items[i][5]);
	agree("false discovery rates");
}

static void test_fixture(const struct fixture *f)
{
	double exposure[16], samples[16], s2[64], u[64];
	struct design d = { .n = f->n, .k = { f->k, f->n - f->k }, .paired = f->paired };
	struct test t[64];
	struct noise noise = { 0 };

	d.metric = METRIC_SHARE;
	d.exposure = exposure;
	d.samples = samples;
	for (size_t r = 0; r < f->n; r++) {
		exposure[r] = samples[r] = f->samples[r];
		d.total_samples += f->samples[r];
	}
	for (size_t i = 0; i < f->m; i++) {
		test_measure(&t[i], &d, f->counts + i * f->n, d.exposure);
		s2[i] = t[i].own;
		u[i] = t[i].u;
	}
	noise_fit(&noise, s2, u, f->m, design_df(&d), 1e-12);
	compare(noise.phi, f->noise[0]);
	compare(noise.tau2, f->noise[1]);
	compare(noise.prior_df, f->noise[2]);
	compare(noise.scale, f->noise[3]);
	compare(noise.total_df, f->noise[4]);
	agree(f->name);
	test_items(f, &d, t, &noise);
}

static void test_single(void)
{
	for (size_t i = 0; i < LEN(singles); i++) {
		const double *row = singles[i];
		struct single s = { { row[0], row[1] }, { row[2], row[3] } };

		compare(single_above(&s, row[4]), row[5]);
		compare(single_low(&s, 0.05), row[6]);
		if (isinf(row[7]))
			ok(isinf(single_high(&s, 0.05)), "no upper end from nothing");
		else
			compare(single_high(&s, 0.05), row[7]);
	}
	agree("one run a side: binom.test()");
}

static void test_bh(void)
{
	double q[LEN(bh_p)];

	bh_adjust(q, bh_p, LEN(bh_p));
	for (size_t i = 0; i < LEN(bh_p); i++)
		compare(q[i], bh_q[i]);
	agree("p.adjust(\"BH\")");
	ok(bh_threshold(bh_p, LEN(bh_p), 0.05) == 0.012, "the largest that is found at 5%%");
	ok(bh_threshold(bh_p, LEN(bh_p), 1e-9) == -1, "none at next to nothing");
}

/* A leaf, its parent, the root, and two more leaves below it */
static void test_focus(double fourth, unsigned expected)
{
	static const uint32_t parent[] = { NO_PARENT, 0, 1, 0, 0 };
	double p[] = { 0.003, 1e-4, 1e-6, fourth, 0.5 }, adjusted[5];
	uint8_t found[5];
	unsigned got = 0;

	bh_focus(found, adjusted, p, parent, 5, 0.05);
	for (unsigned i = 0; i < 5; i++)
		got |= (unsigned)found[i] << i;
	ok(got == expected, "of nested findings the lowest, with p = %g beside", fourth);
	ok(!found[3] == !(adjusted[3] <= 0.05), "adjusted p-values say the same");
}

/* What is typical: the prior's own place when all items are alike, above it when not. */
static void test_typical(void)
{
	struct noise n = { .phi = 1, .df = 9, .scale = 0.9 };

	ok(noise_typical(&n) == 1, "nothing borrowed: the trend itself");
	n.prior_df = MOST_PRIOR_DF;
	ok(fabs(noise_typical(&n) - 0.9) < 0.001, "all alike: the prior");
	n.prior_df = 2.4;
	n.scale = 0.3;
	ok(noise_typical(&n) > 0.4 && noise_typical(&n) < 0.5, "some vary wildly: the middle");
}

int main(void)
{
	test_typical();
	test_prior(variances1, LEN(variances1), prior1, "a prior that is worth little");
	test_prior(variances2, LEN(variances2), prior2, "one that is worth more");
	test_prior(variances3, LEN(variances3), prior3, "one that is worth all there is");
	test_fixture(&(struct fixture){ "two groups", &groups_counts[0][0], groups_samples,
					groups_noise, groups_items, LEN(groups_items), 8, 4, false,
					0.02 });
	test_fixture(&(struct fixture){ "pairs", &pairs_counts[0][0], pairs_samples, pairs_noise,
					pairs_items, LEN(pairs_items), 10, 5, true, 0.01 });
	test_single();
	test_bh();
	test_focus(0.02, 1u << 2 | 1u << 3);
	test_focus(0.021, 1u << 2);
	return done();
}
