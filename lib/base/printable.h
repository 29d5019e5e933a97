/*
 * Escaping untrusted text for a terminal: a message that quotes its input must not move
 * the cursor, change colours or hide the text after it.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include "base/buf.h"

/*
 * Can this code point be shown as it is? Not control characters (C0, C1, DEL),
 * U+FFFE, U+FFFF and the marks that turn the direction of text.
 */
bool is_printable(uint32_t code);

/*
 * Append s, with what is not printable escaped: \n, \t, \x1b for control characters
 * and bytes that are not UTF-8, \u202e for the others. A backslash stays as it is.
 */
void printable(struct buf *b, struct str s);

/* The same, but line ends stay. */
void printable_lines(struct buf *b, struct str s);

#endif
