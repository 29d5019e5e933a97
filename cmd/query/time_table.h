/* Tables whose rows have times: text in columns for people, or a format for programs. */
#ifndef CMD_TIME_TABLE_H
#define CMD_TIME_TABLE_H

#include "base/vec.h"
#include "query/report.h"
#include "query/rows.h"

struct time_table {
	struct out out;
	struct json json;
	struct rows rows;
	enum report_format format;
	VEC(const char *) names; /* of the columns, for programs */
	bool is_begun;           /* the current line has a cell */
};

/*
 * Begin the table; the caller has pushed the names. False if the output cannot be opened;
 * time_table_end() follows in both cases.
 */
bool time_table_begin(struct time_table *t, enum report_format format);
bool time_table_end(struct time_table *t);

/* Put a time: local and to the second for people, exact and in RFC 3339 for programs. */
void put_time_cell(struct time_table *t, int64_t ns);

/* The same for the beginning of a step, which is exact for people, too. */
void put_step_cell(struct time_table *t, int64_t ns);

void put_text_cell(struct time_table *t, struct str text, size_t width);

/* Put a value of this unit; an exact integer for programs. */
void put_value_cell(struct time_table *t, int64_t v, struct str unit);

/* Put a fractional number: of that unit, or (with unit "%") a fraction of 1. */
void put_number_cell(struct time_table *t, double v, struct str unit);

/* Print such a number for people. */
void number_print(struct buf *b, double v, struct str unit);

void end_line(struct time_table *t);

#endif
