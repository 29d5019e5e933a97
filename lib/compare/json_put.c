#include "compare/json_put.h"

#include <math.h>

#include "io/json.h"

enum { LINES = 3 }; /* what lies deeper stands on one line */

static void begin(struct json *j, const char *key)
{
	if (j->more)
		buf_ch(j->b, ',');
	if (j->depth && j->depth < LINES)
		buf_printf(j->b, "\n%*s", j->depth, "");
	if (key) {
		json_str(j->b, str_of(key));
		buf_ch(j->b, ':');
	}
	j->more = true;
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	buf_ch(j->b, bracket);
	j->more = false;
	j->depth++;
}

void json_close(struct json *j, char bracket)
{
	buf_ch(j->b, bracket);
	j->more = true;
	if (!--j->depth)
		buf_ch(j->b, '\n');
}

void json_text(struct json *j, const char *key, struct str text)
{
	begin(j, key);
	json_str(j->b, text);
}

void json_flag(struct json *j, const char *key, bool on)
{
	begin(j, key);
	buf_add(j->b, on ? S("true") : S("false"));
}

void json_number(struct json *j, const char *key, double v)
{
	begin(j, key);
	if (isfinite(v))
		buf_printf(j->b, "%.17g", v);
	else
		buf_add(j->b, S("null"));
}
