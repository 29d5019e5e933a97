/* Special functions against R's (tests/oracle/compare.R). */
#include "compare/special.h"

#include "oracle/compare_r.h"
#include "tap.h"

/* The largest relative difference; tiny values may differ by 1e-300. */
static double worst;

static void compare(double got, double expected)
{
	worst = fmax(worst, fabs(got - expected) / fmax(fabs(expected), 1e-290));
}

static void agree(const char *name, double most)
{
	ok(worst <= most, "%s: %.1e", name, worst);
	worst = 0;
}

static void test_distributions(void)
{
	for (size_t i = 0; i < LEN(student_tails); i++)
		compare(student_tail(student_tails[i][0], student_tails[i][1]),
			student_tails[i][2]);
	agree("Student's tail", 1e-10);
	for (size_t i = 0; i < LEN(student_quantiles); i++)
		compare(student_quantile(student_quantiles[i][0], student_quantiles[i][1]),
			student_quantiles[i][2]);
	agree("Student's quantiles", 1e-9);
	for (size_t i = 0; i < LEN(normal_p); i++)
		compare(normal_quantile(normal_p[i]), normal_z[i]);
	agree("Gauss's quantiles", 1e-10);
	for (size_t i = 0; i < LEN(beta_cdfs); i++)
		compare(beta_cdf(beta_cdfs[i][0], beta_cdfs[i][1], beta_cdfs[i][2]),
			beta_cdfs[i][3]);
	agree("beta", 1e-9);
}

static void test_gammas(void)
{
	for (size_t i = 0; i < LEN(polygammas); i++)
		compare(digamma(polygammas[i][0]), polygammas[i][1]);
	agree("digamma", 1e-12);
	for (size_t i = 0; i < LEN(polygammas); i++)
		compare(trigamma(polygammas[i][0]), polygammas[i][2]);
	agree("trigamma", 1e-12);
	for (size_t i = 0; i < LEN(polygammas); i++)
		compare(tetragamma(polygammas[i][0]), polygammas[i][3]);
	agree("tetragamma", 1e-12);
	for (size_t i = 0; i < LEN(trigamma_inverses); i++)
		compare(trigamma_inverse(trigamma_inverses[i][0]), trigamma_inverses[i][1]);
	agree("inverse of trigamma", 1e-10);
}

static void test_ends(void)
{
	ok(student_tail(INFINITY, 3) == 0 && student_tail(-INFINITY, 3) == 1, "infinite t");
	ok(student_tail(0, 3) == 0.5 && student_quantile(0.5, 3) == 0, "the middle");
	ok(beta_cdf(0, 2, 3) == 0 && beta_cdf(1, 2, 3) == 1, "the ends of beta");
	for (double p = 0.01; p < 1; p += 0.07)
		compare(beta_cdf(beta_quantile(p, 12, 3.5), 12, 3.5), p);
	agree("beta's quantiles are its inverse", 1e-12);
}

int main(void)
{
	test_distributions();
	test_gammas();
	test_ends();
	return done();
}
