#include "cmd/server_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/when.h"
#include "cmd/common.h"

enum { FILE_MOST = 64 << 10 };
#define OTLP_PATH "/v1development/profiles"

static struct {
	const char *tenant, *user, *password_file, *token_file, *cacert, *cert, *key;
	struct opt_list headers;
	uint64_t timeout;
} o;

static bool parse_timeout(void *to, const char *arg)
{
	return when_duration(str_of(arg), to) && *(uint64_t *)to > 0;
}

const struct opt server_options[] = {
	{ 0, "tenant", OPT_STR, &o.tenant, "NAME", "tenant of the server (X-Scope-OrgID)",
	  .title = "Servers" },
	{ 0, "user", OPT_STR, &o.user, "NAME", "user, with a password from elsewhere" },
	{ 0, "password-file", OPT_FILE, &o.password_file, "FILE", "that user's password" },
	{ 0, "token-file", OPT_FILE, &o.token_file, "FILE", "a bearer token" },
	{ 0, "header", OPT_LIST, &o.headers, "LINE", "a header 'Name: value', or @FILE of such" },
	{ 0, "cacert", OPT_FILE, &o.cacert, "FILE", "certificates that servers are trusted by" },
	{ 0, "cert", OPT_FILE, &o.cert, "FILE", "a certificate to show to the server" },
	{ 0, "key", OPT_FILE, &o.key, "FILE", "its private key" },
	{ 0, "timeout", OPT_PARSED, &o.timeout, "TIME", "longest wait for an answer (default: 60s)",
	  NULL, parse_timeout },
	{ 0 },
};

/* Files with secrets */

static struct arena texts; /* of settings, until the program ends */

/* Read a file without its final newline. */
static char *read_text(const char *path)
{
	FILE *f = fopen(path, "re");
	struct buf b = { 0 };
	char *text;

	if (!f)
		usage("%s: %s", path, strerror(errno));
	b.n = fread(buf_room(&b, FILE_MOST + 1), 1, FILE_MOST + 1, f);
	if (ferror(f))
		usage("%s: %s", path, strerror(errno));
	fclose(f);
	if (b.n > FILE_MOST)
		usage("%s: is larger than %d bytes", path, FILE_MOST);
	while (b.n && (b.p[b.n - 1] == '\n' || b.p[b.n - 1] == '\r'))
		b.n--;
	text = (char *)arena_str(&texts, buf_str(&b)).p;
	buf_release(&b);
	return text;
}

static bool is_one_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' && *s != '\t')
			return false;
	return true;
}

static const char *read_secret(const char *path, const char *what)
{
	const char *s = read_text(path);

	if (!*s || !is_one_line(s))
		usage("%s: expected one line, a %s", path, what);
	return s;
}

/* Headers */

static struct opt_list header_lines; /* ended by NULL */

static void push_header(const char *line)
{
	struct opt_list *l = &header_lines;

	l->v = mem_grow(l->v, &l->cap, l->n + 2, sizeof(*l->v));
	l->v[l->n++] = line;
	l->v[l->n] = NULL;
}

static bool is_header(const char *line)
{
	size_t n = strcspn(line, ":");

	return line[n] && n && is_one_line(line) && strcspn(line, " \t()<>@,;\"/[]?={}") >= n;
}

static bool is_secret_header(const char *line)
{
	struct str name = str(line, strcspn(line, ":"));

	return name.n >= 13 && strncasecmp(line + name.n - 13, "Authorization", 13) == 0;
}

static void add_header_file(const char *path)
{
	char *rest = read_text(path), *line;

	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		if (*line && !is_header(line))
			usage("%s: expected lines of the form 'Name: value'", path);
		if (*line)
			push_header(line);
	}
}

static void add_header_option(const char *line)
{
	if (*line == '@') {
		add_header_file(line + 1);
		return;
	}
	if (!is_header(line))
		usage("--header %s: expected 'Name: value'", line);
	if (is_secret_header(line))
		usage("--header Authorization: other users can see it here: use --token-file, or "
		      "--header @FILE");
	push_header(line);
}

/*
 * Add the headers of OTEL_EXPORTER_OTLP_HEADERS, "name=value,name2=value2", with values
 * escaped as in URLs.
 */
static void add_header_list(struct str list, const char *variable)
{
	while (list.n) {
		struct str value = str_cut(&list, ',');
		bool is_pair = str_chr(value, '=') >= 0;
		struct str name = str_trim(str_cut(&value, '='));
		struct buf line = { 0 };

		value = str_trim(value);
		buf_printf(&line, "%.*s: ", STR_ARG(name));
		for (size_t i = 0; i < value.n; i++) {
			bool hex = value.p[i] == '%' && i + 2 < value.n &&
				   hex_digit(value.p[i + 1]) >= 0 && hex_digit(value.p[i + 2]) >= 0;

			buf_ch(&line, hex ? (char)(hex_digit(value.p[i + 1]) * 16 +
						   hex_digit(value.p[i + 2])) :
					    value.p[i]);
			i += hex ? 2 : 0;
		}
		buf_ch(&line, '\0');
		if (!is_pair || !name.n || !is_header(line.p) || strlen(line.p) + 1 != line.n)
			usage("%s: expected NAME=VALUE,...", variable);
		push_header(arena_str(&texts, str(line.p, line.n - 1)).p);
		buf_release(&line);
	}
}

