/*
 * Mapping files that may shrink while they are mapped: bytes after the new end read as 0
 * instead of raising SIGBUS, and map_is_torn() reports it.
 */
#ifndef IO_MAP_H
#define IO_MAP_H

#include "base/str.h"

struct map;

/*
 * Map the first `size` bytes of a file for reading; the descriptor may be closed
 * afterwards. NULL on failure. This installs a handler of SIGBUS, which passes on
 * signals that are not about a map. Any thread may read.
 */
struct map *map_open(int fd, size_t size);

struct str map_bytes(const struct map *m);

/* Were bytes read that the file no longer had? */
bool map_is_torn(const struct map *m);

void map_close(struct map *m);

#endif
