/* lib/view: what the command's tests cannot see. */
#include <math.h>
#include <stdio.h>

#include "io/escape.h"
#include "io/number.h"
#include "model.h"
#include "tap.h"
#include "view/change.h"
#include "view/flame.h"
#include "view/packed.h"
#include "view/terminal.h"

static struct buf b;

static struct str cleaned(struct str s)
{
	b.n = 0;
	clean_text(&b, s);
	return buf_str(&b);
}

static struct str escaped(struct str s)
{
	b.n = 0;
	xml_text(&b, s);
	return buf_str(&b);
}

static void text(void)
{
	is(cleaned(S("a<b>&\"'")), "a<b>&\"'", "clean text is not escaped");
	is(escaped(S("a<b>&\"'")), "a&lt;b&gt;&amp;&quot;&#39;", "XML is");
	is(cleaned(S("\x01\t\n\x7f")), "\ufffd\ufffd\ufffd\ufffd", "control characters");
	is(cleaned(S("\xc2\x9b"
		     "1m")),
	   "\ufffd1m", "C1 control characters");
	is(cleaned(S("\xef\xbf\xbe\xef\xbf\xbf")), "\ufffd\ufffd", "U+FFFE and U+FFFF");
	is(cleaned(S("\xed\xa0\x80")), "\ufffd\ufffd\ufffd", "a lone surrogate");
	is(cleaned(S("a\xff\xe2\x82")), "a\ufffd\ufffd\ufffd", "what is no UTF-8");
	is(cleaned(S("a\u202eb\u2066c")),
	   "a\ufffd"
	   "b\ufffd"
	   "c",
	   "marks that turn text around");
	is(cleaned(S("\u65e5\u672c \U0001f525")), "\u65e5\u672c \U0001f525", "the rest stays");
}

static struct str number(void (*put)(struct buf *, double, int), double v, int decimals)
{
	b.n = 0;
	put(&b, v, decimals);
	return buf_str(&b);
}

static void put_grouped(struct buf *to, double v, int decimals)
{
	(void)decimals;
	number_grouped(to, v);
}

static void numbers(void)
{
	is(number(put_grouped, 0, 0), "0", "nothing");
	is(number(put_grouped, 999, 0), "999", "no group");
	is(number(put_grouped, -1234567.5, 0), "-1,234,568", "groups, rounded");
	is(number(put_grouped, 9007199254740991, 0), "9,007,199,254,740,991", "the largest exact");
	is(number(put_grouped, 1e18, 0), "1e+18", "a larger one");
	is(number(number_fixed, 0.005, 2), "0.01", "rounded");
	is(number(number_fixed, -0.05, 1), "-0.1", "below zero");
	is(number(number_fixed, 100, 2), "100.00", "decimals");
	is(number(number_short, 100, 3), "100", "none without need");
	is(number(number_short, 12.340, 3), "12.34", "as few as it takes");
	is(number(number_short, 0.0004, 3), "0", "too small");
	is(number(number_fixed, NAN, 2), "nan", "not a number");
}

static void packed(void)
{
	b.n = 0;
	number_pack(&b, 0);
	number_pack(&b, 31);
	number_pack(&b, 32);
	number_pack(&b, 1000);
	is(buf_str(&b), "AfgBof", "small ones");
	b.n = 0;
	number_pack(&b, UINT64_MAX);
	is(buf_str(&b), "////////////P", "the largest");
}

static void colors(void)
{
	struct rgb c;

	ok(rgb_parse(S("#0a10ff"), &c) && c.r == 10 && c.g == 16 && c.b == 255, "#rrggbb");
	ok(rgb_parse(S("rgb(1, 2,255)"), &c) && c.r == 1 && c.g == 2 && c.b == 255, "rgb()");
	ok(!rgb_parse(S("#0a10f"), &c) && !rgb_parse(S("#0a10ffa"), &c) &&
		   !rgb_parse(S("#0a10fg"), &c) && !rgb_parse(S("rgb(1,2)"), &c) &&
		   !rgb_parse(S("rgb(1,2,256)"), &c) && !rgb_parse(S("rgb(1,2,3,4)"), &c) &&
		   !rgb_parse(S("rgb(1,2,3);x"), &c) && !rgb_parse(S("red"), &c) &&
		   !rgb_parse(S(""), &c) && !rgb_parse(S("rgb("), &c),
	   "and nothing else");
	ok(!rgb_wants_white((struct rgb){ 255, 255, 255 }) && rgb_wants_white((struct rgb){ 0 }),
	   "black on white and white on black");
	ok(font_is_safe(S("Fira Code, 'DejaVu Sans', sans-serif")), "a font list");
	ok(!font_is_safe(S("")) && !font_is_safe(S("a;b")) && !font_is_safe(S("a\"b")) &&
		   !font_is_safe(S("url(x)")) && !font_is_safe(S("a\nb")),
	   "and nothing that ends it");
}

