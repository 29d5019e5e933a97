/*
 * What the commands share: the options that all of them have, reading all
 * inputs, choosing a sample type, writing the result.
 */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

#include "cli/opt.h"
#include "source/source.h"

struct common {
	const char *output;
	int from, to; /* into format_at() and format_writable_at(); -1 = not given */
	int64_t jobs;
	struct pack pack;
	const char *type;
	bool lenient, quiet, verbose;
	bool text_in;   /* some of what was read is text */
	bool events_in; /* or of perf's events, of which there are several at once */
};
extern struct common common;

/* For commands that write profiles; that read them; for all. */
extern const struct opt to_options[], file_options[], general_options[];

/* Parse the command line and set up signals. Returns the operands. */
char **start(const struct cmd *cmd, int argc, char **argv);

/*
 * The source of a command's inputs (standard input when there is none), as the options
 * say. Bad inputs are complained about. directories: may a directory stand for its files?
 */
void open_source(struct source *s, char *const *paths, bool directories);

/* Append all profiles of all inputs that are good to p. False when one was bad. */
bool load_all(struct profile *p, char *const *paths);

/* Is it "--type all", and no type is called so? */
bool wants_all_types(const struct profile *p);

/*
 * The column that --type asks for, or the default one. Notes how many of the profiles
 * have nothing of it, and which other events perf recorded. Complains and returns false
 * when none has such a type, and for "--type all".
 */
bool choose_column(const struct profile *p, uint32_t *col);

/* Keep only that column. */
void keep_column(struct profile *p, uint32_t col);

/* -t, else text for text and pprof for everything else. */
const struct format *output_format(void);

/* Write p in that format where -o says. Complains. */
bool save(struct profile *p, const struct format *format);

/* Close an output of the command's own; complains. */
bool finish_output(struct out *out);

/* Something worth saying that is no error; -q silences it. */
void note(const char *fmt, ...) PRINTF(1, 2);

/* The same for each of some lines. */
void note_lines(struct str lines);

/* Say how many values that were not 0 have become 0 by rounding. */
void note_rounded(uint64_t n);

/* Say how many sums hit the end of int64: once, when all is done. */
void note_saturation(const struct profile *p);

/* The exit status: 0, or 2 for trouble. */
int status(bool ok);

#endif
