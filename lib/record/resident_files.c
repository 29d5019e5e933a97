/*
 * Most samples read no tables, and most of those that do, none that are not in memory yet: then
 * there was no page fault.
 */
#include "record/resident_files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST_BYTES = 4 << 20 };

static uint64_t page_faults(void)
{
	struct rusage use;

	getrusage(RUSAGE_THREAD, &use);
	return (uint64_t)(use.ru_minflt + use.ru_majflt);
}

void resident_files_init(struct resident_files *r)
{
	*r = (struct resident_files){ .statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC) };
}

void resident_files_release(struct resident_files *r)
{
	if (r->statm >= 0)
		close(r->statm);
}

/* The bytes of mapped files that are in this process's memory; 0 if that is not known. */
static uint64_t resident_bytes(const struct resident_files *r)
{
	char text[128];
	ssize_t n = r->statm < 0 ? -1 : pread(r->statm, text, sizeof(text), 0);
	struct str rest = str(text, n > 0 ? (size_t)n : 0);
	uint64_t pages = 0;

	str_cut(&rest, ' ');
	str_cut(&rest, ' ');
	str_u64(str_cut(&rest, ' '), &pages);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void free_pages(struct resident_files *r, const struct binaries *b)
{
	binaries_unload(b);
	r->bytes = resident_bytes(r);
	r->faults = r->freed = page_faults();
}

void resident_files_sample(struct resident_files *r, const struct decoder *d)
{
	uint64_t faults;

	if (d->unwinder.misses == r->misses)
		return;
	r->misses = d->unwinder.misses;
	faults = page_faults();
	if (faults == r->faults)
		return;
	r->faults = faults;
	if (resident_bytes(r) >= r->bytes + MOST_BYTES)
		free_pages(r, &d->binaries);
}

void resident_files_free(struct resident_files *r, const struct binaries *b)
{
	if (page_faults() != r->freed)
		free_pages(r, b);
}
