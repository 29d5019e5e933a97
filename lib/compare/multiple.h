/*
 * Control of the false discovery rate of many tests. If nothing has changed, the rate is the
 * probability of at least one false alarm, for any number of tests.
 */
#ifndef COMPARE_MULTIPLE_H
#define COMPARE_MULTIPLE_H

#include "base/base.h"

/*
 * Benjamini and Hochberg (1995): the least level at which item i is found, for m
 * p-values. Item i is found at level q if adjusted[i] <= q. Weighted tests have their
 * p-values divided by weights of mean 1, which must not depend on the p-values (Genovese,
 * Roeder and Wasserman 2006).
 */
void bh_adjust(double *adjusted, const double *p, size_t m);

/* The largest p-value that is found at level q; -1 if there is none. */
double bh_threshold(const double *p, size_t m, double q);

/*
 * Focused BH (Katsevich, Sabatti and Bogomolov 2023), for items that are nodes of a tree, of
 * which only findings without findings below them are kept. parent[i] < i, or NO_PARENT.
 * found[i] becomes whether i is found at level q, and adjusted[i] the least level at which the
 * findings include i; 1 if there is none.
 */
enum { NO_PARENT = UINT32_MAX };
void bh_focus(uint8_t *found, double *adjusted, const double *p, const uint32_t *parent, size_t m,
	      double q);

#endif
