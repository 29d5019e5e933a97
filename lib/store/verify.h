/* Checking every byte of a store. */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "base/buf.h"

struct verify_result {
	uint64_t nfile, nprofile, nbad; /* files; profiles that can be read; bad files */
	uint64_t torn;                  /* bytes of logs whose writing was cut short */
	uint64_t ndamaged;              /* damaged logs that a compaction has set aside */
	struct buf errors;              /* one a line */
};

/*
 * Read all blocks and logs of a store, and check that checksums are right, that every byte is
 * accounted for, that everything can be decoded, and that indexes agree with the contents.
 * False if any check fails.
 */
bool store_verify(const char *dir, struct verify_result *result);

#endif
