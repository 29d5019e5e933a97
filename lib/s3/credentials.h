/* Who asks: keys of AWS, from the environment or the file that its programs share. */
#ifndef S3_CREDENTIALS_H
#define S3_CREDENTIALS_H

#include "base/buf.h"

struct credentials {
	struct buf id, key, token; /* NUL-terminated; empty: there is none */
};

/* False with the reason if a file or profile that was asked for is not there. */
bool credentials_get(struct credentials *c, struct buf *why);
void credentials_release(struct credentials *c);

/* The value of the first of these variables (ended by NULL) that is set, or "". */
const char *first_variable(const char *const *names);

#endif
