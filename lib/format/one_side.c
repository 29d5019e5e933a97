#include "format/one_side.h"

#include "analyze/total.h"

bool write_one_side(struct out *out, struct profile *p, const char *format)
{
	if (is_differential(p))
		return out_fail(out,
				"a differential profile cannot be written as %s: use -t pprof "
				"or -t folded",
				format);
	profile_round(p);
	return true;
}

bool write_counts(struct out *out, struct profile *p, uint32_t col, const char *format)
{
	if (!write_one_side(out, p, format))
		return false;
	for (uint32_t i = 1; i < p->sample.n; i++)
		if (profile_value(p, col, (sample_id){ i }) < 0)
			return out_fail(out,
					"%s holds no values below 0: use -t pprof or -t folded",
					format);
	return true;
}
