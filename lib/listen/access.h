/*
 * Access control by tokens. The token file has one token a line; a token that belongs to one
 * tenant is followed by a blank and the tenant's name. Lines that begin with '#' are comments.
 *
 * Agents send a token as "Authorization: Bearer TOKEN", or as the password of Basic.
 */
#ifndef LISTEN_ACCESS_H
#define LISTEN_ACCESS_H

#include "base/buf.h"
#include "base/vec.h"

struct access_token {
	struct str token, tenant; /* slices of the file's text */
};

struct access {
	const char *path; /* NULL: no token is needed */
	struct buf text;
	VEC(struct access_token) token;
};

/* Read the file, or read it again. On errors, the tokens read before stay. False with *why. */
bool access_load(struct access *a, const char *path, struct buf *why);
void access_release(struct access *a);

/*
 * Does this Authorization header (empty: none) permit sending? If its token belongs to one
 * tenant, *tenant becomes that tenant's name. The time taken does not depend on where a wrong
 * token differs.
 */
bool access_check(const struct access *a, struct str authorization, struct str *tenant);

#endif
