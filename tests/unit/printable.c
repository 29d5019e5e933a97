#include "base/printable.h"

#include "io/escape.h"
#include "io/in.h"
#include "io/out.h"
#include "tap.h"

typedef void clean(struct buf *, struct str);

static void shows(clean *f, struct str text, const char *expected, const char *name)
{
	struct buf b = { 0 };

	f(&b, text);
	is(buf_str(&b), expected, "%s", name);
	buf_release(&b);
}

static void messages(void)
{
	struct in in = { .name = "a\033]0;x\007", .line = 3 };
	struct out out = { .name = "b\n" };

	in_fail(&in, "found '%s'", "\033[2J\nprof: all is well");
	is(buf_str(&in.error), "a\\x1b]0;x\\x07:3: found '\\x1b[2J\\nprof: all is well'",
	   "an input's error quotes it without effect");
	out_fail(&out, "cannot %s", "\t");
	is(buf_str(&out.error), "b\\n: cannot \\t", "an output's error, too");
	in_release(&in);
	out_release(&out);
}

int main(void)
{
	shows(printable, S("plain \\ text, Z\xc3\xbcrich, \xf0\x9f\x94\xa5"),
	      "plain \\ text, Z\xc3\xbcrich, \xf0\x9f\x94\xa5", "text stays");
	shows(printable, S("a\nb\tc\rd\033[1m\177"), "a\\nb\\tc\\x0dd\\x1b[1m\\x7f", "controls");
	shows(printable,
	      S("\xc2\x9b"
		"31m"),
	      "\\x9b31m", "C1 controls, which are two bytes");
	shows(printable, S("\xff\xc3("), "\\xff\\xc3(", "bytes that are not UTF-8");
	shows(printable,
	      S("\xe2\x80\xae"
		"x"),
	      "\\u202ex", "marks that turn the direction");
	shows(printable, S(""), "", "nothing");
	shows(printable_lines, S("a\033\n\nb\n"), "a\\x1b\n\nb\n", "line ends may stay");
	shows(clean_text, S("a\033<\xff>"), "a\xef\xbf\xbd<\xef\xbf\xbd>",
	      "replaced, for terminals");
	shows(xml_text, S("<a&\"'\n\xc3\xa9>"), "&lt;a&amp;&quot;&#39;\xef\xbf\xbd\xc3\xa9&gt;",
	      "escaped, for XML");
	messages();
	return done();
}
