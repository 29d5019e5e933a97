#include "base/str.h"

#include <errno.h>
#include <stdlib.h>

int str_cmp(struct str a, struct str b)
{
	size_t n = min_size(a.n, b.n);
	int d = n ? memcmp(a.p, b.p, n) : 0;

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

ptrdiff_t str_chr(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

ptrdiff_t str_rchr(struct str s, char c)
{
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != c)
		at--;
	return (ptrdiff_t)at - 1;
}

ptrdiff_t str_find(struct str s, struct str what)
{
	const char *at = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;

	return at ? at - s.p : -1;
}

struct str str_cut(struct str *rest, char c)
{
	ptrdiff_t at = str_chr(*rest, c);
	struct str head = *rest;

	if (at < 0) {
		*rest = (struct str){ 0 };
		return head;
	}
	head.n = (size_t)at;
	*rest = str_skip(*rest, head.n + 1);
	return head;
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut_word(struct str *rest)
{
	struct str word;

	*rest = str_trim(*rest);
	word = str(rest->p, 0);
	while (word.n < rest->n && !is_blank(rest->p[word.n]))
		word.n++;
	*rest = str_trim(str_skip(*rest, word.n));
	return word;
}

struct str str_basename(struct str path)
{
	ptrdiff_t at = str_rchr(path, '/');

	return at < 0 ? path : str_skip(path, (size_t)at + 1);
}

bool str_u64(struct str s, uint64_t *value)
{
	uint64_t v = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');

		if (digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*value = v;
	return true;
}

bool str_number_after(struct str s, struct str before, uint64_t *value)
{
	ptrdiff_t at = str_find(s, before);
	size_t n = 0;

	if (at < 0)
		return false;
	s = str_skip(s, (size_t)at + before.n);
	while (n < s.n && is_digit(s.p[n]))
		n++;
	return str_u64(str(s.p, n), value);
}

bool str_i64(struct str s, int64_t *value)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t v;

	if (!str_u64(negative ? str_skip(s, 1) : s, &v) || v > (uint64_t)INT64_MAX + negative)
		return false;
	*value = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool str_hex(struct str s, uint64_t *value)
{
	uint64_t v = 0;

	if (!s.n || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int digit = hex_digit(s.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (unsigned)digit;
	}
	*value = v;
	return true;
}

bool str_size(struct str s, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	char number[32], *end;
	double v;
	int shift = 0;

	if (s.n && str_chr(S("bB"), s.p[s.n - 1]) >= 0)
		s.n--;
	if (s.n && s.p[s.n - 1] == 'i')
		s.n--;
	for (int i = 0; s.n && units[i]; i++) {
		if ((s.p[s.n - 1] & ~0x20) == units[i]) {
			shift = 10 * (i + 1);
			s.n--;
			break;
		}
	}
	if (!s.n || s.n >= sizeof(number) || s.p[0] < '0' || s.p[0] > '9')
		return false;
	memcpy(number, s.p, s.n);
	number[s.n] = '\0';
	v = strtod(number, &end) * (double)((uint64_t)1 << shift);
	if (*end || v < 0 || v >= 9e18)
		return false;
	*bytes = (uint64_t)v;
	return true;
}

/* The unit at the start of s, in ns; 0 when there is none. */
static double time_unit(struct str *s)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ns", 1 },   { "us", 1e3 },   { "ms", 1e6 },   { "s", 1e9 },
		      { "m", 60e9 }, { "h", 3600e9 }, { "d", 86400e9 } };

	for (size_t i = 0; i < LEN(units); i++) {
		if (str_starts(*s, str_of(units[i].name))) {
			*s = str_skip(*s, strlen(units[i].name));
			return units[i].ns;
		}
	}
	return 0;
}

bool str_duration(struct str s, uint64_t *ns)
{
	double sum = 0, unit;
	bool any = false;

	while (s.n) {
		char number[32], *end;
		size_t n = 0;

		while (n < s.n && n < sizeof(number) - 1 && strchr("0123456789.", s.p[n]))
			n++;
		memcpy(number, s.p, n);
		number[n] = '\0';
		s = str_skip(s, n);
		unit = time_unit(&s);
		if (!n || (!unit && (any || s.n)))
			return false;
		sum += strtod(number, &end) * (unit ? unit : 1e9);
		if (*end || sum >= 9.2e18)
			return false;
		any = true;
	}
	*ns = (uint64_t)sum;
	return any;
}

size_t str_utf8(struct str s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t c = s.n ? (uint8_t)s.p[0] : 0xff;
	size_t n = c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
	uint32_t v = n == 1 ? c : c & (0x7fu >> n);

	if (!n || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((uint8_t)s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | ((uint8_t)s.p[i] & 0x3f);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return 0;
	*code = v;
	return n;
}
