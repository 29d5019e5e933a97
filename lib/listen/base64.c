#include "listen/base64.h"

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct str text, struct buf *to)
{
	uint32_t bits = 0, nbit = 0;
	size_t padding = 0;
	char *out = buf_room(to, text.n / 4 * 3 + 3);
	size_t n = 0;

	while (text.n && text.p[text.n - 1] == '=' && padding < 2) {
		text.n--;
		padding++;
	}
	if (text.n % 4 == 1 || (padding && (text.n + padding) % 4))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int v = digit_value(text.p[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		nbit += 6;
		if (nbit >= 8) {
			nbit -= 8;
			out[n++] = (char)(bits >> nbit);
			bits &= (1U << nbit) - 1;
		}
	}
	to->n += n;
	return !bits;
}
