/* The head of a log's record, which reading and writing share. */
#ifndef STORE_LOG_RECORD_H
#define STORE_LOG_RECORD_H

#include "store/section.h"

/*
 * A record: this number, flags, the size of the body as it is stored and unpacked (32 bits
 * each), the checksum of the stored body, and that of the 24 bytes before it (64 bits
 * each); then the body, one zstd frame. With a checksum of its own the head tells a record
 * that was cut short from one that is damaged.
 */
#define LOG_MAGIC UINT32_C(0x726c6f67)

enum { STORE_LOG_VERSION = 1, LOG_CHECKED_HEAD = 24 };

#endif
