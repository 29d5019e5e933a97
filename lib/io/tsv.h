/*
 * Tab-separated values, one record a line. What would be taken for the format is
 * escaped: a tab is "\t", a newline "\n", a backslash "\\".
 */
#ifndef IO_TSV_H
#define IO_TSV_H

#include "base/buf.h"

/* Append a text as the contents of a cell, or a part of it. */
void tsv_text(struct buf *b, struct str s);

/* The same for an item of a cell that is a list, whose items ';' separates: "\;". */
void tsv_item(struct buf *b, struct str s);

#endif
