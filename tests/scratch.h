/* A scratch directory, and shell commands that run in it. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdlib.h>

#include "base/buf.h"

/* mkdtemp(dir) makes it. */
static char dir[] = "/tmp/prof-test-XXXXXX";

/*
 * Run commands in the directory; their output goes to the files "out" and "err" there. Did
 * they succeed?
 */
static bool PRINTF(1, 2) run(const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	bool good;

	buf_printf(&b, "cd %s && { ", dir);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	buf_printf(&b, "; } >out 2>err");
	buf_ch(&b, '\0');
	good = system(b.p) == 0;
	buf_release(&b);
	return good;
}

#endif
