/* The labels of a store and their totals, from its index. */
#ifndef STORE_LABEL_SUM_H
#define STORE_LABEL_SUM_H

#include "store/store_view.h"

/*
 * Append to `total`, whose dictionary is that of the view, a sample without a stack for each
 * series that may be selected, with its labels and the sum of its profiles. No rows are read.
 * False, with nothing appended, if that is not enough because samples have labels that are not
 * labels of their series. Errors are in v->errors.
 */
bool store_sum_labels(struct store_view *v, struct selector *selector, struct profile *total);

#endif
