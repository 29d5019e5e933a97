/*
 * Tab-separated values, one record per line. In values, a tab is written as "\t", a
 * newline as "\n", a backslash as "\\".
 */
#ifndef IO_TSV_H
#define IO_TSV_H

#include "base/buf.h"

/* Append a text as a cell, or a part of one. */
void tsv_text(struct buf *b, struct str s);

/* The same for an item of a list in a cell: ';', which separates items, becomes "\;". */
void tsv_item(struct buf *b, struct str s);

#endif
