#include "compare/special.h"

#include <float.h>
#include <math.h>

#include "base/base.h"

/* Incomplete beta */

static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

/* Coefficient i of the continued fraction (DLMF 8.17.23), from 1. */
static double coefficient(int i, double x, double a, double b)
{
	double m = i / 2;

	if (i % 2)
		return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
	return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

/* 1 + c1/(1 + c2/(1 + ...)) by Lentz's method: products of two ratios. */
static double continued_fraction(double x, double a, double b)
{
	enum { MOST = 100000 };
	const double tiny = 1e-300;
	double value = 1, up = 1, down = 0;

	for (int i = 1; i < MOST; i++) {
		double c = coefficient(i, x, a, b), step;

		down = 1 + c * down;
		up = 1 + c / up;
		if (fabs(down) < tiny)
			down = tiny;
		if (fabs(up) < tiny)
			up = tiny;
		down = 1 / down;
		step = up * down;
		value *= step;
		if (fabs(step - 1) < 2 * DBL_EPSILON)
			break;
	}
	return value;
}

/* I_x(a, b); y = 1 - x is a parameter, since it may be too small to be computed from x. */
static double incomplete_beta(double x, double y, double a, double b)
{
	double log_front;

	if (x <= 0)
		return 0;
	if (y <= 0)
		return 1;
	if (x > (a + 1) / (a + b + 2))
		return 1 - incomplete_beta(y, x, b, a);
	log_front = a * (y < 0.5 ? log1p(-y) : log(x)) + b * (x < 0.5 ? log1p(-x) : log(y)) +
		    log_gamma(a + b) - log_gamma(a) - log_gamma(b);
	return exp(log_front) / (a * continued_fraction(x, a, b));
}

double beta_cdf(double x, double a, double b)
{
	return incomplete_beta(x, 1 - x, a, b);
}

static double beta_density(double x, double a, double b)
{
	return exp((a - 1) * log(x) + (b - 1) * log1p(-x) + log_gamma(a + b) - log_gamma(a) -
		   log_gamma(b));
}

/* Newton's method, with bisection where a step leaves the bracket. */
double beta_quantile(double p, double a, double b)
{
	double low = 0, high = 1, x = a / (a + b);

	for (int i = 0; i < 200; i++) {
		double v = beta_cdf(x, a, b), next = x - (v - p) / beta_density(x, a, b);

		if (v < p)
			low = x;
		else
			high = x;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - x) <= 2 * DBL_EPSILON * next)
			break;
		x = next;
	}
	return x;
}

/* Student, Gauss */

double student_tail(double t, double nu)
{
	double sum = nu + t * t, half;

	if (isinf(t))
		return t < 0;
	half = incomplete_beta(nu / sum, t * t / sum, nu / 2, 0.5) / 2;
	return t > 0 ? half : 1 - half;
}

static double student_density(double t, double nu)
{
	return exp(log_gamma((nu + 1) / 2) - log_gamma(nu / 2) - log(M_PI * nu) / 2 -
		   (nu + 1) / 2 * log1p(t * t / nu));
}

static double normal_tail(double z, double unused)
{
	(void)unused;
	return erfc(z / M_SQRT2) / 2;
}

static double normal_density(double z, double unused)
{
	(void)unused;
	return exp(-z * z / 2) / sqrt(2 * M_PI);
}

typedef double curve(double t, double nu);

/*
 * Find the place at which a falling tail is p < 1/2, by Newton's method on its logarithm, which
 * is nearly straight, with bisection where a step leaves the bracket.
 */
static double find_quantile(curve *tail, curve *density, double nu, double p)
{
	double low = 0, high = 1, t;

	for (; tail(high, nu) > p && high < 1e300; high *= 2)
		low = high;
	t = low + (high - low) / 2;
	for (int i = 0; i < 200; i++) {
		double v = tail(t, nu), next = t + log(v / p) * v / density(t, nu);

		if (v > p)
			low = t;
		else
			high = t;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - t) <= 2 * DBL_EPSILON * next)
			break;
		t = next;
	}
	return t;
}

double student_quantile(double p, double nu)
{
	bool right = p < 0.5;
	double t = p == 0.5 ? 0 :
			      find_quantile(student_tail, student_density, nu, right ? p : 1 - p);

	return right ? t : -t;
}

double normal_quantile(double p)
{
	bool right = p < 0.5;
	double z = p == 0.5 ? 0 : find_quantile(normal_tail, normal_density, 0, right ? p : 1 - p);

	return right ? z : -z;
}

/*
 * Polygamma functions: the recurrence raises x until the asymptotic series (DLMF 5.11.2 and its
 * derivatives) is exact to the last digit.
 */

enum { LARGE = 20 };

/* c[0] + c[1] x + c[2] x^2 ... */
static double polynomial(const double *c, size_t n, double x)
{
	double sum = 0;

	while (n--)
		sum = sum * x + c[n];
	return sum;
}

double digamma(double x)
{
	static const double c[] = { -1.0 / 12, 1.0 / 120, -1.0 / 252, 1.0 / 240, -1.0 / 132 };
	double below = 0, r;

	for (; x < LARGE; x++)
		below += 1 / x;
	r = 1 / (x * x);
	return log(x) - 1 / (2 * x) + r * polynomial(c, LEN(c), r) - below;
}

double trigamma(double x)
{
	static const double c[] = { 1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66 };
	double below = 0, r;

	for (; x < LARGE; x++)
		below += 1 / (x * x);
	r = 1 / (x * x);
	return 1 / x + r / 2 + r / x * polynomial(c, LEN(c), r) + below;
}

double tetragamma(double x)
{
	static const double c[] = { -1.0 / 2, 1.0 / 6, -1.0 / 6, 3.0 / 10, -5.0 / 6 };
	double below = 0, r;

	for (; x < LARGE; x++)
		below += 2 / (x * x * x);
	r = 1 / (x * x);
	return -r - r / x + r * r * polynomial(c, LEN(c), r) - below;
}

double trigamma_inverse(double y)
{
	double x = 0.5 + 1 / y;

	if (y > 1e7)
		return 1 / sqrt(y);
	if (y < 1e-6)
		return 1 / y;
	for (int i = 0; i < 50; i++) {
		double t = trigamma(x), step = t * (1 - t / y) / tetragamma(x);

		x += step;
		if (-step / x < 1e-14)
			break;
	}
	return x;
}
