/*
 * Formats: how profiles lie in files. A format is one file here that ends in a
 * `const struct format format_NAME`, and one word in FORMATS; options, help,
 * completion, sniffing, the round-trip test and the fuzzer follow from the table.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "format/sniff.h"
#include "io/in.h"
#include "io/out.h"
#include "profile/profile.h"

struct format {
	const char *name; /* as --from and --to take it */
	const char *help; /* half a line, for people */
	bool text;        /* text in, text out: a stream keeps its spelling */

	/*
	 * How many bits of an input's head prove this format; 0 = not this one. A
	 * format that is known by its shape only must hold for every complete line.
	 * The highest bid wins. A format that cannot be read may bid, too, with
	 * sniff_refuse(). NULL: it is never recognised.
	 */
	int (*sniff)(struct sniff *s);

	/*
	 * Read the next profile of the input into p, which profile_begin() has
	 * made empty. The input has bytes left. Readers have no options: what is to
	 * be done with what they find is for rewrite.h. False after in_fail(), and
	 * when what is left holds no profile. NULL: this format cannot be read.
	 */
	bool (*read)(struct in *in, struct profile *p);

	/*
	 * Write the profile, as one frame if the format has frames. Errors
	 * stick in out. (p is not const since writers name frames in it.)
	 * NULL: this format cannot be written.
	 */
	void (*write)(struct out *out, struct profile *p);
};

#define FORMATS(X)           X(pprof) X(folded) X(perf_script) X(gperftools)
#define FORMAT_DECLARE(name) extern const struct format format_##name;
FORMATS(FORMAT_DECLARE)

/* The i-th format, or NULL after the last. */
const struct format *format_at(size_t i);

/* The i-th of those that can be written. */
const struct format *format_writable_at(size_t i);

/* The format that an input is in; NULL after in_fail(). */
const struct format *format_sniff(struct in *in);

#endif
