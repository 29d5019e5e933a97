/*
 * Who may send: tokens, from a file that has one a line, and after a blank, if that token
 * is one tenant's, the tenant's name. Lines that begin with '#' are comments.
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
	const char *path; /* NULL: everybody may */
	struct buf text;
	VEC(struct access_token) token;
};

/* Read the file, anew if it was read before: what was read stays on errors. False with *why. */
bool access_load(struct access *a, const char *path, struct buf *why);
void access_release(struct access *a);

/*
 * May one with that Authorization header (empty: none) send? *tenant becomes that of the
 * token, if it is one tenant's. Takes equally long whichever token is wrong where.
 */
bool access_check(const struct access *a, struct str authorization, struct str *tenant);

#endif
