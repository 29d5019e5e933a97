/*
 * The first lines of a report: the news, the total, and the change that could have been found.
 * Each is one sentence, for readers who read nothing else.
 */
#ifndef REPORTS_DIFF_NEWS_H
#define REPORTS_DIFF_NEWS_H

#include "compare/compare.h"

/* "REGRESSION", "no regression", "inconclusive" ... for people, and as a word for programs. */
const char *words_outcome(const struct comparison *c);
const char *words_outcome_id(const struct comparison *c);

/*
 * The lines before the table: line 0 first, false after the last. Three lines are always there;
 * budgets, the required power, and warnings follow.
 */
bool words_news(struct buf *b, const struct comparison *c, size_t line);

/*
 * For a picture: "REGRESSION: hash +41%; in all, CPU time 4.12s to 4.25s, +3.1%, 10 v 10 runs", with
 * an arrow for "to". The whole may have changed the other way.
 */
void words_about(struct buf *b, const struct comparison *c);

/* The i-th budget: "budget hash<=5%: 7.7% of the new side (at least 7.5%), EXCEEDED" */
void words_budget(struct buf *b, const struct comparison *c, size_t i);

#endif