static double light(uint8_t v)
{
	return v / 255.0 <= 0.04045 ? v / 255.0 / 12.92 : pow((v / 255.0 + 0.055) / 1.055, 2.4);
}

/* Of the text that rgb_wants_white() chooses, after WCAG 2. */
static double contrast(struct rgb c)
{
	double l = 0.2126 * light(c.r) + 0.7152 * light(c.g) + 0.0722 * light(c.b);

	return rgb_wants_white(c) ? 1.05 / (l + 0.05) : (l + 0.05) / 0.05;
}

static void contrasts(void)
{
	double least = 21;

	for (unsigned i = 0; i < 32 * 32 * 32; i++) {
		struct rgb c = { (uint8_t)((i & 31) << 3), (uint8_t)((i >> 5 & 31) << 3),
				 (uint8_t)((i >> 10) << 3) };

		least = fmin(least, contrast(c));
	}
	ok(least >= 4.5, "text on any colour can be read: %.2f", least);
	least = 21;
	for (int i = 0; i <= 2 * CHANGE_STEPS; i++)
		least = fmin(least, contrast(change_color[i]));
	ok(least >= 4.5, "and on each step of a change: %.2f", least);
}

/* Names for the ranges of all rules, and flags. */
static void palette_contrasts(void)
{
	static const char *const kinds[] = { "f",
					     "a::f",
					     "java/x",
					     "Lorg/x:::f",
					     "x.js",
					     "a/b.js:1",
					     "Perl_x.pl",
					     "f_[k]",
					     "f_[j]",
					     "f_[i]",
					     "f_[w]",
					     "--",
					     "-",
					     "core::f",
					     "lib/python3.11/x",
					     "site-packages/x",
					     "<built-in x>" };
	static const uint32_t flags[] = { 0, LOC_KERNEL, LOC_JIT, LOC_INLINED };

	for (size_t palette = 0; palette_name(palette); palette++) {
		double least = 21;

		for (unsigned i = 0; i < 20 * LEN(kinds) * LEN(flags) * 3; i++) {
			struct buf name = { 0 };

			buf_add(&name, str_of(kinds[i % LEN(kinds)]));
			if (i >= LEN(kinds) * LEN(flags) * 3)
				buf_u64(&name, i * 7919);
			least = fmin(least,
				     contrast(palette_color(
					     palette,
					     (enum shade_by)(i / LEN(kinds) / LEN(flags) % 3),
					     buf_str(&name), flags[i / LEN(kinds) % LEN(flags)])));
			buf_release(&name);
		}
		ok(least >= 4.5, "text on %s can be read: %.2f", palette_name(palette), least);
	}
}

static size_t palette_named(const char *name)
{
	size_t i = 0;

	while (strcmp(palette_name(i), name) != 0)
		i++;
	return i;
}

