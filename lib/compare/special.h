/*
 * The distributions and special functions that the tests need, to about thirteen digits. See
 * NIST's Digital Library of Mathematical Functions (dlmf.nist.gov), chapter 5 (gamma and
 * related functions) and section 8.17 (incomplete beta).
 */
#ifndef COMPARE_SPECIAL_H
#define COMPARE_SPECIAL_H

/* P(T > t) for Student's t with nu > 0 degrees of freedom. */
double student_tail(double t, double nu);

/* The t with P(T > t) = p, for 0 < p < 1. */
double student_quantile(double p, double nu);

/* The z with P(Z > z) = p for the standard normal. */
double normal_quantile(double p);

/* P(X <= x) for a beta variable with parameters a, b > 0, and its inverse. */
double beta_cdf(double x, double a, double b);
double beta_quantile(double p, double a, double b);

/* The first three derivatives of ln(gamma(x)), for x > 0. */
double digamma(double x);
double trigamma(double x);
double tetragamma(double x);

/* The x with trigamma(x) = y, for y > 0. */
double trigamma_inverse(double y);

#endif
