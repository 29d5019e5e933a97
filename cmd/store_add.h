/* Adding profiles to a store: prof-store add and import. */
#ifndef CMD_STORE_ADD_H
#define CMD_STORE_ADD_H

#include "cli/opt.h"

struct store_add {
	const char *dir;
	struct opt_list labels;           /* "KEY=VALUE": of label_list() */
	uint64_t max_label;               /* bytes: with a longer key or value, one is left out */
	bool is_import;                   /* leave out profiles that the store has */
	bool (*compact)(const char *dir); /* called now and then */
};

/* Store all profiles of these inputs, or of standard input. */
bool store_add_files(const struct store_add *add, char **paths);

#endif
