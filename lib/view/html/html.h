/*
 * The parts of the HTML view: a page with tables, trees and pictures of a whole profile, all
 * of its sample types, labels and times.
 *
 * The page holds the profile as data, from which its script computes every number that it
 * shows, so that filters are exact. The data are
 *
 *	names	the distinct names, in byte order, with their colours
 *	tree	the call tree of all stacks of all types: nodes, callers first
 *	rows	the samples: node, set of labels, slot of time, a value for each type
 *	conf	JSON: types, labels, times, facts, verdicts ...
 *
 * A part of the page is one file html_NAME.c with a `const struct html_part`, and a word in
 * HTML_PARTS. It writes members of conf, blocks of data, or both. A file in lib/view/html/js
 * reads them, and registers a tab (see tabs.js) or a control.
 */
#ifndef HTML_HTML_H
#define HTML_HTML_H

#include "io/json.h"
#include "view/html/html_rows.h"
#include "view/svg.h"

/* A source line of a function. */
struct html_place {
	str_id name, file;
	uint32_t line;
};

struct html_places {
	struct html_place *place; /* by number; [0] is unused */
	size_t n, cap;
	uint32_t *of; /* by str_id of the tree's names: the number of the place */
	size_t nof;
};

struct page {
	struct out *out;
	struct profile *p;
	const struct view_options *o;
	struct svg svg;      /* the first view, with its tree and its names */
	struct tree by_line; /* with o->source: a node for each line of a function */
	struct html_places places;
	const struct tree *tree; /* by_line, or that of the first view */
	uint32_t *node;          /* by stack_id: the number of the node where the stack ends */
	uint32_t nstack;
	struct html_rows rows;
};

struct html_part {
	/* Write members of the script's object `conf`. May be NULL. */
	void (*conf)(struct page *page, struct json *j);
	/* Write blocks of data. May be NULL. */
	void (*blocks)(struct page *page);
};

#define HTML_PARTS(X)                                                                              \
	X(types) X(names) X(tree) X(rows) X(labels) X(times) X(facts) X(changes) X(source)
#define HTML_DECLARE(name) extern const struct html_part html_part_##name;
HTML_PARTS(HTML_DECLARE)

/* Name frames by function, file and line, and build page->by_line from them. */
void html_tree_by_line(struct page *page);
void html_places_release(struct page *page);

/*
 * Write a block of data: deflated (zlib's form, RFC 1950), in base64. js/data.js reads it
 * by its name.
 */
void html_block(struct page *page, const char *name, const struct buf *bytes);

/* Append a number in LEB128: 7 bits a byte, the lowest first, plus 128 if another byte follows. */
void html_number(struct buf *b, uint64_t v);

/* The same for a signed number: 0, -1, 1, -2, 2 ... are written as 0, 1, 2, 3, 4 ... */
void html_signed(struct buf *b, int64_t v);

#endif
