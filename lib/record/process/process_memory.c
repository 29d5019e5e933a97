#include "record/process/process_memory.h"

#include <sys/uio.h>

bool process_memory_read(void *pid, uint64_t address, void *to, size_t n)
{
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)address, n };

	return process_vm_readv(*(const int *)pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}
