/*
 * Objects in S3, or in a server with the same protocol, over lib/http:
 *
 *	s = s3_open("s3://bucket/prefix", &why);
 *	s3_get(s, &object, from, n, bytes, &why);
 *	s3_close(s);
 *
 * Names of objects are relative to the prefix. Credentials and endpoint come from the
 * environment, as for other programs: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 * AWS_SESSION_TOKEN, or AWS_PROFILE of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials);
 * AWS_REGION or AWS_DEFAULT_REGION (us-east-1); AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL. Without
 * a key, requests are not signed. If a server names another region as the bucket's, the request
 * is sent again there, and so are the next ones.
 *
 * A request that fails temporarily is repeated twice. Nothing here prints; errors are appended
 * to a buf, as complete messages.
 */
#ifndef S3_S3_H
#define S3_S3_H

#include "base/buf.h"

struct s3;

/* Does the text begin with "s3://"? */
bool s3_is(const char *url);

/* NULL with *why on errors. Sends no request. The URL must outlive the result. */
struct s3 *s3_open(const char *url, struct buf *why);
void s3_close(struct s3 *s);

/* Call found() for each object directly below the prefix. False with *why. */
bool s3_list(struct s3 *s, void (*found)(void *context, struct str name, uint64_t size),
	     void *context, struct buf *why);

/* An object that is read in parts. The caller sets its name, and releases etag. */
struct s3_object {
	const char *name;
	struct buf etag; /* of the first part: another one is an error, not a part of it */
	bool is_gone;    /* it does not exist */
};

/* Copy n bytes of an object, starting at offset `from`, to `to`. */
bool s3_get(struct s3 *s, struct s3_object *o, uint64_t from, size_t n, char *to, struct buf *why);

/* A part of an object, as s3_get() takes it. */
struct s3_part {
	struct s3_object *object;
	uint64_t from;
	size_t n;
	char *to;
	bool is_here; /* set by s3_get_many() */
};

/*
 * Fetch parts of different objects, sixteen at a time. Each is asked for once: a part that does
 * not arrive, for whatever reason, is left for s3_get(), which repeats requests and says why.
 */
void s3_get_many(struct s3 *s, struct s3_part *part, size_t n);

bool s3_put(struct s3 *s, const char *name, struct str bytes, struct buf *why);

/* Removing an object that does not exist is no error. */
bool s3_remove(struct s3 *s, const char *name, struct buf *why);

#endif
