#include "symbol/naming/naming_budget.h"

#include <sys/stat.h>

static const uint64_t SECOND = 1000000000, MIB = 1 << 20;

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void naming_budget_add(struct naming_budget *b, int fd)
{
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
		uint64_t size = (uint64_t)st.st_size, on_disk = (uint64_t)st.st_blocks * 512;

		b->apparent += size;
		b->size += least(size, on_disk);
	}
	b->cpu = least(SECOND + b->size / (16 * MIB) * SECOND, 60 * SECOND);
	b->wall = 30 * SECOND + 10 * b->cpu;
	b->memory = 256 * MIB + 6 * b->size + 2 * b->apparent;
}

void naming_budget_begin(struct naming_budget *b, int fd, uint32_t nplace)
{
	*b = (struct naming_budget){ .files = 64 + 4 * (uint64_t)nplace,
				     .answer = MIB + 16 * 1024 * (uint64_t)nplace };
	naming_budget_add(b, fd);
}
