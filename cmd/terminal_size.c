#include "cmd/terminal_size.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/common.h"

bool to_terminal(void)
{
	return !common.output && isatty(STDOUT_FILENO);
}

static bool from_environment(const char *name, size_t least, size_t *size)
{
	const char *text = getenv(name);
	uint64_t n;

	if (!text || !str_u64(str_of(text), &n) || n < least || n > 10000)
		return false;
	*size = (size_t)n;
	return true;
}

size_t terminal_columns(void)
{
	struct winsize size;
	size_t n;

	if (from_environment("COLUMNS", 20, &n))
		return n;
	if (to_terminal() && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	return 80;
}

size_t terminal_lines(void)
{
	struct winsize size;
	size_t n;

	if (from_environment("LINES", 5, &n))
		return n;
	if (to_terminal() && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row >= 5)
		return size.ws_row;
	return 24;
}

bool terminal_is_ascii(void)
{
	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}
