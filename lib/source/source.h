/*
 * Where profiles come from: files, standard input, directories of files. A command
 * asks for the next profile, or for the sum of all, and knows nothing else.
 *
 *	source_open(&s, paths, &options);
 *	while (source_next(&s, &profile))
 *		...
 *	ok = source_close(&s);
 *
 * An input that is bad is reported, and the others are read all the same.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "format/input.h"

/* What became of one input. */
struct source_report {
	const char *path;
	const struct format *format; /* NULL if it was not recognised */
	uint32_t nprofile;           /* that were read from it */
	uint64_t skipped;            /* malformed records, with options.lenient */
	const char *error;           /* with file and position; NULL: none */
	struct str notes;            /* lines of in_note() */
	enum in_reason reason;       /* of an error */
};

struct source_options {
	const struct format *from; /* NULL to recognise each input by its content */
	bool lenient;              /* skip malformed records and count them */
	bool directories;          /* a directory stands for the files in it */
	unsigned jobs;             /* threads of source_sum(); 0: one for each CPU */
	/* Called for each input when it has been read, in the order of inputs. */
	void (*report)(void *context, const struct source_report *report);
	void *context;
	void (*progress)(size_t n); /* see in.h; may be NULL */
};

struct source {
	struct source_options options;
	char **path; /* of all inputs; directories are replaced by their files */
	size_t npath, path_cap;
	size_t at; /* the input that is open, or will be */
	bool is_open;
	struct input input;
	bool failed; /* an input was bad, or could not be listed */
};

/*
 * paths: ended by NULL, copied; "-" is standard input. With options.directories, a
 * directory stands for the files in it, in byte order of their names, those that begin
 * with '.' left out; else it is a bad input.
 */
void source_open(struct source *s, char *const *paths, const struct source_options *options);

/*
 * Make p the next profile. False at the end. Profiles are given as they are read: those
 * before the place where an input is bad have been given when it is reported.
 */
bool source_next(struct source *s, struct profile *p);

/* The path that the profile of the last source_next() came from. */
const char *source_path(const struct source *s);

/*
 * Append all profiles to `total`. Threads read a part of the inputs each; the result does
 * not depend on their number. Of a bad input nothing is appended.
 */
void source_sum(struct source *s, struct profile *total);

/* False if any input was bad. */
bool source_close(struct source *s);

#endif
