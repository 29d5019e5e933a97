#include "io/cursor.h"

bool cursor_error(struct cursor *c, struct in *in, const char *fmt, ...)
{
	va_list ap;

	cursor_fail(c);
	va_start(ap, fmt);
	in_fail_at_v(in, c->pos + (uint64_t)(c->bad - c->start), fmt, ap);
	va_end(ap);
	return false;
}
