/*
 * Sections: the parts of a block, each of which is compressed, checked and read separately.
 */
#ifndef STORE_SECTION_H
#define STORE_SECTION_H

#include "store/varint.h"

struct section {
	uint64_t at;    /* where its bytes are in the file */
	uint64_t size;  /* bytes there: one zstd frame */
	uint64_t raw;   /* bytes after decompression */
	uint64_t check; /* XXH3 (64 bits, seed 0) of the compressed bytes */
};

uint64_t check_bytes(struct str bytes);

/* Compress at that zstd level and append to `to`. The caller sets s->at. */
bool section_pack(struct section *s, struct str bytes, int level, struct buf *to);

/*
 * Decompress the section of a file's bytes into `to`, which is emptied. False, with an
 * error of `in` at the section's offset, if it is damaged.
 */
bool section_unpack(const struct section *s, struct in *in, struct str file, struct buf *to);

/* Is its checksum right? False with an error of `in`. */
bool section_check(const struct section *s, struct in *in, struct str file);

void section_put(const struct section *s, struct buf *b);
struct section section_get(struct cursor *c);

#endif
