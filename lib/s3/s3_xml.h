/* The little XML that answers of S3 need: texts of elements, without attributes. */
#ifndef S3_S3_XML_H
#define S3_S3_XML_H

#include "base/buf.h"

/*
 * The text of the next element with that name, as it is written; *xml moves on after it. Empty,
 * with p = NULL, if there is none.
 */
struct str xml_element(struct str *xml, const char *name);

/* The same for an element anywhere in the message. */
struct str xml_element_in(const struct buf *message, const char *name);

/* Append a text with its entities replaced: &amp; &lt; &gt; &quot; &apos; &#43; &#x2B; */
void xml_unescape(struct buf *b, struct str text);

#endif
