#include "format/json/json_number.h"

#include <math.h>

#include "format/folded.h"
#include "profile/profile.h"

/* A decimal of a double: its last digits are as good as the double. */
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
