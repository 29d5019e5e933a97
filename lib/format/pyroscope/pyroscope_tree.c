/*
 * Two encodings of stacks with numbers that Pyroscope's /ingest takes. Both are nodes in
 * depth-first order, each
 *
 *	length of the name, name, value, number of children      (varints as in protobuf)
 *
 * "tree": a node is a frame, and its value is self time; the first node is the root, whose
 * name is empty. "trie": the name of a node is the next piece of a text, which is a whole
 * stack "root;caller;leaf" where the node has a value; the pieces may end inside names.
 *
 * The encodings have no magic number, so they are read only where they are named.
 */
#include "format/format.h"
#include "format/pyroscope/named_stack.h"
#include "io/cursor.h"

/* Limits: the depth of a tree in nodes, and the length of a stack of a trie in bytes. */
enum { MOST_DEPTH = 65536, MOST_TEXT = 1 << 20 };

struct node {
	struct str name;
	uint64_t value, nchild;
};

static bool next_node(struct cursor *c, struct node *n)
{
	n->name = cursor_bytes(c, cursor_uleb(c));
	n->value = cursor_uleb(c);
	n->nchild = cursor_uleb(c);
	/* Each child takes three bytes at least. */
	if (!c->failed && n->nchild > cursor_left(c) / 3)
		cursor_fail(c);
	return !c->failed;
}

/* A node whose children are still being read. */
struct open_node {
	uint64_t nleft; /* children that follow */
	size_t text;    /* of a trie: bytes of the text up to here */
};

struct walk {
	struct in *in;
	struct cursor c;
	struct named_stacks stacks;
	VEC(struct open_node) open;
	VEC(loc_id) frames; /* of a tree: of the open nodes */
	struct buf text;    /* of a trie: of the open nodes */
};

/* Close the nodes that have no children left. */
static void close_nodes(struct walk *w)
{
	while (w->open.n && !vec_last(&w->open).nleft) {
		vec_pop(&w->open);
		w->text.n = w->open.n ? vec_last(&w->open).text : 0;
		w->frames.n = min_size(w->frames.n, w->open.n ? w->open.n - 1 : 0);
	}
}

static bool tree_node(struct walk *w, const struct node *n)
{
	/* The first node is the root, which is not a frame. */
	if (w->open.n)
		vec_push(&w->frames, named_stacks_frame(&w->stacks, n->name));
	if (n->value)
		named_stacks_add(&w->stacks, w->frames.v, w->frames.n,
				 sat_count(w->stacks.p, n->value));
	return true;
}

static bool trie_node(struct walk *w, const struct node *n)
{
	buf_add(&w->text, n->name);
	if (w->text.n > MOST_TEXT)
		return false;
	if (n->value)
		named_stacks_add_text(&w->stacks, buf_str(&w->text),
				      sat_count(w->stacks.p, n->value));
	return true;
}

/* Nodes up to the end of the first one. */
static void walk_nodes(struct walk *w, bool (*take)(struct walk *w, const struct node *n))
{
	struct node n;

	do {
		size_t at = (size_t)cursor_pos(&w->c);

		if (!next_node(&w->c, &n)) {
			in_fail_at(w->in, at, "expected a node: name, value, number of children");
			return;
		}
		if (w->open.n)
			vec_last(&w->open).nleft--;
		if (w->open.n >= MOST_DEPTH || !take(w, &n)) {
			in_fail_at(w->in, at, "the nodes are nested too deeply");
			return;
		}
		vec_push(&w->open, { n.nchild, w->text.n });
		close_nodes(w);
	} while (w->open.n);
	if (cursor_left(&w->c))
		in_fail_at(w->in, cursor_pos(&w->c), "the tree has ended, but %zu bytes follow",
			   cursor_left(&w->c));
}

static bool read_nodes(struct in *in, struct profile *p,
		       bool (*take)(struct walk *w, const struct node *n))
{
	struct walk w = { .in = in };
	struct str bytes;

	if (!in_frame(in, &bytes))
		return false;
	w.c = cursor_over(bytes);
	named_stacks_begin(&w.stacks, p);
	walk_nodes(&w, take);
	named_stacks_release(&w.stacks);
	vec_release(&w.open);
	vec_release(&w.frames);
	buf_release(&w.text);
	return !in->failed;
}

static bool read_tree(struct in *in, struct profile *p)
{
	return read_nodes(in, p, tree_node);
}

static bool read_trie(struct in *in, struct profile *p)
{
	return read_nodes(in, p, trie_node);
}

const struct format format_pyroscope_tree = {
	.name = "pyroscope-tree",
	.help = "Pyroscope's tree of frames",
	.read = read_tree,
};

const struct format format_pyroscope_trie = {
	.name = "pyroscope-trie",
	.help = "Pyroscope's trie of folded stacks",
	.read = read_trie,
};
