#include "cmd/compare_options.h"

#include <stdlib.h>

#include "cmd/common.h"
#include "io/in.h"
#include "query/select/regex.h"

static struct {
	int metric, by;
	bool self, incl, both;
	double effect, cost, q, gate_q;
	const char *changed, *ignore;
	struct opt_list budget, rename;
	bool allow_single, allow_cross_host;
	int64_t seed;
	unsigned fail_on;
	struct options power; /* only power_effect and power_share are used */
} given = { .metric = -1, .effect = -1, .cost = -1, .q = -1, .gate_q = -1, .seed = 1 };

/* Option arguments */

static const char *metric_name(size_t i)
{
	static const char *const names[] = { "cpu", "share", "samples", "wall", NULL };

	return names[i];
}

static const char *by_name(size_t i)
{
	static const char *const names[] = { "function", "path", "module", "file", NULL };

	return names[i];
}

static const char *fail_name(size_t i)
{
	static const char *const names[] = { "regression", "inconclusive", "new", "total", NULL };

	return names[i];
}

static bool fraction_of_str(double *v, struct str s)
{
	char text[64], *end;
	bool percent = str_ends(s, S("%"));

	s.n -= percent;
	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	*v = strtod(text, &end) / (percent ? 100 : 1);
	return !*end && *v >= 0 && *v <= 1;
}

bool parse_fraction(void *to, const char *arg)
{
	return fraction_of_str(to, str_of(arg));
}

static bool parse_fail_on(void *to, const char *arg)
{
	struct str rest = str_of(arg);

	*(unsigned *)to = 0;
	while (rest.p) {
		struct str word = str_cut(&rest, ',');
		size_t i = 0;

		while (fail_name(i) && !str_eq(word, str_of(fail_name(i))))
			i++;
		if (!fail_name(i))
			return false;
		*(unsigned *)to |= 1u << i;
	}
	return true;
}

/* "10%@5%share" */
bool parse_power(void *to, const char *arg)
{
	struct options *o = to;
	struct str share = str_of(arg), effect = str_cut(&share, '@');

	if (!share.p || !fraction_of_str(&o->power_effect, effect) || !(o->power_effect > 0))
		return false;
	if (str_ends(share, S("share")))
		share.n -= strlen("share");
	return fraction_of_str(&o->power_share, share) && o->power_share > 0;
}

const struct opt compare_options[] = {
	{ 0, "metric", OPT_CHOICE, &given.metric, "METRIC", "cpu, share, samples or wall",
	  metric_name, .title = "What to compare, and what counts" },
	{ 0, "compare", OPT_CHOICE, &given.by, "WHAT", "function, path, module or file", by_name,
	  .also = "by" },
	{ 0, "self", OPT_FLAG, &given.self, NULL, "test self values" },
	{ 0, "incl", OPT_FLAG, &given.incl, NULL, "test inclusive values" },
	{ 0, "both", OPT_FLAG, &given.both, NULL, "test both (default)" },
	{ 0, "min-effect", OPT_PARSED, &given.effect, "N%", "ignore smaller changes (1%)", NULL,
	  parse_fraction },
	{ 0, "min-cost", OPT_PARSED, &given.cost, "N%",
	  "ignore changes that cost less of the total (0.1%)", NULL, parse_fraction },
	{ 0, "fdr", OPT_PARSED, &given.q, "N%", "false discovery rate of the list (5%)", NULL,
	  parse_fraction, .also = "q" },
	{ 0, "gate-q", OPT_PARSED, &given.gate_q, "N%",
	  "probability that --check fails by chance (1%)", NULL, parse_fraction },
	{ 0, "fail-on", OPT_PARSED, &given.fail_on, "WHAT,...",
	  "regression, inconclusive, new, total", fail_name, parse_fail_on },
	{ 0, "require-power", OPT_PARSED, &given.power, "N%@N%",
	  "fail if such a change would not be found", NULL, parse_power },
	{ 0, "changed", OPT_FILE, &given.changed, "FILE", "functions that the change touched" },
	{ 0, "budget", OPT_LIST, &given.budget, "RE<=N%", "fail if functions take more than this" },
	{ 0, "skip", OPT_STR, &given.ignore, "RE", "do not test matching functions",
	  .also = "ignore" },
	{ 0, "rename", OPT_LIST, &given.rename, "OLD=NEW", "the function has another name" },
	{ 0, "allow-single", OPT_FLAG, &given.allow_single, NULL,
	  "let --check fail with one run on a side" },
	{ 0, "allow-cross-host", OPT_FLAG, &given.allow_cross_host, NULL,
	  "compare runs of different machines" },
	{ 0, "seed", OPT_INT, &given.seed, "N", "seed of the permutation test (1)" },
	{ 0 },
};

/* Patterns */

static struct {
	struct regex **v; /* pointers, because options refer to elements */
	size_t n, cap;
} patterns;