/* What flamegraph.pl gives these names, by default and with --hash. */
static void palettes(void)
{
	static const struct {
		const char *palette, *name;
		struct rgb by_sum, by_hash;
	} known[] = {
		{ "hot", "main", { 243, 179, 42 }, { 247, 83, 46 } },
		{ "hot", "libc.so`read", { 226, 97, 23 }, { 240, 184, 39 } },
		{ "hot", "na\u00efve", { 217, 58, 13 }, { 236, 149, 34 } },
		{ "hot", "f_[k]", { 211, 28, 6 }, { 236, 156, 34 } },
		{ "mem", "main", { 0, 228, 163 }, { 0, 232, 76 } },
		{ "io", "Lorg/x", { 103, 103, 211 }, { 121, 121, 236 } },
		{ "blue", "a", { 118, 118, 236 }, { 116, 116, 235 } },
		{ "yellow", "main", { 217, 217, 65 }, { 194, 194, 57 } },
	};

	for (size_t i = 0; i < LEN(known); i++) {
		size_t palette = palette_named(known[i].palette);
		struct str name = str_of(known[i].name);

		ok(rgb_eq(palette_color(palette, SHADE_BY_SUM, name, 0), known[i].by_sum), "%s: %s",
		   known[i].palette, known[i].name);
		ok(rgb_eq(palette_color(palette, SHADE_BY_HASH, name, 0), known[i].by_hash),
		   "%s by hash: %s", known[i].palette, known[i].name);
	}
	ok(rgb_eq(palette_color(palette_named("java"), SHADE_BY_SUM, S("f"), LOC_KERNEL),
		  palette_color(palette_named("orange"), SHADE_BY_SUM, S("f"), 0)),
	   "a frame's flags count as annotations do");
}

static void changes(void)
{
	ok(change_step(0, 0) == 0, "nothing stays nothing");
	ok(change_step(0, 1) == CHANGE_STEPS && change_step(1, 0) == -CHANGE_STEPS,
	   "from and to nothing are the ends");
	for (int i = 0; i < CHANGE_STEPS; i++) {
		double much = 1000 * change_ratio[i];

		ok(change_step(1000, much) == i + 1 && change_step(1000, much - 1) == i,
		   "step %d begins at %g", i + 1, change_ratio[i]);
		ok(change_step(much, 1000) == -i - 1, "and likewise down");
	}
}

/* A tree from "a;b 1" lines; in a differential one each has two counts. */
static void grow(struct profile *p, struct tree *t, enum tree_order order,
		 const char *const *stacks, const int64_t *v, size_t n)
{
	struct frame_names names;
	int64_t scale;
	uint32_t col;

	model_init(p);
	col = profile_column(p, dict_intern(p->dict, S("samples")),
			     dict_intern(p->dict, S("count")), &scale);
	for (size_t i = 0; i < n; i++) {
		struct str rest = str_of(stacks[i]);
		loc_id frame[8];
		size_t depth = 0;

		while (rest.p) {
			str_id name = dict_intern(p->dict, str_cut(&rest, ';'));
			func_id func = dict_add_func(p->dict, (struct func){ .name = name });

			frame[depth++] = dict_add_loc(p->dict, (struct loc){ .func = func });
		}
		profile_add_value(p, col,
				  profile_add_sample(p, dict_add_stack(p->dict, frame, depth),
						     (label_set_id){ 0 }),
				  v[i]);
	}
	frame_names_init(&names, p->dict, dict_frame_name);
	tree_build(t, p, col, &names, order);
	frame_names_release(&names);
}

/* "name@left" of every node that is walked. */
static struct str walked(struct profile *p, const struct layout *l, double least)
{
	struct walk w;

	b.n = 0;
	walk_init(&w, l, least);
	while (walk_next(&w))
		buf_printf(&b, "%.*s@%g ", STR_ARG(dict_text(p->dict, l->tree->node[w.node].name)),
			   w.left);
	walk_release(&w);
	return buf_str(&b);
}

static void layouts(void)
{
	static const char *const stacks[] = { "z", "m;b", "m;a;x", "m", "k;y" };
	static const int64_t v[] = { 4, 3, 2, 1, -5 };
	struct view_options o = { 0 };
	struct profile p;
	struct tree t;
	struct layout l;

	grow(&p, &t, TREE_BY_NAME, stacks, v, LEN(v));
	ok(tree_drop_negative(&t) == 1 && t.node[0].total == 10, "negative values are dropped");
	layout_init(&l, &t, &o);
	ok(l.whole == 10 && l.all == 10, "and count for nothing");
	is(walked(&p, &l, 0), "@0 m@0 a@0 x@0 b@2 z@6 ", "walked from left to right");
	is(walked(&p, &l, 3), "@0 m@0 b@2 z@6 ", "without what is narrow");
	is(walked(&p, &l, 100), "@0 ", "but the root");
	layout_release(&l);
	tree_release(&t);
	model_release(&p);
	grow(&p, &t, TREE_AS_STACKS, stacks, v, LEN(v));
	tree_drop_negative(&t);
	o.total = 20;
	layout_init(&l, &t, &o);
	ok(l.whole == 20 && l.all == 20, "a larger total");
	is(walked(&p, &l, 0), "@0 z@0 m@4 b@4 a@7 x@7 ", "in order of appearance");
	layout_release(&l);
	tree_release(&t);
	model_release(&p);
}

