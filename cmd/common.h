/*
 * What the commands share: the options that all of them have, reading all
 * inputs, choosing a sample type, writing the result.
 */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

#include "cli/opt.h"
#include "format/format.h"

struct common {
	const char *output;
	int from, to; /* into format_at(); -1 = not given */
	struct pack pack;
	const char *type;
	bool lenient, quiet, verbose;
	bool text_in; /* what was read is text */
};
extern struct common common;

/* For commands that write profiles; that read them; for all. */
extern const struct opt to_options[], file_options[], general_options[];

/* Parse the command line and set up signals. Returns the operands. */
char **start(const struct cmd *cmd, int argc, char **argv);

/*
 * Append all inputs to p (standard input when there is none) and settle it. A
 * bad one is complained about, and p is what the others hold; false then, or
 * when nothing was read.
 */
bool load_all(struct profile *p, char *const *paths);

/* One input; complains. For commands that do something between inputs. */
bool load_one(struct profile *p, const char *path);

/* profile_settle(), saying what was dropped, skipped or saturated. */
bool settle(struct profile *p);

/*
 * The column that --type asks for, or the default one. Complains and returns
 * false when the profile has no such type.
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

/* The exit status: 0, or 2 for trouble. */
int status(bool ok);

#endif
