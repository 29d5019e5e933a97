/*
 * Change points as Otava 0.8 finds them: E-divisive means in windows, accepted by Student's
 * t test (Matteson and James 2014; Fleming et al. 2023, "Hunter"). Written anew from the
 * published procedure, defects included: the standard deviations are those of populations,
 * p-values are those of one test.
 */
#ifndef VALIDATE_OTAVA_H
#define VALIDATE_OTAVA_H

#include "base/vec.h"

struct points VEC_OF(size_t);

/* window: 50, p: 0.001, least: change of the mean as a fraction; Otava's defaults are these and 0. */
void otava_find(const double *x, size_t n, size_t window, double p, double least,
		struct points *found);

#endif
