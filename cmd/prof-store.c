/* prof-store: keep profiles in a directory, the store. */
#include <errno.h>
#include <string.h>

#include "base/when.h"
#include "cmd/common.h"
#include "cmd/label_list.h"
#include "cmd/option_use.h"
#include "cmd/store/store_add.h"
#include "cmd/store/store_list.h"
#include "query/select/selector.h"
#include "store/compact.h"
#include "store/read.h"
#include "store/relabel.h"
#include "store/sync.h"
#include "store/verify.h"

enum { MAX_LABEL = 64 << 10 };

static struct {
	struct opt_list labels, rename, drop;
	const char *since, *until;
	uint64_t keep, most, max_label;
	struct resolution resolution;
	bool keep_given, no_compact, resolution_given;
	int to;
	int64_t level;
} o = { .to = -1, .max_label = MAX_LABEL, .level = -1 };

static const char *const report_formats[] = { "text", "tsv", "json", NULL };

static const char *report_format(size_t i)
{
	return report_formats[i];
}

static bool parse_keep(void *to, const char *arg)
{
	o.keep_given = true;
	return when_duration(str_of(arg), to);
}

/* Parse STEP or STEP:AGE. */
static bool parse_resolution(void *to, const char *arg)
{
	struct str age = str_of(arg), step = str_cut(&age, ':');
	uint64_t s, a = 0;

	(void)to;
	o.resolution = RESOLUTION_DEFAULT;
	o.resolution_given = true;
	if (!when_duration(step, &s) || (age.p && !when_duration(age, &a)) || s > INT64_MAX ||
	    a > INT64_MAX || s % SECOND_NS)
		return false;
	o.resolution.step = (int64_t)s;
	if (age.p)
		o.resolution.age = (int64_t)a;
	return true;
}

static const struct opt own_options[] = {
	{ 'l', "label", OPT_LIST, &o.labels, "KEY=VALUE,...", "add: labels of all profiles" },
	{ 0, "max-label", OPT_SIZE, &o.max_label, "SIZE",
	  "add, import: leave out longer labels (64K)" },
	{ 0, "no-compact", OPT_FLAG, &o.no_compact, NULL, "add, import: do not compact when due" },
	{ 0, "resolution", OPT_PARSED, NULL, "STEP[:AGE]",
	  "keep one profile a step of older ones (1m:7d)", NULL, parse_resolution },
	{ 0, "since", OPT_STR, &o.since, "TIME", "export: profiles of that time or later" },
	{ 0, "until", OPT_STR, &o.until, "TIME", "export: profiles of before that time" },
	{ 0, "rename", OPT_LIST, &o.rename, "OLD=NEW", "relabel: give a label another name" },
	{ 0, "drop", OPT_LIST, &o.drop, "LABEL", "relabel: remove a label" },
	{ 0, "keep", OPT_PARSED, &o.keep, "TIME", "gc: remove blocks that are older", NULL,
	  parse_keep },
	{ 0, "max-size", OPT_SIZE, &o.most, "SIZE", "gc: remove the oldest blocks above that" },
	{ 0, "level", OPT_INT, &o.level, "N", "compact: zstd level, 1 to 19 (default: 9)" },
	{ 't', "to", OPT_CHOICE, &o.to, "FORMAT", "ls, stat: text, tsv or json", report_format },
	{ 0 },
};

static const struct opt *const options[] = { own_options, file_options, general_options, NULL };
static const struct cmd cmd = {
	"prof-store",
	"Commands: add, import, export, ls, stat, verify, compact, gc, relabel, sync.",
	"COMMAND DIRECTORY [FILE|SELECTOR]...", options, false
};

static void report_compaction(struct compact_result *r)
{
	complain_lines(buf_str(&r->errors));
	if (r->is_busy)
		note("another compaction is at work");
	else if (common.verbose)
		note("wrote %llu blocks with %llu profiles, removed %llu files",
		     (unsigned long long)r->nwritten, (unsigned long long)r->nprofile,
		     (unsigned long long)r->nremoved);
	if (r->saturated)
		note("%llu sums do not fit in 64 bits: they are kept at the limit",
		     (unsigned long long)r->saturated);
	buf_release(&r->errors);
}

static bool compact(const char *dir, bool all)
{
	struct compact_options how = { .all = all, .zstd_level = o.level < 0 ? 0 : (int)o.level };
	struct compact_result r;
	bool ok = store_compact(dir, &how, &r);

	report_compaction(&r);
	return ok;
}

static bool compact_if_due(const char *dir)
{
	return o.no_compact || !store_compact_due(dir) || compact(dir, false);
}

static bool add_files(const char *dir, char **files, bool is_import)
{
	struct store_add add;

	label_list(&o.labels);
	add = (struct store_add){ .dir = dir,
				  .labels = o.labels,
				  .max_label = o.max_label,
				  .is_import = is_import,
				  .compact = compact_if_due };
	return store_add_files(&add, files) && compact_if_due(dir);
}

