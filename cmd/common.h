/*
 * The part that all commands share: common options, reading the inputs, choosing a
 * sample type, writing the result, messages.
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
	bool text_in; /* at least one input is of a text format */
	/* The profiles that are wanted: see struct source_options. */
	bool has_range;
	int64_t since, until;
	struct selector *selector;
	/* Other options of sources: see struct source_options. */
	bool one_type, no_stacks, all_labels, select;
	const struct str *label;
	size_t nlabel;
	int64_t server_step, server_origin;
	uint64_t every, count;
	bool events_in; /* at least one input has perf's events, often several at once */
	void (*each)(struct profile *p); /* see struct source_options; NULL: nothing */
};
extern struct common common;

#define INPUT_AND_OUTPUT "Input and output" /* the title of several tables of options */

/*
 * Options of commands that write profiles; of those that read files; of those that add
 * them up; of all commands.
 */
extern const struct opt to_options[], file_options[], sum_options[], general_options[];

/* Options of commands that read files and write none: those of files without -o. */
#define input_options (file_options + 1)

/* Parse the command line and set up signals. Returns the operands. */
char **start(const struct cmd *cmd, int argc, char **argv);

/*
 * Open the inputs with the common options; without paths, standard input. Bad inputs are
 * reported as they are found. directories: read a directory as the files in it.
 */
void open_source(struct source *s, char *const *paths, bool directories);

/* Is one of the inputs a Pyroscope server? */
bool has_server(char *const *paths);

/* Append the profiles of all good inputs to p. False if an input was bad. */
bool load_all(struct profile *p, char *const *paths);

/* Is --type "all", and no sample type has this name? */
bool wants_all_types(const struct profile *p);

/*
 * The column of --type, or the default one. A note counts the profiles without this type,
 * and names other events that perf recorded. False, with an error message, if no profile
 * has it, and for "--type all".
 */
bool choose_column(const struct profile *p, uint32_t *col);

/* Keep only that column. */
void keep_column(struct profile *p, uint32_t col);

/* The format of -t; by default folded if the inputs are folded stacks, else pprof. */
const struct format *output_format(void);

/* Write p in that format to -o. False, with an error message, if that fails. */
bool save(struct profile *p, const struct format *format);

/* Close an output that the command wrote itself, in the same way. */
bool finish_output(struct out *out);

/* Print a message that is not an error, unless -q is given. */
void note(const char *fmt, ...) PRINTF(1, 2);

/* The same for each line. */
void note_lines(struct str lines);

/* An error message for each line. */
void complain_lines(struct str lines);

/* Note that n values that were not 0 have become 0 by rounding. */
void note_rounded(uint64_t n);

/* Note how many sums reached the limit of int64. Call this once, at the end. */
void note_saturation(const struct profile *p);

/* The exit status: 0, or 2 for an error. */
int status(bool ok);

#endif
