/*
 * The directory of a store: names of its files, and who may change them.
 *
 *	prof-store                                     says that it is one, and its version
 *	1-20261128T000000Z-20261128T015950Z-ID.block   level, first and last second, id
 *	4-20261128T000000Z-20261128T235950Z-ID.60s.block  the same; profiles of 60 s are one
 *	0-20261128T000000Z-HOST-ID.log                 when and where it was begun, id
 *	0-20261128T000000Z-HOST-ID.log.damaged         a log whose good part is in blocks
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
#include "s3/s3.h"

enum { SECOND_NS = 1000000000 };
#define HOUR_NS (INT64_C(3600) * SECOND_NS)
#define DAY_NS  (24 * HOUR_NS)

/* The beginning of the span of that length in which a time is. */
static inline int64_t span_of(int64_t time, int64_t length)
{
	int64_t rest = time % length;

	return time - rest - (rest < 0 ? length : 0);
}

/* The beginning of its day (UTC). */
static inline int64_t store_day_of(int64_t time)
{
	return span_of(time, DAY_NS);
}

struct store_name {
	char text[128];
	bool is_log;
	unsigned level;
	int64_t from, to; /* ns; of a log: when it was begun, twice */
	uint64_t id;
	uint64_t size; /* of an object in S3; else 0 */
	int64_t step;  /* of a block whose profiles are sums of spans of this length, ns; or 0 */
	char host[64]; /* of a log */
};

struct store_names VEC_OF(struct store_name);

/*
 * Blocks of days that are older than age keep one profile for each span of step (ns; 0:
 * all profiles).
 */
struct resolution {
	int64_t step, age;
};

/* The file that makes a directory a store. */
extern const char store_marker[], store_marker_contents[];

/* Is it the directory of a store, or one in S3 ("s3://bucket/prefix")? */
bool store_is(const char *dir);

/* Make the directory a store; it is created if need be. False with errno. */
bool store_make(const char *dir);

/*
 * The resolution that was set for the store; RESOLUTION_DEFAULT if none was. False if the
 * file that says it cannot be read, or with errno.
 */
#define RESOLUTION_DEFAULT ((struct resolution){ 60 * (int64_t)SECOND_NS, 7 * DAY_NS })
bool store_resolution(const char *dir, struct resolution *r);
bool store_set_resolution(const char *dir, struct resolution r);

/* A random number for a new file. */
uint64_t store_new_id(void);

/* This machine's name as it stands in names of logs. */
void store_host(char *host, size_t size);

/* dir/name */
void store_path(char path[PATH_MAX], const char *dir, const char *name);

void store_name_print(const struct store_name *n, char *text, size_t size);
bool store_name_parse(struct store_name *n, const char *text);

/* Is it a block all of whose profiles are of the day that begins then? */
bool store_name_is_of_day(const struct store_name *n, int64_t day);

/* The bytes of a file of the store; 0 if it is not there. */
uint64_t store_file_size(const char *dir, const char *name);

/* When it was written, in ns since 1970; 0 if it is not there. */
int64_t store_file_time(const char *dir, const char *name);

/*
 * The blocks and logs, in order of name. A directory that changes meanwhile is listed
 * again: what a compaction moves is neither missed nor seen twice. False with errno.
 */
bool store_list(const char *dir, struct store_names *names);

/* The blocks in S3, in the same order. False with what is wrong. */
struct objects {
	struct store_names names;
	bool is_store; /* there is the file that makes it one */
};
bool objects_list(struct s3 *s3, struct objects *o, struct buf *why);

/*
 * The logs that a compaction has set aside because they are damaged: what can be read of
 * them is in blocks. Their names as logs, with ".damaged" after them. False with errno.
 */
bool store_list_damaged(const char *dir, struct store_names *names);

/* Bring new names and removals to the disk. */
bool store_sync_directory(const char *dir);

#endif