static bool run_add(const char *dir, char **args)
{
	return add_files(dir, args, false);
}

static bool run_import(const char *dir, char **args)
{
	return add_files(dir, args, true);
}

static bool run_compact(const char *dir, char **args)
{
	(void)args;
	return compact(dir, true);
}

static bool run_verify(const char *dir, char **args)
{
	struct verify_result r;
	bool ok = store_verify(dir, &r);

	(void)args;
	complain_lines(buf_str(&r.errors));
	if (r.torn)
		note("%llu bytes in logs are of profiles whose writing was cut short",
		     (unsigned long long)r.torn);
	if (r.ndamaged)
		note("%llu damaged log%s that compactions have set aside: what could be read is in "
		     "blocks",
		     (unsigned long long)r.ndamaged, r.ndamaged == 1 ? "" : "s");
	if (common.verbose || ok)
		note("%llu files, %llu profiles%s", (unsigned long long)r.nfile,
		     (unsigned long long)r.nprofile, ok ? ", all good" : "");
	buf_release(&r.errors);
	return ok;
}

static bool run_gc(const char *dir, char **args)
{
	struct compact_result r;
	int64_t before = INT64_MIN;
	bool ok;

	(void)args;
	if (!o.keep_given && !o.most)
		usage("gc: --keep TIME or --max-size SIZE says what stays");
	if (o.keep_given)
		before = when_now() - (int64_t)o.keep;
	ok = store_remove_old(dir, before, o.most, &r);
	report_compaction(&r);
	return ok;
}

static void parse_rules(struct relabel *r)
{
	for (size_t i = 0; i < o.rename.n; i++) {
		struct str to = str_of(o.rename.v[i]), from = str_cut(&to, '=');

		if (!from.n || !to.n)
			usage("--rename %s: expected OLD=NEW", o.rename.v[i]);
		vec_push(r, { from, to });
	}
	for (size_t i = 0; i < o.drop.n; i++) {
		if (!*o.drop.v[i])
			usage("--drop: a label without a name");
		vec_push(r, { .from = str_of(o.drop.v[i]) });
	}
	if (!r->n)
		usage("relabel: --rename OLD=NEW or --drop LABEL says what to do");
}

static bool run_relabel(const char *dir, char **args)
{
	struct relabel rules = { 0 };
	struct compact_result r;
	uint64_t nlog;
	bool ok;

	(void)args;
	parse_rules(&rules);
	ok = store_relabel(dir, &rules, &r, &nlog);
	report_compaction(&r);
	if (nlog)
		note("%llu log%s being written: what is in %s keeps its labels",
		     (unsigned long long)nlog, nlog == 1 ? " is" : "s are",
		     nlog == 1 ? "it" : "them");
	vec_release(&rules);
	return ok;
}

static bool run_sync(const char *dir, char **args)
{
	struct sync_result r;
	bool ok;

	if (!args[0] || !s3_is(args[0]))
		usage("sync: expected DIRECTORY s3://BUCKET/PREFIX");
	if (args[1])
		usage("sync: '%s' is one operand too many", args[1]);
	ok = store_sync(dir, args[0], &r);
	complain_lines(buf_str(&r.errors));
	if (r.nlog)
		note("%llu log%s not copied: \"prof-store compact\" makes blocks of logs",
		     (unsigned long long)r.nlog, r.nlog == 1 ? " is" : "s are");
	if (common.verbose)
		note("sent %llu blocks, %llu bytes; %llu were there; removed %llu",
		     (unsigned long long)r.nsent, (unsigned long long)r.bytes,
		     (unsigned long long)r.nhad, (unsigned long long)r.nremoved);
	buf_release(&r.errors);
	return ok;
}

static void parse_time(const char *option, const char *text, int64_t *ns)
{
	struct buf why = { 0 };

	if (text && !when_parse(str_of(text), when_now(), ns, &why))
		usage("--%s %s: %.*s", option, text, STR_ARG(buf_str(&why)));
	buf_release(&why);
}

struct exporting {
	struct out out;
	struct selector *selector; /* NULL: everything */
	uint64_t nnameless;        /* profiles without samples, which could keep their labels */
	bool ok;
};

/* `labels` are those of the series, by which a profile without samples is selected. */
static bool write_profile(struct exporting *e, struct profile *p, label_set_id labels)
{
	struct selector *s = e->selector;
	struct buf why = { 0 };
	bool is_idle = p->sample.n == 1;

	if (s && !selector_apply(s, p, &why)) {
		e->ok = complain("the selector %.*s", STR_ARG(buf_str(&why)));
	} else if (is_idle ? !s || selector_matches_set(s, p->dict, labels) : p->sample.n > 1) {
		format_pprof.write(&e->out, p);
		out_flush(&e->out);
		e->nnameless += is_idle && labels.i;
	}
	buf_release(&why);
	return e->ok && !e->out.failed;
}

