#include "query/select/regex.h"
#include "tap.h"

static bool matches(const char *pattern, enum regex_mode mode, struct str text)
{
	struct regex re;
	struct buf error = { 0 };
	bool ok = regex_init(&re, str_of(pattern), mode, &error);

	ok(ok && !error.n, "/%s/ is a pattern", pattern);
	ok = ok && regex_match(&re, text) && !re.failed;
	regex_release(&re);
	buf_release(&error);
	return ok;
}

static void modes(void)
{
	ok(matches("b", REGEX_ANYWHERE, S("abc")), "a part matches");
	ok(!matches("b", REGEX_WHOLE, S("abc")), "but not the whole");
	ok(matches("a.*", REGEX_WHOLE, S("abc")), "which a longer pattern does");
	ok(!matches("a|b", REGEX_WHOLE, S("ab")), "alternatives are whole, too");
	ok(matches("a|ab", REGEX_WHOLE, S("ab")), "even if the first is too short");
	ok(matches("", REGEX_WHOLE, S("")) && !matches("", REGEX_WHOLE, S("a")), "empty");
	ok(matches("a.b", REGEX_WHOLE, S("a\nb")), "'.' in a value is anything");
	ok(!matches("a.b", REGEX_ANYWHERE, S("a\nb")), "in a name it is on one line");
	ok(!matches("a$", REGEX_ANYWHERE, S("a\n")), "'$' is the end");
}

static void unicode(void)
{
	ok(matches("^.$", REGEX_ANYWHERE, S("\xe2\x82\xac")), "a character is not a byte");
	ok(matches("\xe2\x82\xac+$", REGEX_ANYWHERE, S("\xe2\x82\xac\xe2\x82\xac")),
	   "and can be repeated");
	ok(matches("b", REGEX_ANYWHERE, S("\xff\xfe b")), "bytes that are no text are passed over");
	ok(!matches("^.*$", REGEX_ANYWHERE, S("a\xff")), "and match nothing");
	ok(matches("b", REGEX_ANYWHERE, S("a\0b")), "a NUL is a character");
}

static void mistakes(void)
{
	struct regex re;
	struct buf error = { 0 };

	ok(!regex_init(&re, S("a(b"), REGEX_ANYWHERE, &error), "a broken pattern");
	is(buf_str(&error), "at offset 3: missing closing parenthesis", "what is wrong");
	regex_release(&re);
	error.n = 0;
	ok(!regex_init(&re, S("\xff"), REGEX_ANYWHERE, &error) && error.n, "no text at all");
	regex_release(&re);
	buf_release(&error);
}

static void bounds(void)
{
	struct regex re;
	struct buf error = { 0 };

	regex_init(&re, S("(x+x+)+y"), REGEX_ANYWHERE, &error);
	ok(regex_match(&re, S("xxy")) && !re.failed, "a costly pattern may match");
	ok(!regex_match(&re, S("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!y")) && re.failed,
	   "or give up");
	is(str_of(re.failed), "takes too long to match", "and say so");
	ok(!regex_match(&re, S("xxy")) && re.failed, "for good");
	regex_release(&re);
	buf_release(&error);
}

int main(void)
{
	modes();
	unicode();
	mistakes();
	bounds();
	return done();
}
