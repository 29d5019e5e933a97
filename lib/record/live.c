#include "record/live.h"

#include <string.h>
#include <sys/uio.h>

void live_init(struct live *l, int tid)
{
	l->tid = tid;
	l->gone = false;
	l->at = 0;
	l->n = 0;
}

/* Read upwards from the address: outer frames lie there. */
static bool fetch(struct live *l, uint64_t address)
{
	struct iovec here = { l->bytes, sizeof(l->bytes) };
	struct iovec there[4];
	uint64_t page = 4096, at = address, end = address + sizeof(l->bytes);
	size_t n = 0;
	ssize_t got;

	/* In pieces: a read that meets the end of the stack gives what is before it. */
	for (; n < 4 && at < end; n++, at = there[n - 1].iov_len + at) {
		there[n].iov_base = (void *)(uintptr_t)at;
		there[n].iov_len = (size_t)(n == 3 ? end - at : page - at % page);
	}
	got = process_vm_readv(l->tid, &here, 1, there, n, 0);
	l->at = address;
	l->n = got > 0 ? (size_t)got : 0;
	l->gone = got <= 0;
	return got >= 8;
}

bool live_word(struct live *l, uint64_t address, uint64_t *word)
{
	if (l->gone)
		return false;
	if (address < l->at || address - l->at + sizeof(*word) > l->n)
		if (!fetch(l, address))
			return false;
	memcpy(word, l->bytes + (address - l->at), sizeof(*word));
	return true;
}
