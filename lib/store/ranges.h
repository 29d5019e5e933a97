/*
 * A file far away of which only what is needed is fetched, in pages. Its bytes are where they
 * would be if all of it were there.
 */
#ifndef STORE_RANGES_H
#define STORE_RANGES_H

#include "io/in.h"
#include "s3/s3.h"

struct ranges {
	struct s3 *s3;
	const char *name;
	struct in *in; /* gets the errors */
	struct str bytes;
	uint8_t *has; /* by page */
	bool is_gone; /* there is no such object any more */
};

/* `in` asks for what it needs from now on. All arguments must stay. False with an error. */
bool ranges_open(struct ranges *r, struct s3 *s3, const char *name, uint64_t size, struct in *in);
void ranges_close(struct ranges *r);

#endif