static void wakers(void)
{
	static const char *const stacks[] = { "a;--;w;--;v", "a;w" };
	static const int64_t v[] = { 1, 1 };
	struct view_options o = { 0 };
	struct profile p;
	struct tree t;
	struct layout l;

	grow(&p, &t, TREE_BY_NAME, stacks, v, LEN(v));
	flame_mark_wakers(&t, p.dict);
	layout_init(&l, &t, &o);
	is(walked(&p, &l, 0), "@0 a@0 --@0 w_[w]@0 --@0 v_[w]@0 w@1 ",
	   "what is above a separator wakes");
	layout_release(&l);
	tree_release(&t);
	model_release(&p);
}

static struct str fitted(struct str s, size_t columns, bool ascii)
{
	b.n = 0;
	terminal_text(&b, s, columns, ascii);
	return buf_str(&b);
}

static void terminal(void)
{
	is(fitted(S("abcdef"), 6, false), "abcdef", "what fits stays");
	is(fitted(S("abcdefghij"), 7, false), "ab\u2026ghij", "what does not loses its middle");
	is(fitted(S("abcdefghij"), 7, true), "ab..hij", "in ASCII, too");
	is(fitted(S("\u65e5\u672c\u8a9e"), 5, false), "\u65e5\u2026\u8a9e",
	   "wide characters are two columns");
	is(fitted(S("\u65e5\u672c\u8a9e"), 6, false), "\u65e5\u672c\u8a9e", "and may just fit");
	is(fitted(S("e\u0301e\u0301"), 2, false), "e\u0301e\u0301", "combining ones none");
	is(fitted(S("h\u00e9"), 9, true), "h?", "ASCII shows what it can");
	is(fitted(S("abc"), 0, false), "", "no room");
	is(fitted(S("abc"), 1, false), "", "next to none");
}

/* A name of 400, for frame j of stack i. */
static str_id some_name(struct dictionary *d, uint64_t i, uint32_t j)
{
	char name[16];

	snprintf(name, sizeof(name), "f%u", (unsigned)((i + 1) * (j + 3) * 2654435761u >> 8) % 400);
	return dict_intern(d, str_of(name));
}

/* Stacks with 300,000 nodes. Negative: most have no value, and so no width in the picture. */
static void add_many_stacks(struct profile *p, bool negative)
{
	int64_t scale;
	uint32_t col = profile_column(p, dict_intern(p->dict, S("samples")),
				      dict_intern(p->dict, S("count")), &scale);

	for (uint64_t i = 0; i < 60000; i++) {
		loc_id frame[6];

		for (uint32_t j = 0; j < LEN(frame); j++) {
			struct func f = { .name = some_name(p->dict, j ? i : i % 300, j) };

			frame[j] = dict_add_loc(p->dict,
						(struct loc){ .func = dict_add_func(p->dict, f) });
		}
		profile_add_value(p, col,
				  profile_add_sample(p, dict_add_stack(p->dict, frame, LEN(frame)),
						     (label_set_id){ 0 }),
				  negative && i % 3 ? -7 : 21);
	}
}

/* The packed form of all nodes, by one loop. */
static void pack_one_by_one(struct buf *to, const struct layout *l, const struct namelist *names)
{
	uint32_t depth = 0, n = 0;
	struct walk w;

	walk_init(&w, l, 0);
	for (; walk_next(&w); n++) {
		int64_t v = l->tree->node[w.node].self;

		number_pack(to, (uint64_t)(n ? depth + 1 - w.depth : 0) << 1 | (v > 0));
		number_pack(to, namelist_rank(names, l->tree->node[w.node].name));
		if (v > 0)
			number_pack(to, (uint64_t)v / 21);
		depth = w.depth;
	}
	walk_release(&w);
}

