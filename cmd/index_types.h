/* --types of stores and servers: what their index says, without reading profiles. */
#ifndef CMD_INDEX_TYPES_H
#define CMD_INDEX_TYPES_H

#include "query/report.h"

/* Can it be said of these inputs? Exits if one of them is a server, and another is not like it. */
bool has_index_types(char *const *paths);

/* Print the types that are selected. False after an error. */
bool print_index_types(char *const *paths, enum report_format format);

#endif
