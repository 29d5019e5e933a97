/* Writing text and colours for a terminal. */
#ifndef VIEW_TERMINAL_H
#define VIEW_TERMINAL_H

#include "view/view.h"

/*
 * Append the text, cut to that many columns with an ellipsis in its middle: long
 * names differ at their ends. Nothing in it can be an escape sequence (see
 * clean_text()); wide characters count as two columns. ASCII terminals get '?' for
 * what is not ASCII.
 */
void terminal_text(struct buf *b, struct str s, size_t columns, bool ascii);

/* Append what makes the text that follows have this colour, or its usual one. */
void terminal_color(struct buf *b, struct rgb c, enum text_color how);
void terminal_color_end(struct buf *b, enum text_color how);

#endif
