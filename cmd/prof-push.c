/* prof-push: send profiles to a Pyroscope server or an OTLP receiver. */
#include "base/when.h"
#include "cmd/common.h"
#include "cmd/interrupt.h"
#include "cmd/label_list.h"
#include "cmd/push_profiles.h"
#include "cmd/server_options.h"
#include "query/select/selector.h"
#include "remote/pyroscope.h"

static struct {
	const char *url, *select, *since, *until, *spool;
	struct opt_list labels, by;
	int to;
	int64_t parallel;
	uint64_t retry_for, spool_most, spool_age;
	bool at_least_once, drain;
} o = {
	.to = 0,
	.parallel = 8,
	.retry_for = UINT64_C(60000000000),
	.spool_most = UINT64_C(1) << 30,
	.spool_age = UINT64_C(86400000000000),
};

static const char *receiver(size_t i)
{
	static const char *const names[] = { "pyroscope", "otlp", NULL };

	return names[i];
}

static bool parse_duration(void *to, const char *arg)
{
	return when_duration(str_of(arg), to);
}

static const struct opt own_options[] = {
	{ 0, "url", OPT_STR, &o.url, "URL", "same as the operand" },
	{ 't', "to", OPT_CHOICE, &o.to, "WHAT", "what the server is: pyroscope or otlp", receiver },
	{ 'l', "label", OPT_LIST, &o.labels, "KEY=VALUE,...", "labels of all profiles" },
	{ 0, "by", OPT_LIST, &o.by, "LABEL,...", "a series for each value of these labels" },
	{ 0, "select", OPT_STR, &o.select, "SELECTOR", "push what this selects" },
	{ 0, "since", OPT_STR, &o.since, "TIME", "profiles that began at that time or later" },
	{ 0, "until", OPT_STR, &o.until, "TIME", "profiles that began before that time" },
	{ 0, "parallel", OPT_INT, &o.parallel, "N", "requests at a time (default: 8)" },
	{ 0, "retry-for", OPT_PARSED, &o.retry_for, "TIME",
	  "wait so long for a server that is away (1m)", NULL, parse_duration },
	{ 0, "at-least-once", OPT_FLAG, &o.at_least_once, NULL,
	  "repeat what the server may have: it may count twice" },
	{ 0, "spool", OPT_FILE, &o.spool, "DIR", "keep there what is not acknowledged yet" },
	{ 0, "drain", OPT_FLAG, &o.drain, NULL, "send what the spool has, and read nothing" },
	{ 0, "spool-max", OPT_SIZE, &o.spool_most, "SIZE", "drop the oldest above that (1G)" },
	{ 0, "spool-age", OPT_PARSED, &o.spool_age, "TIME", "drop what is older (1d)", NULL,
	  parse_duration },
	{ 0 },
};

static const struct opt *const options[] = { own_options, server_options, input_options,
					     general_options, NULL };
static const struct cmd cmd = { "prof-push", "Send profiles to a server: Pyroscope or OTLP.",
				"[URL] [FILE|STORE]...", options, false };

/* Lists of options */

static VEC(struct fit_label) labels;
static VEC(struct str) by;

static void take_label(struct str text)
{
	struct str value = text, name = str_cut(&value, '=');

	if (!value.n)
		usage("-l %.*s: a server keeps no label without a value", STR_ARG(name));
	if (!fit_is_label_name(name))
		usage("-l %.*s: a label's name is UTF-8, not empty, of at most %d bytes, and "
		      "without \"__\" at its start",
		      STR_ARG(text), FIT_LABEL_NAME);
	if (value.n > FIT_LABEL_VALUE)
		usage("-l %.*s: a label's value has at most %d bytes", STR_ARG(name),
		      FIT_LABEL_VALUE);
	vec_push(&labels, { name, value });
}

static void parse_lists(void)
{
	label_list(&o.labels);
	for (size_t i = 0; i < o.labels.n; i++)
		take_label(str_of(o.labels.v[i]));
	for (size_t i = 0; i < o.by.n; i++)
		for (struct str rest = str_of(o.by.v[i]); rest.n;)
			vec_push(&by, str_cut(&rest, ','));
	if (labels.n > FIT_LABELS - 2)
		usage("-l: a series has at most %d labels besides service_name", FIT_LABELS - 2);
	if (by.n && o.to)
		usage("--by is for Pyroscope: OTLP keeps the labels of samples");
}

/* The address */

/*
 * The server's URL: the option, the first operand, or that of the environment. The remaining
 * operands are files.
 */
