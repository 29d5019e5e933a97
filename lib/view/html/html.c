/*
 * A self-contained HTML page: the verdict if there is one, a first view as plain SVG for
 * readers without script, the profile as data, and the script.
 *
 * Untrusted text is only in markup text and attributes (escape.h), in JSON (json.h), or in
 * base64. The page's Content-Security-Policy allows only its own script and style: the page
 * can neither load nor send anything.
 */
#include "view/html/html.h"

#include "base/relay.h"
#include "html_assets.h"
#include "io/escape.h"
#include "view/assets.h"

static void put_markup(const struct page *page, const char *text)
{
	out_add(page->out, str_of(text));
}

static void put_text(const struct page *page, struct str text)
{
	xml_text(&page->out->bytes, text);
}

/* The browser runs only the script with this SHA-256. */
static void put_policy(const struct page *page)
{
	put_markup(page,
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		   "script-src 'sha256-" HTML_SCRIPT_SHA256 "'; style-src 'unsafe-inline'; "
		   "base-uri 'none'; form-action 'none'\">\n");
}

/* Colours that options set. A given backdrop decides light or dark. */
static void put_theme(const struct page *page)
{
	const struct view_options *o = page->o;
	struct buf *b = &page->out->bytes;

	buf_add(b, S(":root { --match: "));
	rgb_put(b, o->match);
	buf_add(b, rgb_wants_white(o->match) ? S("; --match-ink: #fff") : S("; --match-ink: #000"));
	if (o->has_backdrop) {
		buf_add(b, S("; --bar: "));
		rgb_put(b, o->backdrop[0]);
	}
	if (o->fonttype) { /* font_is_safe() excludes text that would end the style */
		buf_add(b, S("; --font: "));
		buf_add(b, str_of(o->fonttype));
	}
	buf_add(b, S("; }\n"));
}

static void put_head(const struct page *page)
{
	const struct view_options *o = page->o;
	bool dark = o->has_backdrop && rgb_wants_white(o->backdrop[0]);

	put_markup(page, "<!DOCTYPE html>\n<html lang=\"en\" class=\"");
	put_markup(page, dark ? "dark" : o->has_backdrop ? "light" : "auto");
	put_markup(page, "\">\n<head>\n<meta charset=\"utf-8\">\n");
	put_policy(page);
	put_markup(page,
		   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		   "<meta name=\"generator\" content=\"prof-flame\">\n<title>");
	put_text(page, page->svg.title);
	put_markup(page, "</title>\n");
	if (o->notes) {
		put_markup(page, "<meta name=\"description\" content=\"");
		put_text(page, str_of(o->notes));
		put_markup(page, "\">\n");
	}
	put_markup(page, "<style>\n");
	svg_styles(&page->svg, S(":root"));
	put_theme(page);
	out_add(page->out, asset_page_css());
	put_markup(page, "</style>\n</head>\n");
}

static void put_first_view(const struct page *page)
{
	put_markup(page, "<div id=\"still\">\n");
	svg_head(&page->svg);
	svg_first_view(&page->svg);
	put_markup(page, "</svg>\n</div>\n");
}

static const struct html_part *const parts[] = {
#define HTML_PART(name) &html_part_##name,
	HTML_PARTS(HTML_PART)
};

/*
 * The tree's data are ready long before they are written, and take long to deflate: another thread
 * does that while this one lists the rows and draws the first view.
 */
struct tree_data {
	struct relay relay;
	struct page page; /* with an output of its own */
	struct out out;
};

static void put_tree(void *context, void *page)
{
	(void)context;
	html_part_tree.blocks(page);
}

static void begin_tree(struct tree_data *t, const struct page *page)
{
	out_open_memory(&t->out);
	t->page = *page;
	t->page.out = &t->out;
	relay_begin(&t->relay, put_tree, NULL, true);
	relay_pass(&t->relay, &t->page);
}

