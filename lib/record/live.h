/* Words of a running process's memory, read a few pages at a time. */
#ifndef RECORD_LIVE_H
#define RECORD_LIVE_H

#include "base/base.h"

enum { LIVE_BYTES = 16 << 10 };

struct live {
	int tid;
	bool gone; /* it could not be read: not tried again */
	uint64_t at;
	size_t n; /* bytes held, from address `at` */
	uint8_t bytes[LIVE_BYTES];
};

/* Nothing is read before it is asked for. */
void live_init(struct live *l, int tid);

/* The word at an address. False when the process does not have it (any more). */
bool live_word(struct live *l, uint64_t address, uint64_t *word);

#endif
