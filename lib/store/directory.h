/*
 * The directory of a store, and the names of its files.
 *
 *	prof-store                                     marks a store, and has its version
 *	1-20261128T000000Z-20261128T015950Z-ID.block   level, first and last second, id
 *	4-20261128T000000Z-20261128T235950Z-ID.60s.block  the same, with a resolution of 60 s
 *	0-20261128T000000Z-HOST-ID.log                 time and host of its beginning, id
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

/* The beginning of the span of that length that contains the time. */
static inline int64_t span_of(int64_t time, int64_t length)
{
	int64_t rest = time % length;

	return time - rest - (rest < 0 ? length : 0);
}

/* The beginning of the day (UTC) that contains the time. */
static inline int64_t store_day_of(int64_t time)
{
	return span_of(time, DAY_NS);
}

struct store_name {
	char text[128];
	bool is_log;
	unsigned level;
	int64_t from, to; /* ns; of a log, both are its beginning */
	uint64_t id;
	uint64_t size; /* of an object in S3; else 0 */
	int64_t step;  /* of a block: each profile is the sum of a span of this length, ns; or 0 */
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

/* Is it the directory of a store, or the URL of one in S3 ("s3://bucket/prefix")? */
bool store_is(const char *dir);

/*
 * Does this program know the store's layout? A store of a later version may have files that this
 * program does not see: it reads what it can, tells so, and writes nothing. False with the reason,
 * which begins with the directory.
 */
bool store_is_known(const char *dir, struct buf *why);

/*
 * Make the directory a store, and create it if it does not exist. False with the reason, also for
 * a store of a later version.
 */
bool store_make(const char *dir, struct buf *why);

/*
 * The resolution that was set for the store; RESOLUTION_DEFAULT if none was. False if its
 * file is malformed, or with errno.
 */
#define RESOLUTION_DEFAULT ((struct resolution){ 60 * (int64_t)SECOND_NS, 7 * DAY_NS })
bool store_resolution(const char *dir, struct resolution *r);
bool store_set_resolution(const char *dir, struct resolution r);

/* A random number for a new file. */
uint64_t store_new_id(void);

/* This machine's name, in the form that names of logs have. */
void store_host(char *host, size_t size);

/* dir/name */
void store_path(char path[PATH_MAX], const char *dir, const char *name);

void store_name_print(const struct store_name *n, char *text, size_t size);
bool store_name_parse(struct store_name *n, const char *text);

/* Is it a block whose profiles are all of the day that begins then? */
bool store_name_is_of_day(const struct store_name *n, int64_t day);

/* The size of a file of the store; 0 if there is no such file. */
uint64_t store_file_size(const char *dir, const char *name);

/* When the file was last written, in ns since 1970; 0 if there is no such file. */
int64_t store_file_time(const char *dir, const char *name);

/*
 * The blocks and logs, in order of name. A directory that changes meanwhile is listed again,
 * so that no profile is missed or seen twice while a compaction runs. False with errno.
 */
bool store_list(const char *dir, struct store_names *names);

/* The blocks in S3, in the same order. False with an error. */
struct objects {
	struct store_names names;
	bool is_store; /* it has the file store_marker */
};
bool objects_list(struct s3 *s3, struct objects *o, struct buf *why);

/*
 * The damaged logs that a compaction has set aside: what can be read of them is in blocks.
 * Their names are those of logs, followed by ".damaged". False with errno.
 */
bool store_list_damaged(const char *dir, struct store_names *names);

/* Sync the directory: new names and removals. */
bool store_sync_directory(const char *dir);

#endif
