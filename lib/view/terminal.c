#include "view/terminal.h"

#include <locale.h>
#include <wchar.h>

#include "io/escape.h"

/* The columns of a character, independent of the locale. */
static size_t columns_of(uint32_t c)
{
	static locale_t utf8;
	locale_t was;
	int n;

	if (c < 0x7f)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	was = uselocale(utf8);
	n = wcwidth((wchar_t)c);
	uselocale(was);
	return n < 0 ? 1 : (size_t)n;
}

/* The length of the first character of clean text, and its columns. */
static size_t next_char(struct str s, size_t *columns)
{
	uint32_t c = 0;
	size_t n = str_utf8(s, &c);

	*columns = columns_of(c);
	return n;
}

static size_t width_of(struct str s)
{
	size_t width = 0, columns;

	for (; s.n; width += columns)
		s = str_skip(s, next_char(s, &columns));
	return width;
}

/* Cut clean text after that many columns, or before the character that crosses them. */
static struct str cut_columns(struct str *s, size_t columns)
{
	struct str rest = *s, head;

	while (rest.n) {
		size_t width, n = next_char(rest, &width);

		if (width > columns)
			break;
		columns -= width;
		rest = str_skip(rest, n);
	}
	head = str(s->p, s->n - rest.n);
	*s = rest;
	return head;
}

/* Append the beginning and the end of clean text, `columns` together, with dots between. */
static void put_middle(struct buf *b, struct str s, size_t columns, struct str dots)
{
	size_t tail = columns * 2 / 3, width;

	buf_add(b, cut_columns(&s, columns - tail));
	buf_add(b, dots);
	for (size_t left = width_of(s); left > tail; left -= width)
		s = str_skip(s, next_char(s, &width));
	buf_add(b, s);
}

/* Append the text with '?' for each character that is not ASCII. */
static void put_ascii(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] & 0x80))
			buf_ch(b, s.p[i]);
		else if ((uint8_t)s.p[i] >= 0xc0)
			buf_ch(b, '?');
}

void terminal_text(struct buf *b, struct str s, size_t columns, bool ascii)
{
	struct buf clean = { 0 }, shown = { 0 };
	struct str dots = ascii ? S("..") : S("\u2026");
	size_t dots_width = ascii ? 2 : 1;

	clean_text(&clean, s);
	if (ascii)
		put_ascii(&shown, buf_str(&clean));
	else
		buf_add(&shown, buf_str(&clean));
	s = buf_str(&shown);
	if (width_of(s) <= columns)
		buf_add(b, s);
	else if (columns > dots_width)
		put_middle(b, s, columns - dots_width, dots);
	buf_release(&clean);
	buf_release(&shown);
}

/* The nearest of the 6 levels of xterm's colour cube: 0, 95, 135, ... 255. */
static int cube(uint8_t v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

void terminal_color(struct buf *b, struct rgb c, enum text_color how)
{
	if (how == TEXT_TRUE)
		buf_printf(b, "\033[38;2;%d;%d;%dm", c.r, c.g, c.b);
	else if (how == TEXT_256)
		buf_printf(b, "\033[38;5;%dm", 16 + 36 * cube(c.r) + 6 * cube(c.g) + cube(c.b));
}

void terminal_color_end(struct buf *b, enum text_color how)
{
	if (how != TEXT_PLAIN)
		buf_add(b, S("\033[0m"));
}
