/* What a client has to know of URLs: http/http.h. */
#include "http/http.h"
#include "tap.h"

static void is_good(const char *url)
{
	struct buf why = { 0 };

	ok(http_url_check(str_of(url), &why) && !why.n, "%s is a URL", url);
	buf_release(&why);
}

static void is_bad(const char *url)
{
	struct buf why = { 0 };

	ok(!http_url_check(str_of(url), &why) && why.n, "%s is none (%.*s)", url,
	   STR_ARG(buf_str(&why)));
	buf_release(&why);
}

static void same(const char *a, const char *b, bool expected)
{
	ok(http_url_same_host(str_of(a), str_of(b)) == expected, "%s and %s: %s", a, b,
	   expected ? "the same host" : "not the same");
}

int main(void)
{
	struct buf b = { 0 };

	is_good("http://host");
	is_good("HTTPS://host:4040/a/b?c=d#e");
	is_good("http://[::1]:80/");
	is_good("http://host/a@b");
	is_bad("ftp://host");
	is_bad("host:4040");
	is_bad("http://");
	is_bad("http:///path");
	is_bad("http://:80/");
	is_bad("http://joe:secret@host/");
	is_bad("http://joe@host/");
	is_bad("http://host/a b");
	is_bad("http://host/\r\nX: y");

	same("http://a/x", "http://a/y", true);
	same("http://a", "http://A:80/", true);
	same("https://a:443", "https://a", true);
	same("http://a/", "https://a/", true);
	same("https://a/", "http://a/", false);
	same("http://a:81", "https://a:81", false);
	same("http://a", "http://b", false);
	same("http://a", "http://a.b", false);
	same("http://a", "http://a:81", false);
	same("http://[::1]:80", "http://[::1]", true);
	same("http://[::1]", "http://[::2]", false);
	same("http://a", "http://a@b", false);
	same("http://a", "http://b/@a", false);
	same("http://a", "http://b\\@a", false);
	same("http://a", "ftp://a", false);

	http_url_escape(&b, S("a b/\xff~é\0%"));
	is(buf_str(&b), "a%20b%2F%FF~%C3%A9%00%25", "what is no word is escaped");
	buf_release(&b);
	return done();
}
