/*
 * The sentences that reports for people share. Each function appends to a buf, without a
 * newline at the end.
 */
#ifndef REPORTS_DIFF_WORDS_H
#define REPORTS_DIFF_WORDS_H

#include "compare/compare.h"

/* "REGRESSION", "no regression", "inconclusive" ... */
const char *words_outcome(const struct comparison *c);

/* "+4.1%": a fraction with its sign. */
void words_signed(struct buf *b, double fraction);

/* "+51%", "-0.4%": a change that is given as a logarithm. */
void words_change(struct buf *b, double change);

/* "[+41%, +63%]" */
void words_interval(struct buf *b, const struct row *r);

/* "5.2%" */
void words_share(struct buf *b, double share);

/* A cost in the comparison's metric: "4.12s", "1,234", "5.2%". */
void words_cost(struct buf *b, const struct comparison *c, double cost);

/* "CPU time 4.12s -> 4.25s, +3.1% [+2.2%, +4.0%]", with `arrow` in the middle. */
void words_total(struct buf *b, const struct comparison *c, const char *arrow);

/*
 * What a reader should know before looking at rows, in lines: the runs and how they
 * belong together, the noise, what could have been found, budgets. Line 0 first; false
 * after the last.
 */
bool words_opening(struct buf *b, const struct comparison *c, size_t line);

/* What is remarkable about a row: "needs 24 runs a side", "from lex", "in src/h.c:88". */
void words_note(struct buf *b, const struct comparison *c, const struct row *r);

/* The item's file in the source, seen from o->root, and its line; empty if not known. */
struct str words_file(const struct comparison *c, const struct row *r, uint32_t *line);

/* Both, "src/h.c:88"; nothing where that is not known. */
void words_place(struct buf *b, const struct comparison *c, const struct row *r);

/* A path, or a name, on one line: "main>serve>hash". */
void words_path(struct buf *b, struct str path);

/* The verdict in a word; what is slower and does not make the gate fail is in small letters. */
const char *words_verdict(const struct row *r);

/* What rows are about: "function", "path", "module", "file"; and how: "self". */
const char *words_item(const struct comparison *c);
const char *words_kind(const struct row *r);

/* The name of an item, on one line. */
void words_name(struct buf *b, const struct comparison *c, uint32_t item);

/* A row as a sentence: "hash (self) is SLOWER: +2.5% of the total, +51% [+41%, +63%] ..." */
void words_finding(struct buf *b, const struct comparison *c, const struct row *r);

/* What formats of code checkers need: which rule it is that a row breaks, a fingerprint
   that is the same in the next comparison, and whether it is a finding at all. */
const char *words_rule(const struct row *r);
void words_fingerprint(struct buf *b, const struct comparison *c, const struct row *r);
bool words_is_worse(const struct row *r);

/* A row as cells for people, each ended by a NUL. */
enum { WORDS_CELLS = 9 };
extern const char *const words_heads[WORDS_CELLS];
extern const bool words_right[WORDS_CELLS]; /* numbers, which are aligned right */
void words_cells(struct buf *b, const struct comparison *c, const struct row *r);

#endif
