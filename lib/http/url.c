/* Parsing URLs, as far as the client needs it; the grammar is that of RFC 3986. */
#include <strings.h>

#include "http/http.h"

/* An authority, without user and password. */
struct origin {
	bool is_https;
	struct str host, port; /* port empty: the scheme's default */
};

static bool starts_nocase(struct str s, struct str with)
{
	return s.n >= with.n && strncasecmp(s.p, with.p, with.n) == 0;
}

bool http_url_is(struct str text)
{
	return starts_nocase(text, S("http://")) || starts_nocase(text, S("https://"));
}

static struct str authority_of(struct str url)
{
	struct str rest = str_skip(url, (size_t)str_find(url, S("://")) + 3);
	size_t n = 0;

	while (n < rest.n && !strchr("/?#\\", rest.p[n]))
		n++;
	return str(rest.p, n);
}

static struct origin origin_of(struct str url)
{
	struct str authority = authority_of(url);
	struct origin o = { .is_https = starts_nocase(url, S("https:")) };
	ptrdiff_t at = str_rchr(authority, '@'), colon, bracket;

	o.host = str_skip(authority, (size_t)(at + 1));
	colon = str_rchr(o.host, ':');
	bracket = str_rchr(o.host, ']'); /* an IPv6 address contains colons */
	if (colon > bracket) {
		o.port = str_skip(o.host, (size_t)colon + 1);
		o.host.n = (size_t)colon;
	}
	if (str_eq(o.port, o.is_https ? S("443") : S("80")))
		o.port.n = 0;
	return o;
}

bool http_url_same_host(struct str from, struct str to)
{
	struct origin a, b;

	if (!http_url_is(from) || !http_url_is(to))
		return false;
	a = origin_of(from);
	b = origin_of(to);
	if (a.host.n != b.host.n || strncasecmp(a.host.p, b.host.p, a.host.n) != 0)
		return false;
	if (a.is_https == b.is_https)
		return str_eq(a.port, b.port);
	return b.is_https && !a.port.n && !b.port.n;
}

bool http_url_check(struct str url, struct buf *why)
{
	struct str authority;

	if (!http_url_is(url)) {
		buf_add(why, S("is not a URL of http:// or https://"));
		return false;
	}
	for (size_t i = 0; i < url.n; i++) {
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f) {
			buf_add(why, S("has a blank or a control character in it: write %20"));
			return false;
		}
	}
	authority = authority_of(url);
	if (!origin_of(url).host.n) {
		buf_add(why, S("names no host"));
		return false;
	}
	if (str_chr(authority, '@') >= 0) {
		buf_add(why, S("has a user in it, which other users of this machine can see: "
			       "use --user, and a file, the environment or .netrc"));
		return false;
	}
	return true;
}

void http_url_escape(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
		    (c && strchr("-._~", c)))
			buf_ch(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}
