#include "format/json/json_number.h"

#include <math.h>

#include "format/folded.h"
#include "profile/profile.h"

/* The decimal of a double; its last digits are as exact as the double. */
static struct json_decimal rounded(struct json_in *j, double v)
{
	double whole = floor(v);
	struct json_decimal d = { 0 };

	if (fabs(v) >= 9.2e18) {
		json_fail(j, "a number is too large");
		return d;
	}
	d.whole = (int64_t)whole;
	d.frac = (uint64_t)((v - whole) * 1e18);
	return d;
}

struct json_decimal json_decimal(struct json_in *j)
{
	struct folded_count c;

	if (j->kind == JSON_NUMBER && folded_count(j->text, &c))
		return (struct json_decimal){ c.whole, c.frac };
	return rounded(j, json_f64(j));
}

struct json_decimal json_decimal_times(struct json_decimal d, int64_t scale)
{
	__int128 frac = (__int128)d.frac * scale,
		 whole = (__int128)d.whole * scale + frac / (__int128)FRAC_ONE;

	if (whole > INT64_MAX || whole < INT64_MIN)
		return (struct json_decimal){ whole < 0 ? INT64_MIN : INT64_MAX };
	return (struct json_decimal){ (int64_t)whole, (uint64_t)(frac % (__int128)FRAC_ONE) };
}

struct json_decimal json_decimal_minus(struct json_decimal a, struct json_decimal b)
{
	struct json_decimal d;
	bool borrow = a.frac < b.frac;

	if (__builtin_sub_overflow(a.whole, b.whole, &d.whole))
		return (struct json_decimal){ a.whole < 0 ? INT64_MIN : INT64_MAX };
	d.frac = a.frac + (borrow ? FRAC_ONE : 0) - b.frac;
	d.whole -= borrow && d.whole > INT64_MIN;
	return d;
}

int64_t json_scaled(struct json_in *j, int64_t scale)
{
	struct json_decimal d = json_decimal(j);
	uint64_t unit = FRAC_ONE / (uint64_t)scale, part = (d.frac + unit / 2) / unit;
	int64_t v;

	if (__builtin_mul_overflow(d.whole, scale, &v) ||
	    __builtin_add_overflow(v, (int64_t)part, &v)) {
		json_fail(j, "a number is too large");
		return 0;
	}
	return v;
}
