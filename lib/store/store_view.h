/*
 * A view: the files of a store at one moment. A compaction that runs afterwards does not change
 * it, since all files are open.
 *
 *	view_open(&v, dir, &dict, since, until);
 *	view_begin(&v, selector);
 *	while (view_next(&v, &piece))
 *		...
 *	view_close(&v);                           // v.errors has the errors
 *
 * A piece is a chunk of a series in a block, or one profile in a log.
 */
#ifndef STORE_STORE_VIEW_H
#define STORE_STORE_VIEW_H

#include "store/block.h"
#include "store/directory.h"
#include "store/log.h"

/* Profiles of a file that are read from another one: see struct replaced. */
struct spans VEC_OF(struct replaced);

struct view_file {
	struct store_name name;
	char path[PATH_MAX];
	uint64_t size;
	struct block block;
	struct log log;
	struct spans gone;
	bool is_bad; /* it is not open, could not be opened, or is left out */
	/* The group of the block whose rows have been read last, and the dictionary they are in. */
	const struct group *group;
	const struct dictionary *group_dict;
	struct row_numbers numbers;
};

struct store_view {
	const char *dir;
	struct dictionary *dict; /* rows of all pieces are entered here */
	int64_t since, until;    /* times of profiles, ns; `until` is excluded */
	struct s3 *s3;           /* of a store in S3; else NULL */
	VEC(struct view_file *) file;
	struct buf errors; /* messages, one a line */
	uint64_t nerror;
	uint64_t torn; /* bytes in logs whose writing was cut short */
	/* The position of the next piece. */
	struct selector *selector;
	bool by_series; /* a piece may be the sum of a series in a block */
	size_t at_file, at_chunk;
	uint32_t at_series;                /* the series of the last chunk */
	bool selected, exact;              /* what series_selected() returned for it */
	struct chunk_profiles profiles;    /* scratch */
	struct buf symbols;                /* scratch */
	struct buf part[CHUNK_VALUES + 1]; /* scratch */
};

/*
 * Open all blocks that may have profiles of that time, and all logs. False, with an error, if
 * the directory cannot be read. A file that cannot be read is an error, too, but the others
 * are read. In both cases the caller calls view_close().
 */
bool view_open(struct store_view *v, const char *dir, struct dictionary *dict, int64_t since,
	       int64_t until);
void view_close(struct store_view *v);

/*
 * Open only these files, for profiles of any time: what blocks that are not among them replace
 * is read, too. Each file that cannot be opened is an error.
 */
void view_open_files(struct store_view *v, const char *dir, struct dictionary *dict,
		     const struct store_names *names);

/* Record an error of a file. */
void view_error(struct store_view *v, const char *message);

struct piece {
	struct store_view *view;
	struct view_file *file;
	const struct series *series;
	const struct chunk *chunk;    /* NULL in a log */
	const struct group *group;    /* NULL in a log */
	const struct series_sum *sum; /* if not NULL, there is no chunk: see view_begin_series() */
	uint64_t nprofile, nrow;
	bool whole; /* all its profiles are in the view */
	bool exact; /* and all its samples are selected */
};

/*
 * Iterate over the pieces that may have selected samples (selector NULL: all pieces): file by
 * file, and in a block series by series and in order of time. A piece is valid until the next.
 * Errors in pieces belong to their files, and are added to v->errors after the last piece of
 * each file.
 */
void view_begin(struct store_view *v, struct selector *selector);
bool view_next(struct store_view *v, struct piece *p);

/*
 * The same for a caller that needs no profiles: a block that is wanted whole has one piece for
 * each series, with its sum in p->sum and without parts. Other pieces are as above.
 */
void view_begin_series(struct store_view *v, struct selector *selector);

/* Is a profile of the piece with that time in the view? */
bool piece_has(const struct piece *p, int64_t time);

/* May its samples have labels with that key that are not labels of the series? */
bool piece_has_label(const struct piece *p, struct str key);

/* Record an error of the piece: "WHAT are malformed". Returns false. */
bool piece_fail(struct piece *p, const char *what);

/* Read the parts of a piece. False after an error, which is recorded. */
bool piece_profiles(struct piece *p, struct chunk_profiles *to);
bool piece_runs(struct piece *p, struct row_runs *to, size_t *nrow);
bool piece_times(struct piece *p, const struct row_runs *runs, size_t nprofile, uint32_t *to);
bool piece_sums(struct piece *p, size_t type, const struct row_runs *runs, int64_t *sums, int *like,
		int64_t *factor, uint64_t *saturated);
bool piece_values(struct piece *p, size_t type, size_t nrow, int64_t *to);

/*
 * The rows for the piece's numbers of stacks, labels and mappings, in v->dict or, for blocks,
 * in another dictionary. Valid until the next call for another group of the same file. NULL
 * after an error.
 */
const struct row_numbers *piece_numbers(struct piece *p, struct dictionary *dict);

/* Forget these rows, before their dictionary is released. */
void view_forget_numbers(struct store_view *v);

/* The row for a number; 0, with an error, if there is no such number. */
stack_id piece_stack(struct piece *p, const struct row_numbers *n, uint32_t stack);
label_set_id piece_labels(struct piece *p, const struct row_numbers *n, uint32_t labels);

#endif
