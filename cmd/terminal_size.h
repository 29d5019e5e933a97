/* The terminal on which a command prints. */
#ifndef CMD_TERMINAL_SIZE_H
#define CMD_TERMINAL_SIZE_H

#include "base/base.h"

/* Does the output go to standard output, and is that a terminal? */
bool to_terminal(void);

/* Its width: $COLUMNS, or the terminal's own, or 80. */
size_t terminal_columns(void);

/* Its height: $LINES, or the terminal's own, or 24. */
size_t terminal_lines(void);

/* Is the user's locale limited to ASCII? */
bool terminal_is_ascii(void);

#endif
