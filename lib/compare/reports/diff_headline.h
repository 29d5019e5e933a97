/* What a report says of one row, in a sentence that stands alone. */
#ifndef REPORTS_DIFF_HEADLINE_H
#define REPORTS_DIFF_HEADLINE_H

#include "compare/compare.h"

/* "hash takes 41% more CPU time [+36%, +47%]; it had 10% of the base ..." */
void words_headline(struct buf *b, const struct comparison *c, const struct row *r);

/* "hash", "serve, with what it calls," */
void words_subject(struct buf *b, const struct comparison *c, const struct row *r);

/* Is it code that took the place of other code, or gave it to other code? */
bool words_is_replacement(const struct comparison *c, const struct row *r);

/*
 * "; parse_v2 is new, with 12% of the new side, in place of other code". Nothing if r is NULL.
 */
void words_replacement(struct buf *b, const struct comparison *c, const struct row *r);

#endif
