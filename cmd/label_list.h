/*
 * The labels of -l in one form, for all commands that take them:
 *
 *	-l service_name=api,region=eu -l team=red
 */
#ifndef CMD_LABEL_LIST_H
#define CMD_LABEL_LIST_H

#include "cli/opt.h"

/*
 * "KEY=VALUE" for each label. A label without '=' or key, and a key that is given twice, are a
 * wrong usage. The texts are there until the program ends.
 */
struct opt_list label_list(const struct opt_list *given);

#endif
