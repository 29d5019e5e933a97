/* Writing JSON (RFC 8259); io/json_read.h reads it. */
#ifndef IO_JSON_H
#define IO_JSON_H

#include "base/buf.h"

/*
 * s as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
 * Nothing in the result can end an HTML script element or an XML CDATA section:
 * < > and & are escaped, too.
 */
void json_str(struct buf *b, struct str s);

#endif
