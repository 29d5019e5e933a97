#include "object/growing_file.h"

#include <string.h>
#include <unistd.h>

#include "base/base.h"

/* Reads the first and last bytes before the offset. False if the file no longer has them. */
static bool read_ends(struct growing_file *f, int fd)
{
	size_t n = min_size(sizeof(f->first), (size_t)f->offset);

	return pread(fd, f->first, n, 0) == (ssize_t)n &&
	       pread(fd, f->last, n, (off_t)(f->offset - n)) == (ssize_t)n;
}

bool growing_file_continues(const struct growing_file *f, int fd, const struct stat *st)
{
	struct growing_file is = { .offset = f->offset };

	if (!f->offset || st->st_dev != f->dev || st->st_ino != f->inode ||
	    (uint64_t)st->st_size < f->offset)
		return false;
	return read_ends(&is, fd) && memcmp(is.first, f->first, sizeof(is.first)) == 0 &&
	       memcmp(is.last, f->last, sizeof(is.last)) == 0;
}

void growing_file_note(struct growing_file *f, int fd, const struct stat *st)
{
	*f = (struct growing_file){ .dev = st->st_dev, .inode = st->st_ino, .offset = f->offset };
	if (!read_ends(f, fd))
		f->offset = 0; /* the file became shorter; it is read from the start next time */
}