/* The environment */

/* An empty variable counts as unset. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* OTEL_EXPORTER_OTLP_PROFILES_WHAT, else OTEL_EXPORTER_OTLP_WHAT. */
static const char *otel_variable(const char *what)
{
	char name[64];
	const char *value;

	snprintf(name, sizeof(name), "OTEL_EXPORTER_OTLP_PROFILES_%s", what);
	value = variable(name);
	if (value)
		return value;
	snprintf(name, sizeof(name), "OTEL_EXPORTER_OTLP_%s", what);
	return variable(name);
}

/* The value of a variable for a header, without a final newline, which secrets in files have. */
static const char *header_variable(const char *name)
{
	const char *value = variable(name);
	struct str s = str_of(value);

	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	if (!s.n)
		return NULL;
	value = arena_str(&texts, s).p;
	if (!is_one_line(value))
		usage("%s: expected one line", name);
	return value;
}

static const char *first_of(const char *option, const char *otherwise)
{
	return option ? option : otherwise;
}

static void use_profilecli_variables(struct http_settings *s)
{
	bool given = s->token || s->user;

	s->tenant = first_of(s->tenant, header_variable("PROFILECLI_TENANT_ID"));
	if (!given)
		s->token = header_variable("PROFILECLI_TOKEN");
	if (!s->token)
		s->user = first_of(s->user, header_variable("PROFILECLI_USERNAME"));
	if (s->user)
		s->password = first_of(s->password, header_variable("PROFILECLI_PASSWORD"));
}

static void use_otel_variables(struct http_settings *s)
{
	const char *timeout = otel_variable("TIMEOUT"), *headers = otel_variable("HEADERS");
	const char *protocol = otel_variable("PROTOCOL");
	uint64_t ms;

	if (protocol && strcmp(protocol, "http/protobuf") != 0)
		note("OTEL_EXPORTER_OTLP_PROTOCOL is %s; http/protobuf is used", protocol);
	s->cacert = first_of(s->cacert, otel_variable("CERTIFICATE"));
	s->cert = first_of(s->cert, otel_variable("CLIENT_CERTIFICATE"));
	s->key = first_of(s->key, otel_variable("CLIENT_KEY"));
	if (headers)
		add_header_list(str_of(headers), "OTEL_EXPORTER_OTLP_HEADERS");
	if (timeout && !o.timeout) {
		if (!str_u64(str_of(timeout), &ms) || ms > INT64_MAX / 1000000)
			usage("OTEL_EXPORTER_OTLP_TIMEOUT: expected milliseconds, not '%s'",
			      timeout);
		s->answer_ns = (int64_t)(ms * 1000000);
	}
}

void server_settings(enum server_kind kind, struct http_settings *s)
{
	*s = (struct http_settings){
		.tenant = o.tenant,
		.user = o.user,
		.cacert = o.cacert,
		.cert = o.cert,
		.key = o.key,
		.answer_ns = (int64_t)o.timeout,
	};
	header_lines.n = 0; /* a second call begins anew */
	if (o.token_file && o.user)
		usage("--token-file and --user are two ways to say who asks: use one");
	if (o.password_file && !o.user && (kind == SERVER_OTLP || !variable("PROFILECLI_USERNAME")))
		usage("--password-file needs --user");
	if (o.token_file)
		s->token = read_secret(o.token_file, "token");
	if (o.password_file)
		s->password = read_secret(o.password_file, "password");
	if (o.tenant && (!*o.tenant || !is_one_line(o.tenant)))
		usage("--tenant: expected a name");
	/* Some servers use the last header of a name: options come last. */
	if (kind == SERVER_PYROSCOPE)
		use_profilecli_variables(s);
	else if (kind == SERVER_OTLP)
		use_otel_variables(s);
	for (size_t i = 0; i < o.headers.n; i++)
		add_header_option(o.headers.v[i]);
	s->headers = (const char *const *)header_lines.v;
}

bool server_wants_plain(void)
{
	const char *word = otel_variable("COMPRESSION");

	if (word && strcmp(word, "none") != 0 && strcmp(word, "gzip") != 0)
		note("OTEL_EXPORTER_OTLP_COMPRESSION is %s; gzip is used", word);
	return word && strcmp(word, "none") == 0;
}

static const char *joined(const char *base, const char *path)
{
	struct str s = str_of(base);
	struct buf b = { 0 };
	const char *text;

	while (str_ends(s, S("/")))
		s.n--;
	buf_add(&b, s);
	buf_add(&b, str_of(path));
	text = arena_str(&texts, buf_str(&b)).p;
	buf_release(&b);
	return text;
}

const char *server_of_environment(enum server_kind kind)
{
	const char *url;

	if (kind == SERVER_PYROSCOPE)
		return variable("PROFILECLI_URL");
	url = variable("OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT");
	if (url)
		return url;
	url = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
	return url ? joined(url, OTLP_PATH) : NULL;
}
