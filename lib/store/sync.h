/*
 * Copying the blocks of a store to S3. They never change there either; logs stay at home until
 * they are blocks. What blocks replace is removed after them, and what gc has removed at home
 * stays.
 */
#ifndef STORE_SYNC_H
#define STORE_SYNC_H

#include "base/buf.h"

struct sync_result {
	uint64_t nsent, bytes, nhad, nremoved; /* blocks; bytes of those that were sent */
	uint64_t nlog;                         /* logs, which are not copied */
	struct buf errors;                     /* one a line */
};

/* url: s3://BUCKET/PREFIX. False if something failed; result->errors is the caller's. */
bool store_sync(const char *dir, const char *url, struct sync_result *result);

#endif
