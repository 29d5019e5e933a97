/*
 * A file that its writer appends to, and that is read from time to time: of the first `offset`
 * bytes, which have been read, the first and last are kept. So a file that was written anew is
 * noticed even if it has the same inode and is no shorter.
 */
#ifndef OBJECT_GROWING_FILE_H
#define OBJECT_GROWING_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct growing_file {
	dev_t dev;
	ino_t inode;
	uint64_t offset; /* bytes read */
	char first[48], last[48];
};

/*
 * Does the file still begin with the bytes that were read? fd is open for it, and st describes it.
 * False if nothing was read yet.
 */
bool growing_file_continues(const struct growing_file *f, int fd, const struct stat *st);

/* Notes that the bytes up to f->offset have been read. */
void growing_file_note(struct growing_file *f, int fd, const struct stat *st);

#endif