static const char *take_url(char ***args)
{
	const char *url = o.url;
	struct buf why = { 0 };

	if (!url && **args && http_url_is(str_of(**args)))
		url = *(*args)++;
	if (!url)
		url = server_of_environment(o.to ? SERVER_OTLP : SERVER_PYROSCOPE);
	if (!url)
		usage("which server? The first operand is its URL, or the environment has %s",
		      o.to ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "PROFILECLI_URL");
	if (!http_url_check(str_of(url), &why))
		usage("the URL %.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return url;
}

/* For Pyroscope, the URL may be the server's or that of its push service. */
static const char *service_url(const char *url)
{
	static struct buf whole;
	struct str s = str_of(url);

	if (o.to || str_ends(s, S(PYROSCOPE_PUSH_PATH)))
		return url;
	while (str_ends(s, S("/")))
		s.n--;
	buf_add(&whole, s);
	buf_add(&whole, S(PYROSCOPE_PUSH_PATH));
	buf_ch(&whole, '\0');
	return whole.p;
}

/* Selection */

static void parse_time(const char *option, const char *text, int64_t *ns)
{
	struct buf why = { 0 };

	if (text && !when_parse(str_of(text), when_now(), ns, &why))
		usage("--%s %s: %.*s", option, text, STR_ARG(buf_str(&why)));
	buf_release(&why);
}

static void parse_selection(void)
{
	static struct selector selector;
	struct buf why = { 0 };

	common.has_range = o.since || o.until;
	common.since = INT64_MIN;
	common.until = INT64_MAX;
	parse_time("since", o.since, &common.since);
	parse_time("until", o.until, &common.until);
	if (!o.select)
		return;
	if (!selector_parse(&selector, str_of(o.select), &why))
		usage("--select '%s': %.*s", o.select, STR_ARG(buf_str(&why)));
	common.selector = &selector;
}

static struct pack request_pack(void)
{
	if (common.pack.kind == PACK_ZSTD)
		usage("-z zstd: servers take gzip or nothing");
	if (common.pack.kind == PACK_AUTO && o.to && server_wants_plain())
		return (struct pack){ PACK_NONE, 0 };
	if (common.pack.kind == PACK_AUTO)
		return (struct pack){ PACK_GZIP, 1 };
	return common.pack;
}

/* The result */

static void print_message(void *context, struct str message)
{
	(void)context;
	complain("%.*s", STR_ARG(message));
}

static void add_count(struct buf *line, uint64_t n, const char *what)
{
	if (n)
		buf_printf(line, ", %llu %s", (unsigned long long)n, what);
}

static void report_totals(const struct delivery_totals *t, const char *url, uint64_t nread)
{
	const uint64_t *n = t->profiles;
	struct buf line = { 0 };

	buf_printf(&line, "sent %llu profile%s to %s", (unsigned long long)n[END_SENT],
		   n[END_SENT] == 1 ? "" : "s", url);
	if (t->requests != n[END_SENT])
		buf_printf(&line, " (%llu requests)", (unsigned long long)t->requests);
	add_count(&line, n[END_REFUSED], "refused");
	add_count(&line, n[END_LOST], "lost");
	add_count(&line, n[END_UNKNOWN], "perhaps received");
	add_count(&line, n[END_SPOOLED], "spooled");
	add_count(&line, n[END_DROPPED], "dropped from the spool");
	if ((n[END_LOST] || n[END_SPOOLED]) && t->why.n)
		buf_printf(&line, " (%.*s)", STR_ARG(buf_str(&t->why)));
	if (common.verbose)
		buf_printf(&line, "; %llu profiles were read", (unsigned long long)nread);
	note("%.*s", STR_ARG(buf_str(&line)));
	if (t->left_unknown)
		note("%s: %llu requests of an earlier run were on their way when it ended: the server may "
		     "have them or not; --at-least-once sends them",
		     o.spool, (unsigned long long)t->left_unknown);
	buf_release(&line);
}

static struct delivery *open_delivery(const char *url, struct pack pack)
{
	static const char *const packed[] = { "Content-Encoding: gzip", NULL };
	struct delivery_options d = {
		.url = service_url(url),
		.content_type = o.to ? "application/x-protobuf" : PYROSCOPE_TYPE,
		.headers = o.to && pack.kind == PACK_GZIP ? packed : NULL,
		.parallel = (unsigned)o.parallel,
		.retry_for_ns = (int64_t)o.retry_for,
		.at_least_once = o.at_least_once,
		.spool = o.spool,
		.kind = o.to ? "otlp" : "push",
		.spool_most = o.spool_most,
		.spool_age_ns = (int64_t)o.spool_age,
		.complain = print_message,
	};
	struct delivery *delivery;
	struct buf why = { 0 };

	server_settings(o.to ? SERVER_OTLP : SERVER_PYROSCOPE, &d.http);
	delivery = delivery_open(&d, &why);
	if (!delivery)
		complain("%.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return delivery;
}

int main(int argc, char **argv)
{
	char **args = start(&cmd, argc, argv);
	struct push push = { .is_otlp = o.to > 0 };
	struct delivery_totals totals;
	const char *url = take_url(&args);
	uint64_t nread = 0;
	bool ok;

	if (o.parallel < 1 || o.parallel > 1000)
		usage("--parallel is 1 to 1000");
	if (o.drain && (!o.spool || *args))
		usage("--drain needs --spool, and takes no files");
	parse_lists();
	parse_selection();
	push.pack = request_pack();
	push.labels = labels.v;
	push.nlabel = labels.n;
	push.by = by.v;
	push.nby = by.n;
	push.delivery = open_delivery(url, push.pack);
	if (!push.delivery)
		return 2;
	interrupt_with_sigterm = true;
	ok = o.drain || push_files(&push, args, &nread);
	delivery_close(push.delivery, &totals);
	report_totals(&totals, url, nread);
	ok = ok && !totals.trouble && !totals.profiles[END_LOST] && !totals.profiles[END_UNKNOWN] &&
	     !totals.profiles[END_DROPPED] && !(o.drain && totals.left_unknown);
	buf_release(&totals.why);
	vec_release(&labels);
	vec_release(&by);
	if (common.selector)
		selector_release(common.selector);
	return status(ok);
}
