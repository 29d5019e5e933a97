/*
 * A picture for terminals: a line for each frame, with a bar at the place of the frame's box
 * in an icicle graph, its shares, and its name. The root is at the top.
 *
 *	------------------  100.0%   0.0%  main
 *	-----------          60.0%   2.0%  |- parse
 *	----------           58.0%  58.0%  |  read
 *	           -------   40.0%  40.0%  `- idle
 *
 * A frame is indented below its caller only if the caller has several callees, so that deep
 * stacks leave room for names.
 */
#include "io/number.h"
#include "view/change.h"
#include "view/flame.h"
#include "view/legend.h"
#include "view/terminal.h"

/* Room for "100.0%" and for a change. */
enum { SHARE = 6, CHANGE = 9, GAP = 2, LEAST_NAME = 12, USUAL_COLUMNS = 80 };

struct text {
	struct out *out;
	const struct view_options *o;
	struct flame flame;
	size_t columns, bar, name; /* of the line, of bars and of names */
	double least;
	struct buf line; /* the branches before a name: see branch() */
	size_t *end;     /* by depth: the bytes of `line` that precede its callees */
	uint32_t shown;
};

/* Bars */

/* The left `eighths` of a column. */
static struct str part_of_column(unsigned eighths, bool ascii)
{
	static const char *const blocks[] = { "",       "\u258f", "\u258e", "\u258d", "\u258c",
					      "\u258b", "\u258a", "\u2589", "\u2588" };

	return ascii ? S("#") : str_of(blocks[eighths]);
}

static void put_blanks(struct buf *b, size_t n)
{
	while (n--)
		buf_ch(b, ' ');
}

/* Append a bar, from the column in which it begins to the eighth in which it ends. */
static void put_bar(const struct text *t, const struct walk *w, struct rgb color)
{
	struct buf *b = &t->out->bytes;
	double per = (double)t->bar * 8 / t->flame.layout.whole;
	size_t from = (size_t)(w->left * per / 8), to, column;

	if (!t->bar)
		return;
	from = min_size(from, t->bar - 1);
	to = (size_t)((w->left + (w->node ? layout_weight(&t->flame.layout, w->node) :
					    t->flame.layout.whole)) *
			      per +
		      0.5);
	to = min_size(max_size(to, from * 8 + 1), t->bar * 8);
	put_blanks(b, from);
	terminal_color(b, color, t->o->text_color);
	for (column = from; column * 8 < to; column++)
		buf_add(b, part_of_column((unsigned)min_size(to - column * 8, 8), t->o->ascii));
	terminal_color_end(b, t->o->text_color);
	put_blanks(b, t->bar - column + GAP);
}

static const struct rgb no_color = { 136, 136, 136 };

static struct rgb color_of(const struct text *t, uint32_t node)
{
	const struct tree_node *n = &t->flame.tree.node[node];
	struct change c;

	if (t->flame.tree.diff) {
		c = layout_change(&t->flame.layout, node);
		if (!evidence_for(&t->flame.evidence, &t->flame.layout, node))
			return no_color;
		return change_color[change_step(c.from, c.to) + CHANGE_STEPS];
	}
	return node ? palette_color(t->o->palette, t->o->shade,
				    dict_text(t->flame.p->dict, n->name),
				    tree_flags(&t->flame.tree, n->name)) :
		      no_color;
}

/* Numbers */

/* Append text so that it ends after `columns`. */
static void put_right(struct buf *b, const struct buf *text, size_t columns)
{
	put_blanks(b, columns - min_size(columns, text->n));
	buf_add(b, buf_str(text));
	put_blanks(b, GAP);
}

static void put_share(const struct text *t, double v)
{
	struct buf share = { 0 };

	number_share(&share, v, t->flame.layout.all, 1);
	put_right(&t->out->bytes, &share, SHARE);
	buf_release(&share);
}

static void put_change(const struct text *t, uint32_t node)
{
	struct buf change = { 0 };

	legend_change(&change, layout_change(&t->flame.layout, node));
	put_right(&t->out->bytes, &change, CHANGE);
	buf_release(&change);
}

/* Branches */

static bool is_shown(const struct text *t, uint32_t node)
{
	double weight = layout_weight(&t->flame.layout, node);

	return weight > 0 && weight >= t->least;
}

static uint32_t next_shown(const struct text *t, uint32_t node)
{
	while (node && !is_shown(t, node))
		node = t->flame.tree.node[node].next;
	return node;
}

/* The branch from a node's caller: '|' if others follow, '`' for the last, 0 for the only one. */
static char branch(const struct text *t, uint32_t node)
{
	const struct tree_node *all = t->flame.tree.node;

	if (!node)
		return 0;
	if (next_shown(t, all[node].next))
		return '|';
	return next_shown(t, all[all[node].parent].first) == node ? 0 : '`';
}

static struct str line_drawing(char c, bool ascii)
{
	if (c == '|')
		return ascii ? S("| ") : S("\u2502 ");
	return S("  ");
}

