/* The terminal on which a command prints. */
#ifndef CMD_TERMINAL_SIZE_H
#define CMD_TERMINAL_SIZE_H

#include "base/base.h"

/* Is standard output a terminal, and the output? */
bool to_terminal(void);

/* Its width: that of $COLUMNS, else the terminal's own, else 80. */
size_t terminal_columns(void);

/* Its height: that of $LINES, else the terminal's own, else 24. */
size_t terminal_lines(void);

/* Does the user's locale lack characters beyond ASCII? */
bool terminal_is_ascii(void);

#endif
