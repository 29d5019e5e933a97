/*
 * A file that appears, or replaces the old one, only when it is complete.
 *
 * It is written without a name (O_TMPFILE) and gets its name at the end, after its bytes
 * have reached the disk. If that is not possible (the file system does not support it, or
 * there is no /proc), it is written as NAME.PID.part, which remains if the program is
 * killed.
 */
#ifndef IO_OUT_FILE_H
#define IO_OUT_FILE_H

#include "io/out.h"

/*
 * Open out->name in this way, if it is a regular file or does not exist. False, without an
 * error, for everything else (devices, links, directories that cannot be written to), which
 * the caller opens directly. out_reveal() gives the name.
 */
bool out_file_open(struct out *out);

/* Remove a file that out_reveal() has not given its name. */
void out_file_remove(struct out *out);

#endif
