#include "view/color.h"

#include <math.h>

static bool parse_hex(struct str s, struct rgb *c)
{
	uint64_t v;

	if (s.n != 6 || !str_hex(s, &v))
		return false;
	*c = (struct rgb){ (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	return true;
}

/* "1,2,3" */
static bool parse_decimal(struct str s, struct rgb *c)
{
	uint64_t v[3];

	for (int i = 0; i < 3; i++)
		if (!str_u64(str_trim(str_cut(&s, ',')), &v[i]) || v[i] > 255)
			return false;
	*c = (struct rgb){ (uint8_t)v[0], (uint8_t)v[1], (uint8_t)v[2] };
	return !s.p;
}

bool rgb_parse(struct str s, struct rgb *c)
{
	if (str_starts(s, S("#")))
		return parse_hex(str_skip(s, 1), c);
	if (str_starts(s, S("rgb(")) && str_ends(s, S(")")))
		return parse_decimal(str(s.p + 4, s.n - 5), c);
	return false;
}

void rgb_put(struct buf *b, struct rgb c)
{
	const char v[3] = { (char)c.r, (char)c.g, (char)c.b };

	buf_ch(b, '#');
	buf_hex(b, str(v, sizeof(v)));
}

/* The linear light of a channel, from 0 to 1 (IEC 61966-2-1). */
static double light(uint8_t v)
{
	double share = v / 255.0;

	return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

bool rgb_wants_white(struct rgb c)
{
	double luminance = 0.2126 * light(c.r) + 0.7152 * light(c.g) + 0.0722 * light(c.b);

	return luminance < 0.179; /* at which black and white have equal contrast */
}
