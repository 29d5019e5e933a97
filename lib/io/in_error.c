/* Errors of inputs: the first one sticks, with its place. */
#include "base/printable.h"
#include "io/layer.h"

/* "NAME:LINE: ", "NAME: byte POS: " or "NAME: "; nothing without a name. */
static void put_place(struct buf *b, const struct in *in, uint64_t pos)
{
	if (!in->name)
		return;
	buf_add(b, str_of(in->name));
	if (in->line)
		buf_printf(b, ":%llu", (unsigned long long)in->line);
	else if (pos != UINT64_MAX)
		buf_printf(b, ": byte %llu%s", (unsigned long long)pos,
			   in->top && in->top->codec ? " (unpacked)" : "");
	buf_add(b, S(": "));
}

bool in_fail_at_v(struct in *in, uint64_t pos, const char *fmt, va_list ap)
{
	struct buf text = { 0 };

	if (in->failed)
		return false;
	in->failed = true;
	put_place(&text, in, pos);
	buf_vprintf(&text, fmt, ap);
	printable(&in->error, buf_str(&text));
	buf_ch(&in->error, '\0');
	in->error.n--;
	buf_release(&text);
	return false;
}

bool in_fail(struct in *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	in_fail_at_v(in, UINT64_MAX, fmt, ap);
	va_end(ap);
	return false;
}

bool in_fail_at(struct in *in, uint64_t pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	in_fail_at_v(in, pos, fmt, ap);
	va_end(ap);
	return false;
}

static bool bad_v(struct in *in, uint64_t pos, const char *fmt, va_list ap)
{
	if (!in->lenient || in->failed)
		return in_fail_at_v(in, pos, fmt, ap);
	in->skipped++;
	return true;
}

bool in_bad(struct in *in, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = bad_v(in, UINT64_MAX, fmt, ap);
	va_end(ap);
	return ok;
}

bool in_bad_at(struct in *in, uint64_t pos, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = bad_v(in, pos, fmt, ap);
	va_end(ap);
	return ok;
}

void in_note(struct in *in, uint64_t line, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	if (in->name)
		buf_add(&text, str_of(in->name));
	if (in->name && line)
		buf_printf(&text, ":%llu", (unsigned long long)line);
	if (in->name)
		buf_add(&text, S(": "));
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	printable(&in->notes, buf_str(&text));
	buf_ch(&in->notes, '\n');
	buf_release(&text);
}

bool in_fail_as(struct in *in, const struct in *other)
{
	if (!in->failed)
		in->reason = other->reason;
	return in_fail(in, "%s", other->error.p);
}

bool in_fail_memory(struct in *in)
{
	if (!in->failed)
		in->reason = IN_OVER_MEMORY;
	return in_fail(in, "needs more than %zu MiB of memory%s", mem_limit_now() >> 20,
		       in->top && in->top->codec ? " (unpacked)" : "");
}

bool in_fits(struct in *in, size_t count, size_t size)
{
	size_t bytes;

	if (!__builtin_mul_overflow(count, size, &bytes) && mem_fits(bytes))
		return true;
	return in_fail_memory(in);
}