static void *compile(const char *option, struct str text)
{
	struct regex *re = mem_zeroed(1, sizeof(*re));
	struct buf why = { 0 };

	patterns.v = mem_grow(patterns.v, &patterns.cap, patterns.n + 1, sizeof(re));
	patterns.v[patterns.n++] = re;
	if (!regex_init(re, text, REGEX_ANYWHERE, &why))
		usage("--%s %.*s: %.*s", option, STR_ARG(text), STR_ARG(buf_str(&why)));
	return re;
}

const char *failed_pattern(void)
{
	for (size_t i = 0; i < patterns.n; i++)
		if (patterns.v[i]->failed)
			return patterns.v[i]->failed;
	return NULL;
}

static bool matches(void *arg, struct str name)
{
	return regex_match(arg, name);
}

/* Files of names, one per line */

/* Is the line the name, or do both name one file, relative to different directories? */
static bool is_same_name_or_file(struct str line, struct str name)
{
	struct str longer = line.n > name.n ? line : name, tail = line.n > name.n ? name : line;
	size_t cut = longer.n - tail.n;

	if (!tail.n || !str_ends(longer, tail))
		return false;
	return !cut || (longer.p[cut - 1] == '/' && str_chr(tail, '.') >= 0);
}

static bool is_listed(void *arg, struct str name)
{
	struct str rest = buf_str(arg);

	while (rest.n)
		if (is_same_name_or_file(str_trim(str_cut(&rest, '\n')), name))
			return true;
	return false;
}

static void *read_names(const char *path)
{
	struct buf *list = mem_zeroed(1, sizeof(*list));
	struct in in;
	struct str bytes;
	bool ok = in_open(&in, path);

	while (ok && in_frame(&in, &bytes))
		buf_add(list, bytes);
	if (!in_close(&in))
		usage("--changed: %s", in.error.p);
	in_release(&in);
	return list;
}

/* Checking and combining the options */

static struct budget parse_budget(const char *text)
{
	struct budget b = { .text = text, .match = matches };
	struct str s = str_of(text);
	ptrdiff_t at = str_rchr(s, '=');

	if (at < 2 || s.p[at - 1] != '<' || !fraction_of_str(&b.limit, str_skip(s, (size_t)at + 1)))
		usage("'%s' is not a valid RE<=N%% for --budget", text);
	b.arg = compile("budget", str_trim(str(s.p, (size_t)at - 1)));
	return b;
}

static struct rename parse_rename(const char *text)
{
	struct str new = str_of(text), old = str_cut(&new, '=');

	if (!old.n || !new.n)
		usage("'%s' is not a valid OLD=NEW for --rename", text);
	return (struct rename){ old, new };
}

static void read_lists(struct options *o)
{
	struct budget *budget = mem_zeroed(given.budget.n, sizeof(*budget));
	struct rename *rename = mem_zeroed(given.rename.n, sizeof(*rename));

	o->budget = budget;
	o->rename = rename;
	for (; o->nbudget < given.budget.n; o->nbudget++)
		budget[o->nbudget] = parse_budget(given.budget.v[o->nbudget]);
	for (; o->nrename < given.rename.n; o->nrename++)
		rename[o->nrename] = parse_rename(given.rename.v[o->nrename]);
	if (given.ignore) {
		o->ignore = matches;
		o->ignore_arg = compile("skip", str_of(given.ignore));
	}
	if (given.changed) {
		o->changed = is_listed;
		o->changed_arg = read_names(given.changed);
	}
}

struct options read_compare_options(void)
{
	struct options o = compare_defaults();

	if (given.metric >= 0)
		o.metric = (enum metric)(METRIC_CPU + given.metric);
	o.by = (enum item_by)given.by;
	if ((given.self || given.incl) && !given.both) {
		o.self = given.self;
		o.inclusive = given.incl;
	}
	o.min_effect = given.effect >= 0 ? given.effect : o.min_effect;
	o.min_cost = given.cost >= 0 ? given.cost : o.min_cost;
	o.q = given.q >= 0 ? given.q : o.q;
	o.gate_q = given.gate_q >= 0 ? given.gate_q : o.gate_q;
	if (o.gate_q > o.q)
		usage("--gate-q may not be larger than --q");
	if (given.fail_on)
		o.fail_on = given.fail_on;
	o.power_effect = given.power.power_effect;
	o.power_share = given.power.power_share;
	o.allow_single = given.allow_single;
	o.allow_cross_host = given.allow_cross_host;
	o.seed = (uint64_t)given.seed;
	read_lists(&o);
	return o;
}

void release_compare_options(struct options *o)
{
	for (size_t i = 0; i < patterns.n; i++) {
		regex_release(patterns.v[i]);
		mem_free(patterns.v[i], sizeof(*patterns.v[i]));
	}
	mem_free(patterns.v, patterns.cap * sizeof(*patterns.v));
	mem_free((void *)o->budget, o->nbudget * sizeof(*o->budget));
	mem_free((void *)o->rename, o->nrename * sizeof(*o->rename));
	if (o->changed_arg) {
		buf_release(o->changed_arg);
		mem_free(o->changed_arg, sizeof(struct buf));
	}
}
