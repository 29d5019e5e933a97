/*
 * The labels of -l, parsed in the same way for all commands that take them:
 *
 *	-l service_name=api,region=eu -l team=red
 */
#ifndef CMD_LABEL_LIST_H
#define CMD_LABEL_LIST_H

#include "cli/opt.h"

/*
 * Replace the arguments of -l by "KEY=VALUE" for each label. A label without '=' or key, or a
 * key that is given twice, is wrong usage. The texts live until the program ends.
 */
void label_list(struct opt_list *labels);

#endif
