/*
 * Copying the blocks of a store to S3, where they do not change either. Logs are not copied
 * until they are blocks. What blocks replace is removed from S3 after these blocks are copied;
 * blocks that gc has removed from the store stay in S3.
 */
#ifndef STORE_SYNC_H
#define STORE_SYNC_H

#include "base/buf.h"

struct sync_result {
	uint64_t nsent, bytes, nhad, nremoved; /* blocks; `bytes` of sent blocks */
	uint64_t nlog;                         /* logs, which are not copied */
	struct buf errors;                     /* one a line */
};

/* url: s3://BUCKET/PREFIX. False if anything failed. The caller releases result->errors. */
bool store_sync(const char *dir, const char *url, struct sync_result *result);

#endif
