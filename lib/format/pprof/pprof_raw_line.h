/*
 * A line of a location in the text of 'go tool pprof -raw':
 *
 *	work /src/a.go:12:0 s=10(main.work)
 *
 * is function, file, line, column, the line where the function begins, and its name in the symbol
 * table. Names and paths may contain blanks. Texts of older versions have no column; "??" is a
 * function that is not known.
 */
#ifndef FORMAT_PPROF_PPROF_RAW_LINE_H
#define FORMAT_PPROF_PPROF_RAW_LINE_H

#include "base/str.h"

struct raw_line {
	bool is_known;
	struct str function, file, linkage; /* slices of the text */
	uint32_t number, column, start;     /* 0 if not known */
};

/* False if the text is no such line. */
bool raw_line_parse(struct raw_line *line, struct str text);

#endif
