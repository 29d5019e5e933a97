/* Numbers as pictures show them. */
#ifndef VIEW_NUMBER_H
#define VIEW_NUMBER_H

#include "base/buf.h"

/* Rounded to a whole number, with thousands separated: "-1,234,567". */
void number_grouped(struct buf *b, double v);

/* With that many decimals (up to 6): "12.30". */
void number_fixed(struct buf *b, double v, int decimals);

/* With at most that many decimals (up to 6): "12.3". For coordinates. */
void number_short(struct buf *b, double v, int decimals);

/* part of all in percent, "12.34%"; "0.00%" where there is nothing. */
void number_share(struct buf *b, double part, double all);

#endif
