#include "cli/message.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/printable.h"
#include "cli/progress.h"

/* One write, so that lines of several threads do not mix. */
static void print_message(const char *fmt, va_list ap)
{
	struct buf text = { 0 }, line = { 0 };

	buf_vprintf(&text, fmt, ap);
	buf_printf(&line, "%s: ", program_name);
	printable_lines(&line, buf_str(&text));
	buf_ch(&line, '\n');
	fwrite(line.p, 1, line.n, stderr);
	buf_release(&text);
	buf_release(&line);
}

bool complain(const char *fmt, ...)
{
	va_list ap;

	progress_end();
	va_start(ap, fmt);
	print_message(fmt, ap);
	va_end(ap);
	return false;
}

void inform(const char *fmt, va_list ap)
{
	progress_end();
	print_message(fmt, ap);
}

void usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_message(fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s --help'.\n", program_name);
	exit(2);
}
