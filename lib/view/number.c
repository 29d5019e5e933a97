/*
 * printf does all this, at ten times the cost: a large picture has 100,000
 * numbers.
 */
#include "view/number.h"

#include <math.h>
#include <stdlib.h>

/* Beyond this whole numbers in a double have gaps. */
static const double LARGEST = 9007199254740992;

/* The first to be scaled by 10^decimals and rounded; false if it has no place. */
static bool scaled(double v, int decimals, int64_t *whole)
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

	if (!scaled(v, 0, &whole)) {
		buf_printf(b, "%.4g", v);
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

	if (!scaled(v, decimals, &whole)) {
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

void number_share(struct buf *b, double part, double all)
{
	number_fixed(b, all ? 100 * part / all : 0, 2);
	buf_ch(b, '%');
}
