/* Printing numbers for people, in pictures and reports. Halves are rounded away from 0. */
#ifndef IO_NUMBER_H
#define IO_NUMBER_H

#include "base/buf.h"

/*
 * Rounded to a whole number, with thousands separated: "-1,234,567"; numbers below 10 to three
 * digits: "0.333".
 */
void number_grouped(struct buf *b, double v);

/* With that many decimals (up to 6): "12.30". */
void number_fixed(struct buf *b, double v, int decimals);

/* With at most that many decimals (up to 6): "12.3". For coordinates. */
void number_short(struct buf *b, double v, int decimals);

/* part / all in percent, with that many decimals: "12.34%"; "0.00%" if all is 0. */
void number_share(struct buf *b, double part, double all, int decimals);

/*
 * A percentage in a sentence, rounded for reading: two decimals below 0.1%, one below
 * 10%, none from 10% on. sign: put "+" before values of 0 or more. Infinities are "+inf"
 * and "-100%": changes from and to nothing.
 */
void number_percent(struct buf *b, double percent, bool sign);

#endif
