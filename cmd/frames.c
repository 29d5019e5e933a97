#include "cmd/frames.h"

#include "cmd/option_use.h"
#include "io/escape.h"
#include "profile/rewrite.h"

static struct {
	const char *root;
	bool pid, tid, kernel, jit, inlined, all, addresses, lines, no_inlines;
	bool simplify, collapse_recursion, reverse;
	int demangle, granularity;
	int64_t max_depth;
} o = { .demangle = -1 };

static const struct {
	const char *word;
	enum demangle how;
} demangles[] = { { "simple", DEMANGLE_SIMPLE },
		  { "full", DEMANGLE_FULL },
		  { "none", DEMANGLE_NONE } };

static const char *demangle_word(size_t i)
{
	return i < LEN(demangles) ? demangles[i].word : NULL;
}

static const char *granularity_word(size_t i)
{
	static const char *const words[] = { "functions", "filefunctions", "files", "lines",
					     "addresses" };

	return i < LEN(words) ? words[i] : NULL;
}

/* The options that prof-query shares. */
#define LINES_OPTION                                                                               \
	{                                                                                          \
		0, "lines", OPT_FLAG, &o.lines, NULL, "show line numbers"                          \
	}
#define NO_INLINES_OPTION                                                                          \
	{                                                                                          \
		0, "no-inlines", OPT_FLAG, &o.no_inlines, NULL, "leave out inlined frames"         \
	}
#define DEMANGLE_OPTION                                                                            \
	{                                                                                          \
		0, "demangle", OPT_CHOICE, &o.demangle, "HOW",                                     \
			"simple (no parameters), full or none", demangle_word                      \
	}
#define SIMPLIFY_OPTION                                                                            \
	{                                                                                          \
		0, "simplify", OPT_FLAG, &o.simplify, NULL,                                        \
			"strip template arguments, clone suffixes, hashes"                         \
	}
#define MARK_OPTIONS                                                                               \
	{ 0, "kernel", OPT_FLAG, &o.kernel, NULL, "mark kernel frames with _[k]" },                \
		{ 0, "jit", OPT_FLAG, &o.jit, NULL, "mark JIT-compiled frames with _[j]" },        \
	{                                                                                          \
		0, "inline", OPT_FLAG, &o.inlined, NULL, "mark inlined frames with _[i]"           \
	}
#define ADDRESSES_OPTION                                                                           \
	{                                                                                          \
		0, "addrs", OPT_FLAG, &o.addresses, NULL,                                          \
			"show addresses of frames without a name"                                  \
	}
#define NAME_OPTIONS LINES_OPTION, NO_INLINES_OPTION, DEMANGLE_OPTION, SIMPLIFY_OPTION

const struct opt name_options[] = {
	NAME_OPTIONS,
	MARK_OPTIONS,
	ADDRESSES_OPTION,
	{ 0, "granularity", OPT_CHOICE, &o.granularity, "WHAT",
	  "functions, filefunctions, files, lines, addresses", granularity_word },
	{ 0 },
};

const struct opt frame_options[] = {
	{ 0, "root", OPT_STR, &o.root, "LABEL,...", "add values of these labels as roots (comm)",
	  .title = "Frames" },
	{ 0, "pid", OPT_FLAG, &o.pid, NULL, "root frames are COMM-PID" },
	{ 0, "tid", OPT_FLAG, &o.tid, NULL, "root frames are COMM-PID/TID" },
	MARK_OPTIONS,
	{ 0, "all", OPT_FLAG, &o.all, NULL, "--kernel --jit --inline" },
	ADDRESSES_OPTION,
	NAME_OPTIONS,
	{ 0, "collapse-recursion", OPT_FLAG, &o.collapse_recursion, NULL,
	  "one frame for a function that calls itself" },
	{ 0, "reverse", OPT_FLAG, &o.reverse, NULL, "stacks begin with the leaf" },
	{ 0, "max-depth", OPT_INT, &o.max_depth, "N", "keep N frames from the root" },
	{ 0 },
};