static void end_tree(struct tree_data *t, struct out *to)
{
	relay_end(&t->relay);
	out_add(to, buf_str(&t->out.bytes));
	out_release(&t->out);
}

static void put_data(struct page *page, struct tree_data *tree)
{
	struct json j = { .b = &page->out->bytes, .indented = 2 };

	for (size_t i = 0; i < LEN(parts); i++) {
		if (parts[i] == &html_part_tree)
			end_tree(tree, page->out);
		else if (parts[i]->blocks)
			parts[i]->blocks(page);
	}
	put_markup(page, "<script type=\"application/json\" id=\"conf\">");
	json_begin_object(&j);
	for (size_t i = 0; i < LEN(parts); i++)
		if (parts[i]->conf)
			parts[i]->conf(page, &j);
	json_end_object(&j);
	put_markup(page, "</script>\n");
}

static void write_page(struct page *page, struct tree_data *tree)
{
	put_head(page);
	put_markup(page, "<body>\n");
	if (page->o->above.n) {
		put_markup(page, "<section id=\"above\">\n");
		out_add(page->out, page->o->above);
		put_markup(page, "</section>\n");
	}
	put_first_view(page);
	put_data(page, tree);
	put_markup(page, "<script>");
	out_add(page->out, asset_page_js());
	put_markup(page, "</script>\n</body>\n</html>\n");
}

/* Number the nodes in page->node as they are drawn. Trees are built in the order of names. */
static void number_nodes(struct page *page)
{
	uint32_t depth = 0, n = 1, *number;

	if (page->tree == &page->by_line || page->o->order == ORDER_BY_NAME)
		return;
	number = mem_zeroed(page->tree->n, sizeof(*number));
	for (uint32_t i = tree_next(page->tree, 0, &depth); i; i = tree_next(page->tree, i, &depth))
		number[i] = n++;
	for (uint32_t i = 0; i < page->nstack; i++)
		page->node[i] = number[page->node[i]];
	mem_free(number, page->tree->n * sizeof(*number));
}

/* Set the title to the recorded command, if it is known. */
static void set_title(struct svg *s)
{
	bool diff = s->flame.tree.diff;
	struct buf command = { 0 };

	flame_put_command(&s->flame, &command);
	s->titled.n = 0;
	buf_add(&s->titled, diff ? S("Comparison") : command.n ? S("") : S("Profile"));
	buf_add(&s->titled, diff && command.n ? S(": ") : S(""));
	buf_add(&s->titled, buf_str(&command));
	s->title = buf_str(&s->titled);
	buf_release(&command);
}

static void build_page(struct page *page, struct tree_data *tree)
{
	page->tree = &page->svg.flame.tree;
	svg_init(&page->svg, NULL);
	if (!page->o->title)
		set_title(&page->svg);
	if (page->o->source)
		html_tree_by_line(page);
	begin_tree(tree, page);
	number_nodes(page);
	html_rows_init(&page->rows, page->p, page->node, page->tree->n);
}

static void release_page(struct page *page)
{
	html_rows_release(&page->rows);
	html_places_release(page);
	tree_release(&page->by_line);
	svg_release(&page->svg);
}

static bool draw_html(struct out *out, struct profile *p, const struct view_options *o,
		      struct view_result *r)
{
	struct page page = { .out = out,
			     .p = p,
			     .o = o,
			     .svg = { .out = out, .o = o },
			     .nstack = p->dict->stack.n };
	struct tree_data tree;
	bool ok;

	page.node = mem_zeroed(page.nstack, sizeof(*page.node));
	ok = flame_init_all(&page.svg.flame, p, o, r, page.node);
	if (ok) {
		build_page(&page, &tree);
		write_page(&page, &tree);
		release_page(&page);
	}
	flame_release(&page.svg.flame);
	mem_free(page.node, page.nstack * sizeof(*page.node));
	return ok;
}

const struct view view_html = { "html", "a page for the browser: tables, trees, times, labels",
				draw_html, true };