static bool export_view(struct store_view *v, struct selector *s, struct dictionary *d)
{
	struct exporting e = { .selector = s, .ok = true };
	struct store_reader r;
	struct profile p;

	profile_init(&p, d);
	if (out_open(&e.out, common.output, common.pack) && out_binary(&e.out)) {
		store_reader_begin(&r, v, s);
		while (store_next(&r, &p) &&
		       write_profile(&e, &p, series_labels(r.piece.series, d)))
			;
		store_reader_end(&r);
	}
	e.ok = finish_output(&e.out) && e.ok;
	if (e.nnameless)
		note("%llu profile%s no samples, so no place for the labels of %s series",
		     (unsigned long long)e.nnameless, e.nnameless == 1 ? " has" : "s have",
		     e.nnameless == 1 ? "its" : "their");
	profile_release(&p);
	return e.ok;
}

static bool run_export(const char *dir, char **args)
{
	struct selector s = { 0 };
	struct dictionary d;
	struct store_view v;
	struct buf why = { 0 };
	int64_t since = INT64_MIN, until = INT64_MAX;
	bool ok;

	parse_time("since", o.since, &since);
	parse_time("until", o.until, &until);
	if (args[0] && args[1])
		usage("export: '%s' is one operand too many", args[1]);
	if (args[0] && !selector_parse(&s, str_of(args[0]), &why))
		usage("selector '%s': %.*s", args[0], STR_ARG(buf_str(&why)));
	dict_init(&d);
	ok = view_open(&v, dir, &d, since, until);
	if (ok)
		ok = export_view(&v, args[0] ? &s : NULL, &d);
	complain_lines(buf_str(&v.errors));
	ok &= !v.nerror;
	view_close(&v);
	dict_release(&d);
	selector_release(&s);
	buf_release(&why);
	return ok;
}

static bool run_ls(const char *dir, char **args)
{
	(void)args;
	return store_list_files(dir, o.to < 0 ? 0 : o.to);
}

static bool run_stat(const char *dir, char **args)
{
	(void)args;
	return store_print_figures(dir, o.to < 0 ? 0 : o.to);
}

static const struct {
	const char *name;
	bool (*run)(const char *dir, char **args);
	bool makes, has_args;
	bool only_reads; /* never writes, so the store may be in S3 */
} commands[] = {
	{ "add", run_add, .makes = true, .has_args = true },
	{ "import", run_import, .makes = true, .has_args = true },
	{ "ls", run_ls, .only_reads = true },
	{ "stat", run_stat, .only_reads = true },
	{ "verify", run_verify, .only_reads = true },
	{ "compact", run_compact },
	{ "gc", run_gc },
	{ "export", run_export, .has_args = true, .only_reads = true },
	{ "relabel", run_relabel },
	{ "sync", run_sync, .has_args = true },
};

static void check_options(const char *command)
{
	const struct option_use uses[] = {
		{ "label", o.labels.n > 0, "add import" },
		{ "max-label", o.max_label != MAX_LABEL, "add import" },
		{ "no-compact", o.no_compact, "add import" },
		{ "resolution", o.resolution_given, "add import compact" },
		{ "since", o.since != NULL, "export" },
		{ "until", o.until != NULL, "export" },
		{ "rename", o.rename.n > 0, "relabel" },
		{ "drop", o.drop.n > 0, "relabel" },
		{ "keep", o.keep_given, "gc" },
		{ "max-size", o.most > 0, "gc" },
		{ "level", o.level >= 0, "compact" },
		{ "to", o.to >= 0, "ls stat" },
	};

	option_uses_check_command(uses, LEN(uses), command);
	if (o.level == 0 || o.level > 19)
		usage("--level is 1 to 19");
}

int main(int argc, char **argv)
{
	char **args = start(&cmd, argc, argv);
	struct buf why = { 0 };

	if (!args[0])
		usage("which command? One of add, import, ls, stat, verify, compact, gc, export, relabel, sync");
	for (size_t i = 0; i < LEN(commands); i++) {
		if (strcmp(args[0], commands[i].name) != 0)
			continue;
		if (!args[1])
			usage("%s: which directory?", args[0]);
		if (args[2] && !commands[i].has_args)
			usage("%s: '%s' is one operand too many", args[0], args[2]);
		check_options(args[0]);
		if (s3_is(args[1]) && !commands[i].only_reads)
			usage("%s: a store in S3 is only read", args[0]);
		if (commands[i].makes && !store_make(args[1], &why))
			return complain("%.*s", STR_ARG(buf_str(&why))), 2;
		if (!store_is(args[1]))
			return complain("%s: is not a store: \"prof-store add\" makes one",
					args[1]),
			       2;
		if (!commands[i].only_reads && !store_is_known(args[1], &why))
			return complain("%.*s", STR_ARG(buf_str(&why))), 2;
		if (o.resolution_given && !store_set_resolution(args[1], o.resolution))
			return complain("%s: cannot set the resolution: %s", args[1],
					strerror(errno)),
			       2;
		return status(commands[i].run(args[1], args + 2));
	}
	usage("'%s' is none of add, import, ls, stat, verify, compact, gc, export, relabel, sync",
	      args[0]);
}
