/*
 * The sentences that reports for people have in common. Each function appends to a buf, without
 * a final newline.
 */
#ifndef REPORTS_DIFF_WORDS_H
#define REPORTS_DIFF_WORDS_H

#include "compare/compare.h"

/* "+4.1%": a fraction with its sign. */
void words_signed(struct buf *b, double fraction);

/* "+51%", "-0.4%": a change, from its logarithm. */
void words_change(struct buf *b, double change);

/* "[+41%, +63%]" */
void words_interval(struct buf *b, const struct row *r);

/* "5.2%" */
void words_share(struct buf *b, double share);

/* "5%": a share or level that the user chose, in all its digits. */
void words_chosen(struct buf *b, double fraction);

/* The unit of costs; empty for shares. */
struct str words_unit(const struct comparison *c);

/* A cost in the comparison's metric: "4.12s", "1,234", "5.2%". */
void words_cost(struct buf *b, const struct comparison *c, double cost);

/* A probability: "0.021", or "<0.001". */
void words_p(struct buf *b, double p);

/*
 * The lines about the method: samples, noise, tests. Line 0 first; false after the last. For
 * the first lines of a report, see diff_news.h.
 */
bool words_method(struct buf *b, const struct comparison *c, size_t line);

/* A note about a row, which is often empty: "needs 24 runs a side", "from lex". */
void words_note(struct buf *b, const struct comparison *c, const struct row *r);

/* The item's source file, relative to o->root, and its line; empty if unknown. */
struct str words_file(const struct comparison *c, uint32_t item, uint32_t *line);

/*
 * The file and line that a code checker annotates for a row: its own if that is the author's
 * code, else that of the lowest caller that is. Empty if there is none: authors cannot change a
 * header of the system.
 */
struct str words_annotated(const struct comparison *c, const struct row *r, uint32_t *line);

/* The row's place for people: "src/h.c:88", "in parse, src/parse.c:30"; empty if unknown. */
void words_place(struct buf *b, const struct comparison *c, const struct row *r);

/* A path, or a name, on one line: "main>serve>hash". */
void words_path(struct buf *b, struct str path);

/*
 * A text, or a path, of at most `longest` columns. A longer one loses its middle; in a path, the
 * middle is whole frames. Nothing is cut if longest is 0.
 */
void words_within(struct buf *b, struct str text, size_t longest);
void words_path_within(struct buf *b, struct str path, size_t longest);

/*
 * The verdict in a word, or "~" without a finding. "slower" is in lower case if it does not make
 * the gate fail.
 */
const char *words_verdict(const struct row *r);

/* The kind of items, "function", "path", "module" or "file"; and the kind of samples, "self". */
const char *words_item(const struct comparison *c);
const char *words_kind(const struct row *r);

/* The verdict and the kind as words for programs: "inconclusive", "inclusive". */
const char *words_verdict_id(const struct row *r);
const char *words_kind_id(const struct row *r);

/* The name of an item, on one line. */
void words_name(struct buf *b, const struct comparison *c, uint32_t item);

/* What is compared: "CPU time", "share of all samples", "allocs per unit of work". */
void words_metric(struct buf *b, const struct comparison *c);

/* "CPU time 4.12s -> 4.25s, +3.1% [+2.2%, +4.0%]", with `arrow` in the middle. */
void words_total(struct buf *b, const struct comparison *c, const char *arrow);

/* "CPU time changed by +3.1% [+2.2%, +4.0%]", or that the total was not tested. */
void words_whole_change(struct buf *b, const struct comparison *c);

/* A row as a sentence: its headline, verdict, path and note. */
void words_finding(struct buf *b, const struct comparison *c, const struct row *r);

#endif
