/* The head of a log's record, for its reader and its writer. */
#ifndef STORE_LOG_RECORD_H
#define STORE_LOG_RECORD_H

#include "store/section.h"

/*
 * A record is this number, flags, the sizes of the stored and of the unpacked body (32 bits
 * each), the checksum of the stored body, and the checksum of the 24 bytes before it (64 bits
 * each); then the body, one zstd frame. The head has its own checksum so that a record that
 * was cut short can be told from one that is damaged.
 */
#define LOG_MAGIC UINT32_C(0x726c6f67)

enum { STORE_LOG_VERSION = 1, LOG_CHECKED_HEAD = 24 };

#endif
