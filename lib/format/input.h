/*
 * One input, a file or a pipe, read profile by profile:
 *
 *	input_open(&input, path, NULL);
 *	while (input_next(&input, &profile))
 *		...
 *	ok = input_close(&input);
 *
 * Memory is bounded by the largest profile in it, not by their number.
 */
#ifndef FORMAT_INPUT_H
#define FORMAT_INPUT_H

#include "format/format.h"

struct input {
	struct in in;                /* set in.lenient to skip malformed records */
	const struct format *format; /* NULL until the first profile was asked for */
	uint32_t nprofile;           /* profiles read */
};

/*
 * Open a path ("-" is standard input), which the input does not copy. from: its
 * format; NULL to recognise it by its content. options: how to open it; NULL for the
 * usual way. Errors are input_close()'s.
 */
void input_open(struct input *input, const char *path, const struct format *from,
		const struct in_options *options);

/* The same from memory, which stays the caller's. */
void input_open_memory(struct input *input, const char *name, struct str bytes,
		       const struct format *from);

/*
 * Make p the next profile. False at the end and after an error. An input without
 * bytes, or without any profile, is an error.
 */
bool input_next(struct input *input, struct profile *p);

/*
 * Close it. False when there was an error: input->in.error is the message, with file
 * and position, until input_release().
 */
bool input_close(struct input *input);
void input_release(struct input *input);

#endif
