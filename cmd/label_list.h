/*
 * The labels of -l, parsed in the same way for all commands that take them:
 *
 *	-l service_name=api,region=eu -l team=red
 */
#ifndef CMD_LABEL_LIST_H
#define CMD_LABEL_LIST_H

#include "cli/opt.h"

/*
 * Returns "KEY=VALUE" for each label. A label without '=' or key, or a key that is given
 * twice, is a usage error. The strings are valid until the program ends.
 */
struct opt_list label_list(const struct opt_list *given);

#endif
