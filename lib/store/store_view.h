/*
 * A store as its files are at one moment: what compaction does afterwards changes nothing
 * of it, since all files are open.
 *
 *	view_open(&v, dir, &dict, since, until);
 *	view_begin(&v, selector);
 *	while (view_next(&v, &piece))
 *		...
 *	view_close(&v);                           // v.errors has what could not be read
 *
 * A piece is a chunk of a series, of a block or (with one profile) of a log.
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
	bool is_bad; /* it could not be opened, or is left out */
	/* The group of the block whose dictionary has been read, and into which one. */
	const struct group *group;
	const struct dictionary *group_dict;
	struct row_numbers numbers;
};

struct store_view {
	const char *dir;
	struct dictionary *dict; /* rows of all pieces are entered here */
	int64_t since, until;    /* times of profiles, ns: until is not included */
	struct s3 *s3;           /* of a store that is there; else NULL */
	VEC(struct view_file *) file;
	struct buf errors; /* messages, one a line */
	uint64_t nerror;
	uint64_t torn; /* bytes in logs whose writing was cut short */
	/* The piece that comes next. */
	struct selector *selector;
	bool by_series; /* pieces may be all that a block has of a series */
	size_t at_file, at_chunk;
	uint32_t at_series;   /* the series of the chunk before; whether it is selected, and */
	bool selected, exact; /* all its samples are */
	struct chunk_profiles profiles;    /* scratch, */
	struct buf symbols;                /* likewise, */
	struct buf part[CHUNK_VALUES + 1]; /* likewise */
};

/*
 * Open all blocks that may have profiles of that time, and all logs. False, with an
 * error, if the directory cannot be read; a file that cannot be is an error, but the
 * others are read. view_close() follows in both cases.
 */
bool view_open(struct store_view *v, const char *dir, struct dictionary *dict, int64_t since,
	       int64_t until);
void view_close(struct store_view *v);

/*
 * Open these files, for profiles of any time, and no others: what blocks that are not among
 * them replace is read, too. One that cannot be opened is an error of its own.
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
	const struct group *group;    /* likewise */
	const struct series_sum *sum; /* see view_begin_series(): then it has no chunk */
	uint64_t nprofile, nrow;
	bool whole; /* all its profiles are of the view's time */
	bool exact; /* and all its samples are selected */
};

/*
 * Go through the pieces that may have something that is selected (selector NULL:
 * everything): file by file, in a block series by series and in order of time. What is
 * said of a piece is valid until the next. Errors of reading pieces belong to their files,
 * and go to v->errors after the last piece of each.
 */
void view_begin(struct store_view *v, struct selector *selector);
bool view_next(struct store_view *v, struct piece *p);

/*
 * The same for one who needs no profiles: where a block is wanted whole, there is one piece
 * for each series, with its sum in p->sum. It has no parts. Other pieces are as above.
 */
void view_begin_series(struct store_view *v, struct selector *selector);

/* Is a profile of the piece with that time in the view? */
bool piece_has(const struct piece *p, int64_t time);

/* May its samples have labels of that key beside those of the series? */
bool piece_has_label(const struct piece *p, struct str key);

/* Record an error of the piece: "WHAT are malformed". Returns false. */
bool piece_fail(struct piece *p, const char *what);

/* The parts of a piece. False after an error, which is recorded. */
bool piece_profiles(struct piece *p, struct chunk_profiles *to);
bool piece_runs(struct piece *p, struct row_runs *to, size_t *nrow);
bool piece_times(struct piece *p, const struct row_runs *runs, size_t nprofile, uint32_t *to);
bool piece_sums(struct piece *p, size_t type, const struct row_runs *runs, int64_t *sums, int *like,
		int64_t *factor, uint64_t *saturated);
bool piece_values(struct piece *p, size_t type, size_t nrow, int64_t *to);

/*
 * The rows that numbers of stacks, labels and mappings in the piece are, in v->dict or,
 * for blocks, in another dictionary. Valid until those of another group of the same file are
 * asked for. NULL after an error.
 */
const struct row_numbers *piece_numbers(struct piece *p, struct dictionary *dict);

/* Forget them: the dictionary is about to be released. */
void view_forget_numbers(struct store_view *v);

/* The row of a number, if there is such a number; else 0 and an error. */
stack_id piece_stack(struct piece *p, const struct row_numbers *n, uint32_t stack);
label_set_id piece_labels(struct piece *p, const struct row_numbers *n, uint32_t labels);

#endif
