#include "s3/credentials.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *first_variable(const char *const *names)
{
	for (; *names; names++)
		if (getenv(*names) && *getenv(*names))
			return getenv(*names);
	return "";
}

static const char *variable(const char *name)
{
	return first_variable((const char *const[]){ name, NULL });
}

static void set_text(struct buf *b, struct str s)
{
	b->n = 0;
	buf_add(b, s);
	buf_ch(b, '\0');
	b->n--;
}

static struct str trim(struct str s)
{
	while (s.n && strchr(" \t\r\n", s.p[0]))
		s = str_skip(s, 1);
	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Read a line of the file: "[profile]", "key = value", or a comment. */
static void take_line(struct credentials *c, struct str line, const char *profile, bool *is_ours,
		      bool *found)
{
	struct str value = line, name = trim(str_cut(&value, '='));

	if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']') {
		*is_ours = str_eq(trim(str(name.p + 1, name.n - 2)), str_of(profile));
		*found |= *is_ours;
	}
	if (!*is_ours || !value.p)
		return;
	value = trim(value);
	if (str_eq(name, S("aws_access_key_id")))
		set_text(&c->id, value);
	else if (str_eq(name, S("aws_secret_access_key")))
		set_text(&c->key, value);
	else if (str_eq(name, S("aws_session_token")))
		set_text(&c->token, value);
}

static bool read_file(struct credentials *c, const char *path, const char *profile)
{
	FILE *f = fopen(path, "re");
	bool is_ours = false, found = false;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		return false;
	while ((n = getline(&line, &cap, f)) > 0)
		take_line(c, trim(str(line, (size_t)n)), profile, &is_ours, &found);
	errno = 0;
	free(line);
	fclose(f);
	return found;
}

/* Read the shared file. If neither a profile nor a file is set, it may be missing. */
static bool read_shared(struct credentials *c, struct buf *why)
{
	const char *path = variable("AWS_SHARED_CREDENTIALS_FILE"),
		   *profile = variable("AWS_PROFILE");
	struct buf own = { 0 };
	bool was_asked = *path || *profile, ok;

	if (!*path) {
		buf_printf(&own, "%s/.aws/credentials", variable("HOME"));
		buf_ch(&own, '\0');
		path = own.p;
	}
	ok = read_file(c, path, *profile ? profile : "default");
	if (!ok && was_asked)
		buf_printf(why, "%s: %s", path,
			   errno ? strerror(errno) : "it does not have the profile");
	buf_release(&own);
	return ok || !was_asked;
}

bool credentials_get(struct credentials *c, struct buf *why)
{
	*c = (struct credentials){ 0 };
	set_text(&c->id, str_of(variable("AWS_ACCESS_KEY_ID")));
	set_text(&c->key, str_of(variable("AWS_SECRET_ACCESS_KEY")));
	set_text(&c->token, str_of(variable("AWS_SESSION_TOKEN")));
	return (c->id.n && c->key.n) || read_shared(c, why);
}

void credentials_release(struct credentials *c)
{
	buf_release(&c->id);
	buf_release(&c->key);
	buf_release(&c->token);
}
