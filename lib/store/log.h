/*
 * Logs: where profiles are written first. A log has one writer at a time, which appends a
 * record for each profile; compaction turns logs into blocks.
 *
 * A record has the rows of the dictionary that the records before it lack, and a chunk of one
 * profile. Some records begin a new dictionary, and need no record before them. Each record
 * has a checksum: one that a crash has cut short is skipped.
 *
 * The writers of one machine take turns with a lock on the log; no other machine appends to it.
 * prof-store(5) has the layout.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "profile/profile.h"
#include "store/chunk.h"
#include "store/directory.h"
#include "store/profile_hash.h"
#include "store/series.h"
#include "store/symbols.h"

enum {
	LOG_HEAD = 16,
	LOG_RECORD_HEAD = 32,
	LOG_BEGINS_DICTIONARY = 1,
	LOG_GOES_ON = 2, /* the next record is joined to this one */
	LOG_FOLLOWS = 4, /* this record is joined to the one before: see log_join() */
	/*
	 * Bytes after which a writer begins another log. Compaction has a whole log in memory,
	 * where it may take fifteen times as much.
	 */
	LOG_MOST = 2 << 20,
};
#define LOG_LIFE HOUR_NS /* time after its beginning in which a log is appended to */

/* Writing */

struct log_writer {
	const char *dir;
	int fd; /* -1: no log is open */
	struct store_name name;
	uint64_t size;
	struct symbols_mark mark; /* the rows of dict that are in the log */
	const struct dictionary *dict;
	uint32_t nrecord; /* since the dictionary began */
	bool is_synced;
	/*
	 * Set by the caller after log_writer_begin(): records stay in `held` until log_sync(),
	 * which writes all of them at once; log_drop() removes some.
	 */
	bool holds;
	struct buf held;
	struct profile_hasher hasher;
	struct rows_of_chunk rows;
	struct buf body, packed, series;
	struct buf error; /* NUL-terminated, printable */
};

void log_writer_begin(struct log_writer *w, const char *dir);

/*
 * Append a profile, whose values have no fractions. fixed: labels of the whole profile.
 * Its dictionary may differ from that of the profile before. False with w->error if the
 * profile was not stored. It is durable only after log_sync().
 */
bool log_add(struct log_writer *w, struct profile *p, label_set_id fixed);

/* Split and hash a profile as log_add() does, and store its series in w->series. */
uint64_t log_hash(struct log_writer *w, struct profile *p, label_set_id fixed);

/* Sync all added profiles to the disk. */
bool log_sync(struct log_writer *w);

/* For a writer that holds: remove the records after the first n bytes of w->held. */
void log_drop(struct log_writer *w, size_t n);

/* Join the same records: readers see all of them or, if a crash cuts them short, none. */
void log_join(struct log_writer *w, size_t n);

/* Forget the dictionary, so that it may be released. */
void log_forget(struct log_writer *w);

/* Sync and close the log. False if anything failed. */
bool log_writer_end(struct log_writer *w);

/* Reading */

struct log_record {
	uint64_t size;    /* bytes in the file */
	size_t npart;     /* CHUNK_VALUES + number of types */
	struct str *part; /* the parts of a chunk, not compressed */
	struct series series;
	uint64_t symbols; /* bytes of its dictionary rows */
};

struct log {
	struct in in; /* keeps the first error, with the log's name */
	struct str file;
	size_t at;
	struct dictionary *dict; /* the reader's */
	struct row_numbers numbers;
	size_t joined_to; /* records that end here or before are complete if joined */
	bool head_is_damaged;
	bool has_dict;    /* all rows that the next record refers to have been read */
	uint64_t torn;    /* bytes of records that were never completed */
	uint64_t damaged; /* other bytes that cannot be read; l->in has an error, too */
	struct log_record record;
	struct buf body;
	size_t part_cap;
};

/*
 * Open a log. Its rows are entered into dict. path must outlive the log. False with an error
 * in l->in. If only the head is damaged, the result is true, as the records can be read, and
 * l->in has an error.
 */
bool log_open(struct log *l, const char *path, struct dictionary *dict);

/*
 * Read the next readable record into l->record. False at the end. Damage is skipped up to the
 * next whole record; l->in has the error.
 */
bool log_next(struct log *l);

/* Begin again with the first record. */
void log_rewind(struct log *l);

void log_close(struct log *l);

#endif
