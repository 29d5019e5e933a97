/*
 * Functions shared by all commands: common options, reading inputs, choosing a sample type,
 * writing the result, messages.
 */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

#include "cli/opt.h"
#include "source/source.h"

struct common {
	const char *output;
	int from, to; /* for format_at() and format_writable_at(); -1 = not given */
	int64_t jobs;
	struct pack pack;
	const char *type;
	bool lenient, quiet, verbose;
	bool text_in; /* at least one input is in a text format */
	/* The range of profiles to read: see struct source_options. */
	bool has_range;
	int64_t since, until;
	struct selector *selector;
	/* Other options of sources: see struct source_options. */
	bool one_type, no_stacks, all_labels, select;
	const struct str *label;
	size_t nlabel;
	int64_t server_step, server_origin;
	uint64_t every, count;
	bool events_in;                  /* at least one input may have unrelated events */
	bool shows_all_types;            /* the result has them all: none is left out */
	void (*each)(struct profile *p); /* see struct source_options; may be NULL */
};
extern struct common common;

#define INPUT_AND_OUTPUT "Input and output" /* the heading of several option tables */

/*
 * Options of commands that write profiles; that read files; that sum profiles; of all
 * commands.
 */
extern const struct opt to_options[], file_options[], sum_options[], general_options[];

/* Options of commands that only read files: file_options without -o. */
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

/* Is --type "all", and is there no sample type with this name? */
bool wants_all_types(const struct profile *p);

/*
 * The column of --type, or the default one. A note counts the profiles without this type,
 * and names other events that perf recorded. False, with an error message, if no profile
 * has it, and for "--type all".
 */
bool choose_column(const struct profile *p, uint32_t *col);

/* Drop all other columns. */
void keep_column(struct profile *p, uint32_t col);

/* The format of -t; by default folded if the inputs are folded stacks, else pprof. */
const struct format *output_format(void);

/* Write p in this format to -o. False, with an error message, on failure. */
bool save(struct profile *p, const struct format *format);

/* Print the error of an output, and what helps. Returns false. */
bool complain_output(const struct out *out);

/*
 * Close an output that the command has written itself. False, with an error message, on
 * failure.
 */
bool finish_output(struct out *out);

/* Print a message that is not an error, unless -q is given. */
void note(const char *fmt, ...) PRINTF(1, 2);

/* Print each line as a note. */
void note_lines(struct str lines);

/* Print each line as an error message. */
void complain_lines(struct str lines);

/* Note that n values of p other than 0 were rounded to 0. */
void note_rounded(const struct profile *p, uint64_t n);

/* Note how many sums reached the limit of int64. Call this once, at the end. */
void note_saturation(const struct profile *p);

/* The exit status: 0, or 2 for an error. */
int status(bool ok);

#endif
