/* --types of stores and servers, from their index: no profiles are read. */
#ifndef CMD_INDEX_TYPES_H
#define CMD_INDEX_TYPES_H

#include "query/report.h"

/* Do all inputs have an index? Exits if servers are mixed with inputs that have none. */
bool has_index_types(char *const *paths);

/* Print the selected types. False after an error. */
bool print_index_types(char *const *paths, enum report_format format);

#endif
