/* Unit tests print TAP: ok(condition, "what holds"), is(got, expected, "name"). */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

static int tap_n, tap_failed;

#define ok(cond, ...)          ok_at(__FILE__, __LINE__, (cond), #cond, __VA_ARGS__)
#define is(got, expected, ...) is_at(__FILE__, __LINE__, (got), str_of(expected), __VA_ARGS__)

__attribute__((format(printf, 5, 6))) static inline bool ok_at(const char *file, int line,
							       bool cond, const char *text,
							       const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", cond ? "" : "not ", ++tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!cond) {
		printf("# %s:%d: %s\n", file, line, text);
		tap_failed++;
	}
	return cond;
}

/* Two texts are the same. */
__attribute__((format(printf, 5, 6))) static inline bool is_at(const char *file, int line,
							       struct str got, struct str expected,
							       const char *fmt, ...)
{
	char name[256];
	va_list ap;
	bool same = str_eq(got, expected);

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	ok_at(file, line, same, "texts differ", "%s", name);
	if (!same)
		printf("#      got: %.*s\n# expected: %.*s\n", STR_ARG(got), STR_ARG(expected));
	return same;
}

static inline int done(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed != 0;
}

#endif
