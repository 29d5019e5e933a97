/* Tables about a store: prof-store ls and stat. format: 0 text, 1 tsv, 2 json. */
#ifndef CMD_STORE_LIST_H
#define CMD_STORE_LIST_H

#include <stdbool.h>

/* Print the files, with their contents. */
bool store_list_files(const char *dir, int format);

/* Print the size of a profile, a row and a stack. */
bool store_print_figures(const char *dir, int format);

#endif
