/*
 * The sentences that reports for people share. Each function appends to a buf, without a
 * newline at the end.
 */
#ifndef REPORTS_DIFF_WORDS_H
#define REPORTS_DIFF_WORDS_H

#include "compare/compare.h"

/* "+4.1%": a fraction with its sign. */
void words_signed(struct buf *b, double fraction);

/* "+51%", "-0.4%": a change that is given as a logarithm. */
void words_change(struct buf *b, double change);

/* "[+41%, +63%]" */
void words_interval(struct buf *b, const struct row *r);

/* "5.2%" */
void words_share(struct buf *b, double share);

/* "5%": a share or level that was chosen, as it was. */
void words_chosen(struct buf *b, double fraction);

/* The unit of costs; empty for shares. */
struct str words_unit(const struct comparison *c);

/* A cost in the comparison's metric: "4.12s", "1,234", "5.2%". */
void words_cost(struct buf *b, const struct comparison *c, double cost);

/* A probability: "0.021", or "<0.001". */
void words_p(struct buf *b, double p);

/*
 * How it was measured, in lines: samples, noise, tests. Line 0 first; false after the last.
 * The news are in diff_news.h.
 */
bool words_method(struct buf *b, const struct comparison *c, size_t line);

/* What is remarkable about a row: "needs 24 runs a side", "from lex". Often nothing. */
void words_note(struct buf *b, const struct comparison *c, const struct row *r);

/* The item's file in the source, seen from o->root, and its line; empty if not known. */
struct str words_file(const struct comparison *c, uint32_t item, uint32_t *line);

/*
 * The file and line that a checker of code annotates for a row: its own in code of the
 * author's, else the one of the lowest caller that is. Empty when there is none: nobody can
 * change a header of the system.
 */
struct str words_annotated(const struct comparison *c, const struct row *r, uint32_t *line);

/* The row's place for people: "src/h.c:88", "in parse, src/parse.c:30"; nothing if not known. */
void words_place(struct buf *b, const struct comparison *c, const struct row *r);

/* A path, or a name, on one line: "main>serve>hash". */
void words_path(struct buf *b, struct str path);

/*
 * A text, or a path, of at most `longest` columns: what is longer loses its middle, a path
 * whole frames of it. Nothing is cut if longest is 0.
 */
void words_within(struct buf *b, struct str text, size_t longest);
void words_path_within(struct buf *b, struct str path, size_t longest);

/*
 * The verdict in a word, "~" if there is no finding; what is slower and does not make the
 * gate fail is in small letters.
 */
const char *words_verdict(const struct row *r);

/* What rows are about: "function", "path", "module", "file"; and how: "self". */
const char *words_item(const struct comparison *c);
const char *words_kind(const struct row *r);

/* The verdict and the kind as words for programs: "inconclusive", "inclusive". */
const char *words_verdict_id(const struct row *r);
const char *words_kind_id(const struct row *r);

/* The name of an item, on one line. */
void words_name(struct buf *b, const struct comparison *c, uint32_t item);

/* A row as a sentence: its headline, verdict, path and note. */
void words_finding(struct buf *b, const struct comparison *c, const struct row *r);

#endif
