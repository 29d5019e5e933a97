/*
 * Reading one input, a file or a pipe, profile by profile:
 *
 *	input_open(&input, path, NULL);
 *	while (input_next(&input, &profile))
 *		...
 *	ok = input_close(&input);
 *
 * Memory depends on the largest profile, not on the number of profiles.
 */
#ifndef FORMAT_INPUT_H
#define FORMAT_INPUT_H

#include "format/format.h"

struct input {
	struct in in;                /* set in.lenient to skip malformed records */
	const struct format *format; /* NULL before the first input_next() */
	uint32_t nprofile;           /* profiles read */
};

/*
 * Open a path ("-" is standard input). The string is not copied and must stay. from: the
 * format; NULL to recognise it by content. options: how to open it; NULL for the
 * defaults. input_close() reports errors.
 */
void input_open(struct input *input, const char *path, const struct format *from,
		const struct in_options *options);

/* The same from memory, which the caller keeps. */
void input_open_memory(struct input *input, const char *name, struct str bytes,
		       const struct format *from);

/*
 * Read the next profile into p. False at the end, and after an error. An empty input, or
 * one without any profile, is an error.
 */
bool input_next(struct input *input, struct profile *p);

/*
 * Close the input. False if there was an error: input->in.error is the message, with
 * file and position, until input_release().
 */
bool input_close(struct input *input);
void input_release(struct input *input);

#endif
