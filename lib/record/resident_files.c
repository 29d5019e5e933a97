/*
 * Most samples read no tables. For those that do, page faults, which one cheap system call counts,
 * tell whether it is worth to ask the kernel for the memory in use, and to free it.
 */
#include "record/resident_files.h"

#include <sys/resource.h>
#include <unistd.h>

#include "record/kernel_text.h"

enum {
	MOST_BYTES = 4 << 20,
	FEW_FAULTS = 16, /* need no look at the memory in use */
};

static uint64_t page_faults(void)
{
	struct rusage use;

	getrusage(RUSAGE_THREAD, &use);
	return (uint64_t)(use.ru_minflt + use.ru_majflt);
}

/* The bytes of mapped files that are in this process's memory; 0 if that is not known. */
static uint64_t resident_bytes(void)
{
	struct buf text = { 0 };
	struct str rest;
	uint64_t pages = 0;

	kernel_text("/proc/self/statm", &text);
	rest = buf_str(&text);
	str_cut(&rest, ' ');
	str_cut(&rest, ' ');
	str_u64(str_cut(&rest, ' '), &pages);
	buf_release(&text);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void free_pages(struct resident_files *r, const struct binaries *b)
{
	binaries_unload(b);
	r->bytes = resident_bytes();
	r->faults = r->freed = page_faults();
}

void resident_files_sample(struct resident_files *r, const struct decoder *d)
{
	uint64_t faults;

	if (d->unwinder.misses == r->misses)
		return;
	r->misses = d->unwinder.misses;
	faults = page_faults();
	if (faults - r->faults < FEW_FAULTS)
		return;
	r->faults = faults;
	if (resident_bytes() >= r->bytes + MOST_BYTES)
		free_pages(r, &d->binaries);
}

void resident_files_free(struct resident_files *r, const struct binaries *b)
{
	if (page_faults() != r->freed)
		free_pages(r, b);
}
