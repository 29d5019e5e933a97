/* AWS credentials, from the environment or the shared credentials file. */
#ifndef S3_CREDENTIALS_H
#define S3_CREDENTIALS_H

#include "base/buf.h"

struct credentials {
	struct buf id, key, token; /* NUL-terminated; empty: none */
};

/* False, with *why, if a requested file or profile does not exist. */
bool credentials_get(struct credentials *c, struct buf *why);
void credentials_release(struct credentials *c);

/* The value of the first of these variables (ended by NULL) that is set, or "". */
const char *first_variable(const char *const *names);

#endif
