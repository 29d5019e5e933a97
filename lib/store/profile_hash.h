/*
 * Hashes of stored profiles, by which an import knows what the store has: of the series, the
 * time, the length, and the rows in any order. They do not depend on the numbers of a dictionary.
 */
#ifndef STORE_PROFILE_HASH_H
#define STORE_PROFILE_HASH_H

#include "store/chunk.h"

struct profile_hasher {
	const struct dictionary *dict;
	VEC(uint64_t) loc_hash; /* by row of dict; 0 = not known */
	VEC(uint64_t) stack_hash;
};

/*
 * Set the hash of each profile of a series. The rows are of this dictionary, which the hasher
 * remembers.
 */
void profile_hash(struct profile_hasher *h, const struct dictionary *d, struct str series,
		  struct rows_of_chunk *rows);

/* Forget the dictionary, so that it may be released. */
void profile_hasher_forget(struct profile_hasher *h);
void profile_hasher_release(struct profile_hasher *h);

#endif
