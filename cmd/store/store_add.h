/* Adding profiles to a store: prof-store add and import. */
#ifndef CMD_STORE_ADD_H
#define CMD_STORE_ADD_H

#include "cli/opt.h"

struct store_add {
	const char *dir;
	struct opt_list labels;           /* "KEY=VALUE", from label_list() */
	uint64_t max_label;               /* bytes; a profile with a longer label is left out */
	bool is_import;                   /* leave out profiles that the store already has */
	bool (*compact)(const char *dir); /* called from time to time */
};

/* Store all profiles of these inputs, or of standard input if there is none. */
bool store_add_files(const struct store_add *add, char **paths);

#endif
