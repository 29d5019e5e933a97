/* Filters, where a frame's inlined calls matter; the rest is in tests/cli/query.t. */
#include "query/select/filter.h"
#include "model.h"
#include "tap.h"

/* A frame "name" at address addr; "+name" is inlined into the one before it. */
static loc_id frame(struct profile *p, struct str name, uint64_t addr, map_id map)
{
	struct loc l = { .addr = addr, .map = map, .flags = LOC_ADDR };

	if (str_starts(name, S("+"))) {
		l.flags |= LOC_INLINED;
		name = str_skip(name, 1);
	}
	if (name.n)
		l.func = dict_add_func(p->dict,
				       (struct func){ .name = dict_intern(p->dict, name) });
	return dict_add_loc(p->dict, l);
}

/*
 * A profile of stacks separated by blanks, "main;f;+g;+h": the frames of one place
 * have one address, and the address of a place is the same wherever its outermost
 * frame is. Frames "@" have no name, and the mapping /lib/libc.so.
 */
static void make(struct profile *p, const char *stacks)
{
	struct str rest = str_of(stacks);
	struct mapping libc = { 0 };
	int64_t scale;

	model_init(p);
	profile_column(p, dict_intern(p->dict, S("samples")), dict_intern(p->dict, S("count")),
		       &scale);
	libc.file = dict_intern(p->dict, S("/lib/libc.so"));
	while (rest.n) {
		struct str stack = str_cut(&rest, ' ');
		loc_id frames[16];
		uint64_t addr = 0;
		size_t n = 0;

		while (stack.n) {
			struct str name = str_cut(&stack, ';');

			if (!str_starts(name, S("+")))
				addr = 0x100 + (uint64_t)name.p[0];
			if (str_eq(name, S("@")))
				frames[n++] = frame(p, S(""), addr,
						    dict_add_mapping(p->dict, libc));
			else
				frames[n++] = frame(p, name, addr, (map_id){ 0 });
		}
		profile_add_value(p, 0,
				  profile_add_sample(p, dict_add_stack(p->dict, frames, n),
						     (label_set_id){ 0 }),
				  1);
	}
}

/* The stacks again. */
static void show(struct profile *p, struct buf *b)
{
	b->n = 0;
	for (uint32_t i = 1; i < p->sample.n; i++) {
		size_t n;
		const loc_id *f = dict_frames(p->dict, profile_sample(p, (sample_id){ i })->stack,
					      &n);

		buf_add(b, i > 1 ? S(" ") : S(""));
		for (size_t j = 0; j < n; j++) {
			const struct loc *l = dict_loc(p->dict, f[j]);
			struct str name = dict_text(p->dict, dict_func(p->dict, l->func)->name);

			buf_printf(b, "%s%s%.*s", j ? ";" : "", l->flags & LOC_INLINED ? "+" : "",
				   STR_ARG(name.n ? name : S("@")));
		}
	}
}

struct set {
	enum frame_pattern which;
	const char *text;
};

static void check(const char *stacks, const char *left, const struct set *set, size_t n,
		  const char *name)
{
	struct profile p;
	struct filter f = { 0 };
	struct buf notes = { 0 }, error = { 0 }, shown = { 0 };

	make(&p, stacks);
	for (size_t i = 0; i < n; i++) {
		if (set[i].which == PATTERN_DROP)
			p.head.drop_frames = dict_intern(p.dict, str_of(set[i].text));
		else if (set[i].which == PATTERN_KEEP)
			p.head.keep_frames = dict_intern(p.dict, str_of(set[i].text));
		else
			pattern_add(&f.stacks.pattern[set[i].which], set[i].which,
				    str_of(set[i].text), &error);
	}
	ok(filter_apply(&f, &p, &notes, &error) && !error.n, "filtering %s", name);
	show(&p, &shown);
	is(buf_str(&shown), left, "%s", name);
	filter_release(&f);
	model_release(&p);
	buf_release(&notes);
	buf_release(&error);
	buf_release(&shown);
}

#define CHECK(stacks, left, name, ...)                                                             \
	check(stacks, left, (const struct set[]){ __VA_ARGS__ },                                   \
	      LEN(((const struct set[]){ __VA_ARGS__ })), name)

static void samples(void)
{
	CHECK("m;f;+g m;x", "m;f;+g", "focus on an inlined call", { PATTERN_FOCUS, "g" });
	CHECK("m;f;+g m;x", "m;x", "ignore one", { PATTERN_IGNORE, "g" });
	CHECK("m;f;+g m;f m;g", "m;f;+g m;g", "a leaf may be inlined", { PATTERN_LEAF, "g" });
	CHECK("m;@ m;x", "m;@", "focus on a binary", { PATTERN_FOCUS, "libc" });
	CHECK("m;x  ", "m;x", "a sample without frames has nothing to focus on",
	      { PATTERN_FOCUS, "." });
	CHECK("m;x", "m;x", "an empty pattern is none", { PATTERN_FOCUS, "" });
	CHECK("m;f;g m;f m;g m;g;f", "m;f;g m;g;f", "focus on two functions: stacks with both",
	      { PATTERN_FOCUS, "f" }, { PATTERN_FOCUS, "g" });
	CHECK("m;f;+g m;f", "m;f;+g", "or with both in one location", { PATTERN_FOCUS, "f" },
	      { PATTERN_FOCUS, "g" });
	CHECK("m;f m;g m;x", "m;x", "ignore two: stacks with neither", { PATTERN_IGNORE, "f" },
	      { PATTERN_IGNORE, "g" });
}

