/*
 * Blocks: files of a store that are written once. prof-store(5) describes the layout.
 * Version 1 has no sums of series, and no profiles that were added up: see chunk_reduce().
 *
 * A block has groups, each with a dictionary of its own, and in them series and their
 * chunks. Its index says where every section lies; a query reads the index and the
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
 * What a block was made of: the profiles of that file whose time is in [from, to). While
 * the file is still there, nobody reads them from it.
 */
struct replaced {
	uint64_t id;
	int64_t from, to;
};

struct group {
	struct str name;
	struct section symbols, stacks;
	VEC(struct str) key; /* of labels that samples have beside those of the series */
};

/* All that a block has of a series, added up. */
struct series_sum {
	uint64_t nprofile;
	uint64_t nmerged; /* profiles of which these are sums: see struct stored */
	int64_t first, last;
	struct str default_type; /* of all its profiles the first name in byte order */
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

/* Nothing has been read yet but the index; chunks come with block_read_chunks(). */
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
	struct section index[2]; /* its own sections: the index, and that of chunks */
	struct buf bytes;        /* of the index; texts are slices of it */
};

/*
 * Open a block, and read its index. path must stay. False with an error in b->in; in both
 * cases block_close() follows.
 */
bool block_open(struct block *b, const char *path);
void block_close(struct block *b);

/* The same for an object of that size; what is read of it is fetched then. All must stay. */
bool block_open_object(struct block *b, const char *path, struct s3 *s3, const char *name,
		       uint64_t size);

/* Read the index of chunks, if that has not been done. False with an error in b->in. */
bool block_read_chunks(struct block *b);

/* Writing */

struct block_writer {
	const char *dir; /* the store's, as the caller has it */
	int fd;
	int level;    /* zstd's */
	int64_t step; /* profiles are sums of spans of this length, ns; or 0 */
	uint64_t at;
	struct block index; /* as far as it is known */
	struct strings series, text;
	struct buf error; /* NUL-terminated, printable; empty if none */
	char name[128];   /* without the directory; a temporary one until block_finish() */
};

/* Begin a block of that level in a store. step: see store_name. False with w->error. */
bool block_create(struct block_writer *w, const char *dir, unsigned level, int64_t step,
		  int zstd_level);

/* Chunks that follow are of this group, whose dictionary is d. */
void block_group_begin(struct block_writer *w, struct str name);
bool block_add_chunk(struct block_writer *w, struct str series, struct rows_of_chunk *rows);
bool block_group_end(struct block_writer *w, const struct dictionary *d);

void block_replaces(struct block_writer *w, uint64_t id, int64_t from, int64_t to);

/*
 * Write the index, bring all to the disk and give the block its name: from then on it is
 * part of the store. False with w->error; nothing has changed then.
 */
bool block_finish(struct block_writer *w);

/* Release the writer; a block that is not finished is removed. */
void block_writer_release(struct block_writer *w);

#endif
