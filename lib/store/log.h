/*
 * Logs: where profiles are written first. A log is a file of one writer at a time, which
 * appends a record for each profile; compaction turns logs into blocks.
 *
 * A record has what the records before it have not: new rows of the dictionary, and the
 * profile as a chunk of one. Some records begin a dictionary and stand for themselves.
 * Each has a checksum: one that was cut short by a crash is passed over.
 *
 * Writers of one machine take turns by a lock on the log; no other machine appends to it.
 * prof-store(5) has the layout.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "profile/profile.h"
#include "store/chunk.h"
#include "store/directory.h"
#include "store/series.h"
#include "store/symbols.h"

enum {
	LOG_HEAD = 16,
	LOG_RECORD_HEAD = 32,
	LOG_BEGINS_DICTIONARY = 1,
	LOG_GOES_ON = 2,    /* the next record belongs to it, */
	LOG_FOLLOWS = 4,    /* and this one to that before: all are read, or none */
	LOG_MOST = 4 << 20, /* bytes after which a writer begins another log */
};
#define LOG_LIFE HOUR_NS /* how long after its beginning a log is appended to */

/* Writing */

struct log_writer {
	const char *dir;
	int fd; /* -1: none is open */
	struct store_name name;
	uint64_t size;
	struct symbols_mark mark; /* what of the dictionary is in the log */
	const struct dictionary *dict;
	uint32_t nrecord; /* since the dictionary began */
	bool is_synced;
	/*
	 * Set by the caller after log_writer_begin(): records stay in `held` until log_sync(),
	 * which writes all of them at once; log_drop() takes some back.
	 */
	bool holds;
	struct buf held;
	VEC(uint64_t) loc_hash; /* by row of dict; 0 = not known */
	VEC(uint64_t) stack_hash;
	struct rows_of_chunk rows;
	struct buf body, packed, series;
	struct buf error; /* NUL-terminated, printable */
};

void log_writer_begin(struct log_writer *w, const char *dir);

/*
 * Append a profile, whose values have no fractions. fixed: labels of the whole profile.
 * Its dictionary may differ from that of the profile before. False with w->error: the
 * profile is not in the store then. It is safe only after log_sync().
 */
bool log_add(struct log_writer *w, struct profile *p, label_set_id fixed);

/* Take apart and hash a profile as log_add() does: its series is in w->series. */
uint64_t log_hash(struct log_writer *w, struct profile *p, label_set_id fixed);

/* Bring all that was added to the disk. */
bool log_sync(struct log_writer *w);

/* Of a writer that holds: forget the records after the first n bytes of w->held. */
void log_drop(struct log_writer *w, size_t n);

/* The same records: they are read all together or, if a crash cuts them short, not at all. */
void log_join(struct log_writer *w, size_t n);

/* Forget the dictionary, which may be released then. */
void log_forget(struct log_writer *w);

/* Sync and close the log. False if anything failed. */
bool log_writer_end(struct log_writer *w);

/* Reading */

struct log_record {
	uint64_t size;    /* bytes in the file */
	size_t npart;     /* CHUNK_VALUES + number of types */
	struct str *part; /* as in a chunk; not compressed */
	struct series series;
	uint64_t symbols; /* bytes of its dictionary rows */
};

struct log {
	struct in in; /* keeps the first error, with the log's name */
	struct str file;
	size_t at;
	struct dictionary *dict; /* the reader's */
	struct row_numbers numbers;
	size_t joined_to; /* records up to here are of a whole group */
	bool head_is_damaged;
	bool has_dict;    /* the rows that the next record refers to have been read */
	uint64_t torn;    /* bytes of records that were never complete */
	uint64_t damaged; /* bytes of others that cannot be read; there is an error, too */
	struct log_record record;
	struct buf body;
	size_t part_cap;
};

/*
 * dict: where the log's rows are entered. path must stay. False with an error in l->in. A log
 * whose head alone is damaged is an error, too, but its records can be read: true.
 */
bool log_open(struct log *l, const char *path, struct dictionary *dict);

/*
 * Read the next record that can be read into l->record. False at the end. After damage it
 * goes on with the next whole record; l->in has the error.
 */
bool log_next(struct log *l);

/* Begin again with the first record. */
void log_rewind(struct log *l);

void log_close(struct log *l);

#endif
