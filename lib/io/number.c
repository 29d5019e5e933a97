/*
 * printf() does all this at ten times the cost, and a large picture has 100,000
 * numbers.
 */
#include "io/number.h"

#include <math.h>
#include <stdlib.h>

/* Above this, doubles cannot hold every whole number. */
static const double LARGEST = 9007199254740992;

/* The first to be scaled by 10^decimals and rounded; false if it has no place. */
static bool scale_and_round(double v, int decimals, int64_t *whole)
{
	static const double power[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };

	v = round(v * power[decimals]);
	if (!(fabs(v) <= LARGEST))
		return false;
	*whole = (int64_t)v;
	return true;
}

/* The digits of v, at least `least` of them, with `mark` before every third. */
static struct str digits_of(char to[40], uint64_t v, int least, char mark)
{
	char *at = to + 40;

	for (int n = 0; v || n < least; n++, v /= 10) {
		if (mark && n && n % 3 == 0)
			*--at = mark;
		*--at = (char)('0' + v % 10);
	}
	return str(at, (size_t)(to + 40 - at));
}

void number_grouped(struct buf *b, double v)
{
	char digits[40];
	int64_t whole;

	if (!scale_and_round(v, 0, &whole)) {
		buf_printf(b, "%.4g", v);
		return;
	}
	if (fabs(v) < 10 && fabs(v - (double)whole) > 1e-4 * fabs(v)) {
		buf_printf(b, "%.3g", v);
		return;
	}
	if (whole < 0)
		buf_ch(b, '-');
	buf_add(b, digits_of(digits, (uint64_t)llabs(whole), 1, ','));
}

static void put_fixed(struct buf *b, double v, int decimals, bool trim)
{
	char digits[40];
	struct str s;
	int64_t whole;
	size_t n;

	if (!scale_and_round(v, decimals, &whole)) {
		buf_printf(b, "%.4g", v);
		return;
	}
	if (whole < 0)
		buf_ch(b, '-');
	s = digits_of(digits, (uint64_t)llabs(whole), decimals + 1, '\0');
	n = s.n - (size_t)decimals;
	while (trim && s.n > n && s.p[s.n - 1] == '0')
		s.n--;
	buf_add(b, str(s.p, n));
	if (s.n > n)
		buf_ch(b, '.');
	buf_add(b, str_skip(s, n));
}

void number_fixed(struct buf *b, double v, int decimals)
{
	put_fixed(b, v, decimals, false);
}

void number_short(struct buf *b, double v, int decimals)
{
	put_fixed(b, v, decimals, true);
}

void number_share(struct buf *b, double part, double all, int decimals)
{
	number_fixed(b, all != 0 ? 100 * part / all : 0, decimals);
	buf_ch(b, '%');
}

void number_percent(struct buf *b, double percent, bool sign)
{
	double size = fabs(percent);
	int decimals = size < 0.095 ? 2 : size < 9.95 ? 1 : 0; /* by the rounded value */

	if (!isfinite(percent))
		buf_add(b, percent > 0 ? S("+inf") : S("-100%"));
	else if (size >= 1e5)
		buf_printf(b, "%c%.3g%%", percent < 0 ? '-' : '+', size);
	else if (size < 0.005)
		buf_add(b, S("0%"));
	else
		buf_printf(b, sign ? "%+.*f%%" : "%.*f%%", decimals, percent);
}
