/* Decoding base64 (RFC 4648), which JSON uses for bytes. */
#ifndef LISTEN_BASE64_H
#define LISTEN_BASE64_H

#include "base/buf.h"

/*
 * Append the decoded bytes. Accepts both alphabets ("+/" and "-_"), with or without padding.
 * False for anything else; the bytes appended so far are then meaningless.
 */
bool base64_decode(struct str text, struct buf *to);

#endif
