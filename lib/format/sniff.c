#include "format/sniff.h"

bool sniff_more(struct sniff *s)
{
	size_t had = s->head.n, want = min_size(2 * had, SNIFF_MOST);

	if (s->all || had >= SNIFF_MOST)
		return false;
	s->head = in_peek(s->in, want);
	s->all = s->head.n < want;
	s->head.n = min_size(s->head.n, want);
	return s->head.n > had;
}

int sniff_refuse(struct sniff *s, int bits, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&s->why, fmt, ap);
	va_end(ap);
	return bits;
}
