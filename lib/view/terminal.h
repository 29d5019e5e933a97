/* Writing text and colours for a terminal. */
#ifndef VIEW_TERMINAL_H
#define VIEW_TERMINAL_H

#include "view/view.h"

/*
 * Append the text, cut to that many columns with an ellipsis in its middle, since long names
 * differ at their ends. Escape sequences are removed (see clean_text()); wide characters count
 * as two columns. With `ascii`, other characters become '?'.
 */
void terminal_text(struct buf *b, struct str s, size_t columns, bool ascii);

/* Append the escape sequence that sets the colour of the text that follows, or resets it. */
void terminal_color(struct buf *b, struct rgb c, enum text_color how);
void terminal_color_end(struct buf *b, enum text_color how);

#endif
