/*
 * Finds the installed image of the running kernel with its debugging information (vmlinux), which
 * has the files, lines and inlined calls that /proc/kallsyms lacks. An image counts only if its
 * build id is that of the kernel.
 */
#ifndef SYMBOL_KERNEL_IMAGE_H
#define SYMBOL_KERNEL_IMAGE_H

#include "base/buf.h"

struct kernel_image {
	bool looked;         /* the search was made */
	int fd;              /* -1: none found */
	struct buf path;     /* NUL-terminated */
	uint64_t start, end; /* its text in memory, without modules */
	uint64_t slide;      /* the offset added to its addresses at boot */
};

/*
 * Searches for the image once: at `path`, or if that is NULL where distributions install it; or,
 * with debuginfod, on a server. Appends a note for the user to *note if `path` is another
 * kernel's.
 */
void kernel_image_find(struct kernel_image *k, const char *path, bool debuginfod, struct buf *note);
void kernel_image_release(struct kernel_image *k);

/* Is an address in the image's text? */
static inline bool kernel_image_has(const struct kernel_image *k, uint64_t address)
{
	return k->looked && k->fd >= 0 && address >= k->start && address < k->end;
}

#endif