static void frames(void)
{
	CHECK("m;f;+g;+h", "m;f;+h", "hide an inlined call", { PATTERN_HIDE, "g" });
	CHECK("m;f;g;h", "m;h", "hide two functions", { PATTERN_HIDE, "f" }, { PATTERN_HIDE, "g" });
	CHECK("m;f;g;h", "f;h", "show two", { PATTERN_SHOW, "f" }, { PATTERN_SHOW, "h" });
	CHECK("m;f;+g;+h", "m;g;+h", "hide what it is inlined into", { PATTERN_HIDE, "f" });
	CHECK("m;f;+g;x", "m;x", "hide a place", { PATTERN_HIDE, "f|g" });
	CHECK("m;f;+g x", "m;f;+g", "hide a stack", { PATTERN_HIDE, "x" });
	CHECK("m;@;x", "m;x", "hide a binary", { PATTERN_HIDE, "libc" });
	CHECK("m;@;x", "m;@;x", "what has no name is not hidden", { PATTERN_HIDE, "z" });
	CHECK("m;f;+g;x", "g", "show an inlined call", { PATTERN_SHOW, "g" });
	CHECK("m;@;x", "x", "what has no name is not shown", { PATTERN_SHOW, "x|libc" });
}

static void ends(void)
{
	CHECK("m;f;+g;x", "g;x", "show from an inlined call", { PATTERN_SHOW_FROM, "g" });
	CHECK("m;f;+g;x;f;+g", "f;+g;x;f;+g", "the first match", { PATTERN_SHOW_FROM, "f" });
	CHECK("m;x m;y", "x", "others are dropped", { PATTERN_SHOW_FROM, "x" });
	CHECK("g;x;f;+g", "g;x;g", "a place is the same in all stacks", { PATTERN_SHOW_FROM, "g" });
	CHECK("m;f;+g;+h;x", "m;f;+g", "prune from an inlined call", { PATTERN_PRUNE_FROM, "g" });
	CHECK("m;f;x;f;y", "m;f;x;f", "the last match", { PATTERN_PRUNE_FROM, "f" });
	CHECK("m;f(int);x m;g(f)", "m;f(int) m;g(f)", "parameters do not count",
	      { PATTERN_PRUNE_FROM, "f$" });
}

static void dropped(void)
{
	CHECK("m;malloc;x m;f", "m m;f", "frames that the profile drops",
	      { PATTERN_DROP, "malloc" });
	CHECK("m;mallocx;x", "m;mallocx;x", "the whole name counts", { PATTERN_DROP, "malloc" });
	CHECK("m;a;b;c", "m;a;b", "but for some", { PATTERN_DROP, "[abc]" },
	      { PATTERN_KEEP, "[ab]" });
	CHECK("malloc;x", "malloc;x", "not before the first of interest",
	      { PATTERN_DROP, "malloc" });
	CHECK("malloc;m;malloc;x", "malloc;m", "but after it", { PATTERN_DROP, "malloc" });
	CHECK("m;f;+malloc;+x;y", "m;f", "inlined ones, too", { PATTERN_DROP, "malloc" });
	CHECK("m;.malloc(int);x", "m", "without dot and parameters", { PATTERN_DROP, "malloc" });
	CHECK("m;operator()(int);x", "m", "operator() is a name",
	      { PATTERN_DROP, "operator\\(\\)" });
	CHECK("m;malloc;x m;f", "m m;f", "before others are looked for", { PATTERN_DROP, "malloc" },
	      { PATTERN_IGNORE, "x" });
}

static void notes(void)
{
	struct profile p;
	struct filter f = { 0 };
	struct buf notes = { 0 }, error = { 0 };

	make(&p, "m;x");
	p.head.drop_frames = dict_intern(p.dict, S("(malloc"));
	pattern_add(&f.stacks.pattern[PATTERN_FOCUS], PATTERN_FOCUS, S("x"), &error);
	pattern_add(&f.stacks.pattern[PATTERN_HIDE], PATTERN_HIDE, S("y"), &error);
	ok(filter_apply(&f, &p, &notes, &error), "what a profile drops may be no pattern");
	is(buf_str(&notes),
	   "the profile's drop_frames is ignored: at offset 7: missing closing parenthesis\n"
	   "--hide: nothing matches 'y'\n",
	   "which is told, and what matched nothing");
	notes.n = 0;
	filter_describe(&f, &notes);
	is(buf_str(&notes), "focus=x\nhide=y\n", "what is filtered");
	filter_release(&f);
	model_release(&p);
	buf_release(&notes);
	buf_release(&error);
}

static void all_frames(void)
{
	struct profile p;
	struct filter f = { .all_frames = true };
	struct buf notes = { 0 }, error = { 0 }, shown = { 0 };

	make(&p, "m;malloc;x");
	p.head.drop_frames = dict_intern(p.dict, S("malloc"));
	filter_apply(&f, &p, &notes, &error);
	show(&p, &shown);
	is(buf_str(&shown), "m;malloc;x", "unless all frames are asked for");
	filter_release(&f);
	model_release(&p);
	buf_release(&notes);
	buf_release(&error);
	buf_release(&shown);
}

int main(void)
{
	samples();
	frames();
	ends();
	dropped();
	notes();
	all_frames();
	return done();
}
