/*
 * The image of the running kernel with its debugging information (vmlinux), where one is
 * installed: it has the files, lines and inlined calls that /proc/kallsyms has not. An image
 * counts only if its build id is that of the kernel.
 */
#ifndef SYMBOL_KERNEL_IMAGE_H
#define SYMBOL_KERNEL_IMAGE_H

#include "base/buf.h"

struct kernel_image {
	bool looked;         /* it was looked for */
	int fd;              /* -1: there is none */
	struct buf path;     /* NUL-terminated */
	uint64_t start, end; /* its text in memory: no module is in there */
	uint64_t slide;      /* what was added to its addresses at boot */
};

/*
 * Look for it once: at `path`, or if that is NULL where distributions install it; or, with
 * debuginfod, on a server. A note for the user (path is another kernel's) is appended to *note.
 */
void kernel_image_find(struct kernel_image *k, const char *path, bool debuginfod, struct buf *note);
void kernel_image_release(struct kernel_image *k);

/* Is that a place in its text? */
static inline bool kernel_image_has(const struct kernel_image *k, uint64_t address)
{
	return k->looked && k->fd >= 0 && address >= k->start && address < k->end;
}

#endif
