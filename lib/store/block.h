/*
 * Blocks: files of a store that are written once. prof-store(5) describes the layout.
 * Version 1 has neither sums of series nor reduced chunks: see chunk_reduce().
 *
 * A block consists of groups. Each group has its own dictionary, and the chunks of its
 * series. The index says where every section lies; a query reads the index and the
 * sections that it needs.
 */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "base/strings.h"
#include "store/chunk.h"
#include "store/ranges.h"
#include "store/series.h"
#include "store/symbols.h"

enum { STORE_VERSION = 2, BLOCK_HEAD = 24, BLOCK_TAIL = 80 };

/*
 * An input of a block: the profiles of that file whose time is in [from, to). While the
 * file still exists, readers skip these profiles in it.
 */
struct replaced {
	uint64_t id;
	int64_t from, to;
};

struct group {
	struct str name;
	struct section symbols, stacks;
	VEC(struct str) key; /* of labels of samples that are not labels of the series */
};

/* The sum of all profiles of a series in a block. */
struct series_sum {
	uint64_t nprofile;
	uint64_t nmerged; /* original profiles in these sums: see struct stored */
	int64_t first, last;
	struct str default_type; /* of all its profiles, the first in byte order */
	VEC(int64_t) total;      /* by type */
};

struct block_series {
	uint32_t group;
	struct series series;
	struct series_sum sum; /* not in version 1 */
};

struct chunk {
	uint32_t series;
	int64_t first, last; /* times of its first and last profile */
	uint64_t nprofile, nrow;
	size_t section;    /* the first of its sections: CHUNK_PROFILES and so on */
	uint32_t nsection; /* CHUNK_VALUES + number of types */
};

/* block_open() reads the index; block_read_chunks() adds the chunks. */
struct block {
	struct in in; /* keeps the first error, with the block's name */
	struct str file;
	struct ranges ranges; /* of a block in S3 */
	unsigned version, level;
	uint64_t id, nprofile, nrow;
	int64_t first, last; /* times of its first and last profile */
	VEC(struct replaced) replaced;
	VEC(struct group) group;
	VEC(struct block_series) series;
	bool has_chunks;
	VEC(struct chunk) chunk;
	VEC(struct section) section;
	struct section index[2]; /* the sections of the index and of the index of chunks */
	struct buf bytes;        /* of the index; all texts are slices of these */
};

/*
 * Open a block and read its index. path must outlive the block. False with an error in b->in.
 * In both cases the caller calls block_close().
 */
bool block_open(struct block *b, const char *path);
void block_close(struct block *b);

/*
 * The same for an object in S3, which is fetched as it is read, in two steps. Between them the
 * ends of several objects may be fetched at once, by ranges_fetch_ends(). All arguments must
 * stay valid.
 */
bool block_begin_object(struct block *b, const char *path, struct s3 *s3, const char *name,
			uint64_t size);
bool block_open_object(struct block *b);

/* Read the index of chunks, unless it has been read. False with an error in b->in. */
bool block_read_chunks(struct block *b);

/* Writing */

struct block_writer {
	const char *dir; /* the store's; the caller's text, which must outlive the writer */
	int fd;
	int level;    /* zstd's */
	int64_t step; /* each profile is the sum of a span of this length, ns; or 0 */
	uint64_t at;
	struct block index; /* of what has been written so far */
	struct strings series, text;
	struct buf error; /* NUL-terminated, printable; empty if none */
	char name[128];   /* without the directory; temporary until block_finish() */
};

/* Begin a block of that level in a store. step: see store_name. False with w->error. */
bool block_create(struct block_writer *w, const char *dir, unsigned level, int64_t step,
		  int zstd_level);

/* Begin a group: the chunks that follow belong to it. Its dictionary comes at its end. */
void block_group_begin(struct block_writer *w, struct str name);
bool block_add_chunk(struct block_writer *w, struct str series, struct rows_of_chunk *rows);
bool block_group_end(struct block_writer *w, const struct dictionary *d);

void block_replaces(struct block_writer *w, uint64_t id, int64_t from, int64_t to);

/*
 * Write the index, sync the file and give the block its name, which makes it part of the
 * store. False with w->error; the store is unchanged then.
 */
bool block_finish(struct block_writer *w);

/* Release the writer; a block that is not finished is removed. */
void block_writer_release(struct block_writer *w);

#endif
