/* Tables whose rows have times: as text in columns for people, or for programs. */
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
	VEC(const char *) names; /* of the cells, for programs */
	bool is_begun;           /* the line has a cell */
};

/* The caller has pushed the names. False if the output cannot be opened; then the end follows. */
bool time_table_begin(struct time_table *t, enum report_format format);
bool time_table_end(struct time_table *t);

/* A time: local for people, RFC 3339 for programs. */
void put_time_cell(struct time_table *t, int64_t ns);

void put_text_cell(struct time_table *t, struct str text, size_t width);

/* A value of that unit; an exact integer for programs. */
void put_value_cell(struct time_table *t, int64_t v, struct str unit);

/* A number that is none: of that unit, or (with unit "%") a fraction of 1. */
void put_number_cell(struct time_table *t, double v, struct str unit);

/* How people read such a number. */
void number_print(struct buf *b, double v, struct str unit);

void end_line(struct time_table *t);

#endif
