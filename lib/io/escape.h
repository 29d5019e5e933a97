/*
 * Escaping untrusted text for an XML document, a terminal or a shell.
 */
#ifndef IO_ESCAPE_H
#define IO_ESCAPE_H

#include "base/buf.h"

/*
 * Append s as well-formed UTF-8 that XML 1.0 and terminals can hold: what is not
 * UTF-8, control characters (line ends and tabs, too), the two non-characters
 * U+FFFE and U+FFFF, and the marks that turn the direction of text become
 * U+FFFD.
 */
void clean_text(struct buf *b, struct str s);

/*
 * The same with & < > " ' escaped, for XML text and attribute values. The result is
 * as harmless in HTML, into which the document may be pasted.
 */
void xml_text(struct buf *b, struct str s);

/* Append s as one word of a POSIX shell, in single quotes. */
void shell_word(struct buf *b, struct str s);

#endif
