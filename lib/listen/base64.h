/* base64 (RFC 4648), as JSON carries bytes. */
#ifndef LISTEN_BASE64_H
#define LISTEN_BASE64_H

#include "base/buf.h"

/*
 * Append what the text means. Both alphabets are taken ("+/" and "-_"), with padding or
 * without. False for anything else; what was appended is of no use then.
 */
bool base64_decode(struct str text, struct buf *to);

#endif