/* The text of <metadata> elements, one after the other. */
static void add_elements(struct buf *to, struct str s)
{
	while (s.n) {
		s = str_skip(s, (size_t)str_chr(s, '>') + 1);
		buf_add(to, str(s.p, (size_t)str_chr(s, '<')));
		s = str_skip(s, (size_t)str_chr(s, '\n') + 1);
	}
}

/* Two threads pack large trees. */
static void many_nodes(enum tree_order order, bool negative)
{
	struct view_options o = view_defaults();
	struct buf want = { 0 }, got = { 0 };
	struct frame_names names;
	struct namelist list;
	struct packed k;
	struct profile p;
	struct layout l;
	struct tree t;
	struct out out;

	model_init(&p);
	add_many_stacks(&p, negative);
	frame_names_init(&names, p.dict, dict_frame_name);
	tree_build(&t, &p, 0, &names, order);
	tree_drop_negative(&t);
	layout_init(&l, &t, &o);
	namelist_init(&list, p.dict, &t, NULL, &o, NULL);
	out_open_memory(&out);
	packed_write(&k, &out, &l, &list);
	pack_one_by_one(&want, &l, &list);
	add_elements(&got, buf_str(&out.bytes));
	ok(t.n > 200000 && k.unit == 21 && (negative ? k.n < t.n : k.n == t.n), "%u of %u nodes",
	   k.n, t.n);
	ok(str_eq(buf_str(&want), buf_str(&got)), "packed as by one loop");
	out_release(&out);
	buf_release(&want);
	buf_release(&got);
	namelist_release(&list);
	layout_release(&l);
	tree_release(&t);
	frame_names_release(&names);
	model_release(&p);
}

/* The packed form of what a flame has. */
static void pack_flame(struct buf *to, struct packed *k, struct flame *f, struct namelist *list)
{
	struct out out;

	namelist_init(list, f->p->dict, &f->tree, f->has_stacks ? &f->stacks : NULL, f->o, NULL);
	out_open_memory(&out);
	if (f->has_stacks)
		packed_write_stacks(k, &out, &f->stacks, list);
	else
		packed_write(k, &out, &f->layout, list);
	buf_add(to, buf_str(&out.bytes));
	out_release(&out);
}

/* A tree without what is too narrow makes the same picture. */
static void drawn(double minwidth, bool negative)
{
	struct view_options o = { .minwidth = minwidth };
	struct view_result r = { 0 };
	struct buf text[2] = { 0 }, boxes[2] = { 0 };
	struct namelist list[2];
	struct flame f[2];
	struct packed k[2];
	struct profile p;

	model_init(&p);
	add_many_stacks(&p, negative);
	flame_init(&f[0], &p, &o, &r);
	flame_init_drawn(&f[1], &p, &o, &r, 1000);
	for (size_t i = 0; i < 2; i++) {
		double least = layout_least(&o, f[i].layout.whole, 1000);

		pack_flame(&text[i], &k[i], &f[i], &list[i]);
		buf_add(&boxes[i], walked(&p, &f[i].layout, least));
	}
	ok(f[1].has_stacks == !negative && (f[1].tree.n < f[0].tree.n / 4) == !negative,
	   "least width %g: %u of %u nodes are built%s", minwidth, f[1].tree.n, f[0].tree.n,
	   negative ? ": values below 0" : "");
	ok(boxes[0].n > 100 && str_eq(buf_str(&boxes[0]), buf_str(&boxes[1])), "the same boxes");
	ok(text[0].n > 200000 && str_eq(buf_str(&text[0]), buf_str(&text[1])) && k[0].n == k[1].n &&
		   k[0].unit == k[1].unit && list[0].n == list[1].n,
	   "and the same packed tree");
	for (size_t i = 0; i < 2; i++) {
		buf_release(&text[i]);
		buf_release(&boxes[i]);
		namelist_release(&list[i]);
		flame_release(&f[i]);
	}
	model_release(&p);
}

int main(void)
{
	text();
	numbers();
	packed();
	colors();
	contrasts();
	palette_contrasts();
	palettes();
	changes();
	layouts();
	wakers();
	many_nodes(TREE_BY_NAME, false);
	many_nodes(TREE_BY_NAME, true);
	many_nodes(TREE_BY_TOTAL, true);
	drawn(0.1, false);
	drawn(2, false);
	drawn(1, true);
	terminal();
	buf_release(&b);
	return done();
}
