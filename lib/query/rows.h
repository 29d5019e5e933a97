/*
 * A report for programs: rows of named cells, as tab-separated values or JSON. Values
 * are exact integers.
 *
 *	static const char *const names[] = { "flat", "name", NULL };
 *	rows_begin(&rows, out, NULL, names);
 *	rows_int(&rows, 42);
 *	rows_str(&rows, S("main"));
 *	rows_end(&rows);
 *
 * Tab-separated (io/tsv.h), the first line has the names, and ';' separates the items
 * of a list. In JSON the rows are an array of objects, which is the next value of the
 * caller's writer.
 */
#ifndef QUERY_ROWS_H
#define QUERY_ROWS_H

#include "io/json.h"
#include "io/out.h"

struct rows {
	struct out *out;
	struct json *json;        /* NULL: tab-separated */
	const char *const *names; /* ended by NULL */
	size_t cell;              /* the number of the next cell in its row */
	size_t n;                 /* rows begun */
};

/* json: the caller's writer, into out->bytes; NULL for tab-separated values. */
void rows_begin(struct rows *r, struct out *out, struct json *json, const char *const *names);

/* Append the next cell; after the last cell of a row, a new row begins. */
void rows_int(struct rows *r, int64_t v);
void rows_str(struct rows *r, struct str s);
void rows_bool(struct rows *r, bool v);

/* 100 * v / total with four decimals; nothing (JSON: null) without a total. */
void rows_percent(struct rows *r, int64_t v, int64_t total);

/* A number of nine digits; nothing (JSON: null) for NAN. */
void rows_number(struct rows *r, double v);

/* A cell that is a list of texts. */
void rows_list(struct rows *r, const struct str *items, size_t n);

void rows_end(struct rows *r);

#endif