/* Split "a,b" into how->root; "none" means no root frames. */
static void parse_root(struct rewrite *how, struct str list)
{
	if (str_eq(list, S("none")))
		return;
	while (list.p) {
		if (how->nroot == LEN(how->root))
			usage("--root takes at most %zu labels", LEN(how->root));
		how->root[how->nroot++] = str_cut(&list, ',');
	}
}

/* What the options say of single frames. */
static struct rewrite names_wanted(void)
{
	return (struct rewrite){
		.demangle = o.demangle < 0 ? DEMANGLE_SIMPLE : demangles[o.demangle].how,
		.force = o.demangle >= 0,
		.simplify = o.simplify,
		.mark_kernel = o.kernel || o.all,
		.mark_jit = o.jit || o.all,
		.mark_inlined = o.inlined || o.all,
		.addresses = o.addresses,
		.lines = o.lines,
		.no_inlines = o.no_inlines,
	};
}

void rewrite_frames(struct profile *p)
{
	struct rewrite how = names_wanted();

	how.collapse_recursion = o.collapse_recursion;
	how.reverse = o.reverse;
	how.max_depth = (size_t)o.max_depth;
	how.pid = o.pid;
	how.tid = o.tid;
	parse_root(&how, o.root ? str_of(o.root) : S("comm"));
	rewrite(p, &how);
}

static bool has_label(const struct profile *p, struct str label)
{
	str_id key = dict_find_str(p->dict, label);

	for (uint32_t i = 1; key.i && i < p->sample.n; i++)
		if (dict_find_label(p->dict, profile_sample(p, (sample_id){ i })->labels, key))
			return true;
	return false;
}

static void put_option(struct buf *b, const char *option)
{
	buf_printf(b, "%s--%s", b->n ? " " : "", option);
}

void frames_put_query_options(struct buf *b, const struct profile *p)
{
	struct rewrite how = { 0 };
	struct buf roots = { 0 };
	const struct {
		const char *name;
		bool given;
	} flags[] = { { "lines", o.lines },       { "no-inlines", o.no_inlines },
		      { "simplify", o.simplify }, { "kernel", o.kernel || o.all },
		      { "jit", o.jit || o.all },  { "inline", o.inlined || o.all },
		      { "addrs", o.addresses } };

	parse_root(&how, o.root ? str_of(o.root) : S("comm"));
	for (size_t i = 0; i < how.nroot; i++) {
		if (!has_label(p, how.root[i]))
			continue;
		buf_add(&roots, roots.n ? S(",") : S(""));
		buf_add(&roots, how.root[i]);
	}
	if (roots.n) {
		put_option(b, "tagroot ");
		shell_word(b, buf_str(&roots));
	}
	for (size_t i = 0; i < LEN(flags); i++)
		if (flags[i].given)
			put_option(b, flags[i].name);
	if (o.demangle >= 0) {
		put_option(b, "demangle ");
		buf_add(b, str_of(demangles[o.demangle].word));
	}
	buf_release(&roots);
}

void rewrite_names(struct profile *p)
{
	struct rewrite how = names_wanted();

	rewrite(p, &how);
}

void rewrite_granularity(struct profile *p, bool simplify)
{
	rewrite(p, &(struct rewrite){
			   .named = true,
			   .simplify = simplify && o.demangle < 0,
			   .granularity = (enum granularity)o.granularity,
		   });
}

void frames_check_options(const char *report)
{
	const struct option_use uses[] = {
		{ "lines", o.lines, NULL },
		{ "no-inlines", o.no_inlines, NULL },
		{ "demangle", o.demangle >= 0, NULL },
		{ "simplify", o.simplify, NULL },
		{ "kernel", o.kernel, NULL },
		{ "jit", o.jit, NULL },
		{ "inline", o.inlined, NULL },
		{ "addrs", o.addresses, NULL },
		{ "granularity", o.granularity != 0, NULL },
	};

	option_uses_check(uses, LEN(uses), report, report != NULL);
}
