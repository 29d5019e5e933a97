/*
 * Reading multipart/form-data (RFC 7578): a body of parts between boundary lines, each part
 * with headers of its own.
 *
 *	if (!multipart_begin(&m, content_type, body))
 *		... no boundary
 *	while (multipart_next(&m, &part))
 *		...
 *	if (m.error)
 *		... malformed
 */
#ifndef LISTEN_MULTIPART_H
#define LISTEN_MULTIPART_H

#include "base/str.h"

struct multipart {
	struct str boundary; /* without the dashes before it */
	struct str rest;     /* after the last boundary */
	bool ended;
	const char *error; /* NULL = none */
};

/* Slices of the body. */
struct multipart_part {
	struct str name; /* of the field */
	struct str bytes;
};

/* False, with m->error, if the Content-Type names no boundary or the body has none. */
bool multipart_begin(struct multipart *m, struct str content_type, struct str body);

/* False at the end, and after an error. */
bool multipart_next(struct multipart *m, struct multipart_part *part);

/*
 * The parameter NAME of a header's value: NAME="VALUE" or NAME=VALUE. Empty if it is missing.
 */
struct str header_parameter(struct str value, struct str name);

#endif
