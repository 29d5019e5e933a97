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
	 * Append all profiles of the input to p. Readers have no options: what
	 * is to be done with what they find is for rewrite.h. False after
	 * in_fail(). NULL: this format cannot be read.
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

/* One reading of one input. */
struct load {
	const struct format *from; /* NULL to sniff; becomes what was found */
	bool lenient;              /* skip malformed records */
	uint64_t skipped;          /* records that were */
	struct in_options in;      /* how to open it */
	struct buf error;          /* the message, when load() fails */
	enum in_reason reason;     /* then, too */
};

/*
 * Append the profiles of a file ("-" is standard input) to p. False with the
 * message in l->error. What was read before an error stays in p, so a command
 * that goes on with other inputs should not write p.
 */
bool format_load(struct load *l, const char *path, struct profile *p);

/* The same from an input that was opened by the caller, who closes it. */
bool format_read(struct load *l, struct in *in, struct profile *p);

#endif
