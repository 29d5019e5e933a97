/*
 * The directory of a store: names of its files, and who may change them.
 *
 *	prof-store                                     says that it is one, and its version
 *	1-20261128T000000Z-20261128T015950Z-ID.block   level, first and last second, id
 *	0-20261128T000000Z-HOST-ID.log                 when and where it was begun, id
 *	tmp-ID                                         a block that is being written
 *	compact.lock                                   see compact.h
 *
 * ID is 16 hexadecimal digits. Nothing in a block ever changes; a log only grows.
 */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include <limits.h>

#include "base/str.h"
#include "base/vec.h"

enum { SECOND_NS = 1000000000 };
#define HOUR_NS (INT64_C(3600) * SECOND_NS)
#define DAY_NS  (24 * HOUR_NS)

struct store_name {
	char text[128];
	bool is_log;
	unsigned level;
	int64_t from, to; /* ns; of a log: when it was begun, twice */
	uint64_t id;
	char host[64]; /* of a log */
};

struct store_names VEC_OF(struct store_name);

/* Is it the directory of a store? */
bool store_is(const char *dir);

/* Make the directory a store; it is created if need be. False with errno. */
bool store_make(const char *dir);

/* A random number for a new file. */
uint64_t store_new_id(void);

/* This machine's name as it stands in names of logs. */
void store_host(char *host, size_t size);

/* dir/name */
void store_path(char path[PATH_MAX], const char *dir, const char *name);

void store_name_print(const struct store_name *n, char *text, size_t size);
bool store_name_parse(struct store_name *n, const char *text);

/*
 * The blocks and logs, in order of name. A directory that changes meanwhile is listed
 * again: what a compaction moves is neither missed nor seen twice. False with errno.
 */
bool store_list(const char *dir, struct store_names *names);

/* Bring new names and removals to the disk. */
bool store_sync_directory(const char *dir);

#endif
