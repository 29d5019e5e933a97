#include "io/pb_memory.h"

#include "base/base.h"

static void *counted_alloc(void *data, size_t size)
{
	size_t *p;

	(void)data;
	if (size > SIZE_MAX / 2 || !mem_fits(size + sizeof(max_align_t)))
		return NULL;
	p = mem_resize(NULL, 0, size + sizeof(max_align_t));
	*p = size + sizeof(max_align_t);
	return (char *)p + sizeof(max_align_t);
}

static void counted_free(void *data, void *p)
{
	size_t *block = (size_t *)(void *)((char *)p - sizeof(max_align_t));

	(void)data;
	if (p)
		mem_free(block, *block);
}

ProtobufCAllocator pb_memory = { .alloc = counted_alloc, .free = counted_free };
