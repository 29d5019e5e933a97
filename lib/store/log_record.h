/* The head of a log's record, which reading and writing share. */
#ifndef STORE_LOG_RECORD_H
#define STORE_LOG_RECORD_H

#include "store/section.h"

/*
 * A record: this number, flags, the size of the body as it is stored and unpacked (32 bits
 * each), a checksum of 64 bits; then the body, one zstd frame.
 */
#define LOG_MAGIC UINT32_C(0x726c6f67)

enum { STORE_LOG_VERSION = 1 };

/* The checksum of a record: of the 16 bytes before it, and of that of the body. */
static inline uint64_t log_record_check(const char *head, uint64_t body)
{
	char bytes[24];

	memcpy(bytes, head, 16);
	memcpy(bytes + 16, &body, 8);
	return check_bytes(str(bytes, sizeof(bytes)));
}

#endif