static struct str branch_drawing(char c, bool ascii)
{
	if (c == '|')
		return ascii ? S("|-") : S("\u251c\u2574");
	return ascii ? S("`-") : S("\u2514\u2574");
}

/* Append the branches that lead to a name. Returns their columns. */
static size_t put_branches(const struct text *t, char own)
{
	size_t most = (t->name - min_size(t->name, LEAST_NAME)) / 2;
	size_t n = t->line.n, from = n - min_size(n, most);

	for (size_t i = from; i < n; i++)
		buf_add(&t->out->bytes, own && i == n - 1 ?
						branch_drawing(own, t->o->ascii) :
						line_drawing(t->line.p[i], t->o->ascii));
	return 2 * (n - from);
}

static void put_name(struct text *t, const struct walk *w)
{
	str_id name = t->flame.tree.node[w->node].name;
	char own = branch(t, w->node);
	size_t used;

	t->line.n = w->depth ? t->end[w->depth - 1] : 0;
	if (own)
		buf_ch(&t->line, own);
	t->end[w->depth] = t->line.n;
	used = put_branches(t, own);
	terminal_text(&t->out->bytes, w->node ? dict_text(t->flame.p->dict, name) : S("all"),
		      t->name - used, t->o->ascii);
}

/* Lines */

static void put_line(struct text *t, const struct walk *w)
{
	const struct tree_node *node = &t->flame.tree.node[w->node];

	put_bar(t, w, color_of(t, w->node));
	put_share(t, w->node ? (double)node->total : t->flame.layout.all);
	if (t->flame.tree.diff)
		put_change(t, w->node);
	else
		put_share(t, (double)node->self);
	put_name(t, w);
	out_add(t->out, S("\n"));
	t->shown++;
}

/* Write a line of text, cut to the width. */
static void put_words(const struct text *t, struct buf *words)
{
	terminal_text(&t->out->bytes, buf_str(words), t->columns, t->o->ascii);
	out_add(t->out, S("\n"));
	words->n = 0;
}

/* Write words in as many lines as they need: without its middle, a sentence has no sense. */
static void put_sentence(const struct text *t, struct str s)
{
	struct buf line = { 0 };

	while (s.n) {
		struct str word = str_cut(&s, ' ');

		if (line.n && line.n + 1 + word.n > t->columns)
			put_words(t, &line);
		if (line.n)
			buf_ch(&line, ' ');
		buf_add(&line, word);
	}
	put_words(t, &line);
	buf_release(&line);
}

static void put_caption(const struct text *t)
{
	struct buf words = { 0 };

	if (t->o->title) {
		buf_add(&words, str_of(t->o->title));
		put_words(t, &words);
	}
	if (t->flame.tree.diff)
		legend_totals(&words, &t->flame, S(" -> "));
	else
		flame_put_total(&t->flame, &words);
	put_words(t, &words);
	if (t->flame.evidence.known)
		put_sentence(t, t->flame.evidence.about);
	put_blanks(&words, t->bar ? t->bar + GAP : 0);
	buf_add(&words,
		t->flame.tree.diff ? S(" total     change  frame") : S(" total    self  frame"));
	put_words(t, &words);
	buf_release(&words);
}

static void put_rest(const struct text *t)
{
	uint32_t left_out = t->flame.tree.n - t->shown;
	struct buf words = { 0 };

	if (left_out) {
		buf_printf(&words, "(%u frame%s below %g%% not shown)", left_out,
			   left_out == 1 ? "" : "s", 100 * t->least / t->flame.layout.whole);
		put_words(t, &words);
	}
	buf_release(&words);
}

static void measure_columns(struct text *t)
{
	const struct view_options *o = t->o;
	size_t numbers = SHARE + (t->flame.tree.diff ? CHANGE : SHARE) + 2 * GAP;

	t->columns = o->width ? (size_t)o->width : USUAL_COLUMNS;
	t->bar = t->columns < 48 ? 0 : min_size(t->columns * 3 / 10, 48);
	t->name = t->columns - min_size(t->columns, numbers + (t->bar ? t->bar + GAP : 0));
	t->least = o->minwidth * t->flame.layout.whole /
		   (o->minwidth_percent ? 100 : (double)max_size(t->bar, 1));
}

static void write_lines(struct text *t)
{
	struct walk w;

	measure_columns(t);
	t->end = mem_zeroed((size_t)t->flame.tree.depth + 1, sizeof(*t->end));
	put_caption(t);
	walk_init(&w, &t->flame.layout, t->least);
	while (walk_next(&w))
		put_line(t, &w);
	walk_release(&w);
	put_rest(t);
	mem_free(t->end, ((size_t)t->flame.tree.depth + 1) * sizeof(*t->end));
	buf_release(&t->line);
}

static bool draw_text(struct out *out, struct profile *p, const struct view_options *o,
		      struct view_result *r)
{
	struct text t = { .out = out, .o = o };
	bool ok = flame_init(&t.flame, p, o, r);

	if (ok)
		write_lines(&t);
	flame_release(&t.flame);
	return ok;
}

const struct view view_text = { "text", "for the terminal, as wide as it is", draw_text };
