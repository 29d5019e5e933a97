/*
 * Values within functions: by line, or by address. A routine is a function in a source file
 * (or, by address, in a binary); its places are the lines (addresses) that samples have.
 *
 * A sample's value counts as flat for the place of its leaf, once as cumulative for each
 * place in its stack, and once for each routine.
 */
#ifndef QUERY_ROUTINES_H
#define QUERY_ROUTINES_H

#include "query/report.h"

enum places { PLACES_LINES, PLACES_ADDRESSES };

struct place {
	uint32_t routine;
	uint32_t one;
	uint64_t at; /* line, or address in the mapping */
	/* Payload. */
	int64_t flat, cum;
	loc_id loc; /* a frame of this place */
	uint32_t serial;
};

struct routine {
	str_id name;
	str_id file;  /* of the function; 0 by address */
	map_id map;   /* only by address */
	uint32_t one; /* always 1: the row of a table must not be all zero */
	/* Payload. */
	int64_t flat, cum;
	uint32_t start; /* the line where the function begins; 0 if not known */
	uint32_t serial;
	uint32_t first, n; /* its places, in routines.order */
};

struct routines {
	struct table routine, place;
	uint32_t *order;  /* places: those of one routine together, by `at` */
	uint32_t *sorted; /* routines, by name and file */
	uint32_t nplace, nroutine;
	uint64_t saturated;
};

/* The routines whose name matches q->arg.function and that have values. */
void routines_init(struct routines *r, struct query *q, enum places which);
void routines_release(struct routines *r);

static inline const struct routine *routines_at(const struct routines *r, uint32_t i)
{
	return table_row(&r->routine, r->sorted[i]);
}

/* Place i of a routine. */
static inline const struct place *routine_place(const struct routines *r,
						const struct routine *routine, uint32_t i)
{
	return table_row(&r->place, r->order[routine->first + i]);
}

/* A value in a column of ten; "." for 0. */
void put_value_or_dot(const struct query *q, struct buf *b, int64_t v);

/* The first line of a routine, and the line of its values. `in`: " in FILE", or empty. */
void put_routine(const struct query *q, struct buf *b, const struct routine *routine,
		 struct str in);

#endif
