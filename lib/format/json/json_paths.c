#include "format/json/json_paths.h"

#include "io/json_read.h"

/*
 * HEAD: Firefox and Chrome first write about 10 KiB about themselves. A folded line "[x] 3"
 * has FEW tokens before its error.
 */
enum { HEAD = 64 << 10, MOST_PATHS = 2000, FEW = 8 };

/* The state of a walk through the tokens of the head. */
struct walk {
	struct json_in j;
	struct buf path;
	size_t end[JSON_PATH_DEEPEST + 1]; /* of the path of the container at each depth */
	bool is_array[JSON_PATH_DEEPEST + 1];
	size_t ntoken;
};

/* The path of the token's value: that of its container, and a step. */
static void note_path(struct sniff *s, struct walk *w, uint32_t depth, struct str step)
{
	w->path.n = w->end[depth];
	if (w->path.n)
		buf_ch(&w->path, '.');
	buf_add(&w->path, step);
	if (s->json_paths.n < MOST_PATHS)
		strings_intern(&s->json_paths, buf_str(&w->path));
}

static bool begins_value(enum json_kind kind)
{
	return kind != JSON_KEY && kind != JSON_OBJECT_END && kind != JSON_ARRAY_END;
}

static void walk_token(struct sniff *s, struct walk *w, enum json_kind kind)
{
	bool opens = kind == JSON_OBJECT || kind == JSON_ARRAY;
	uint32_t depth = w->j.depth - opens; /* of the container that holds the token */

	if (depth < JSON_PATH_DEEPEST && depth > 0 && w->is_array[depth] && begins_value(kind))
		note_path(s, w, depth, kind == JSON_NUMBER ? S("#") : S("*"));
	if (kind == JSON_KEY && depth <= JSON_PATH_DEEPEST)
		note_path(s, w, depth, w->j.text);
	if (opens && depth < JSON_PATH_DEEPEST) {
		w->end[depth + 1] = depth ? w->path.n : 0;
		w->is_array[depth + 1] = kind == JSON_ARRAY;
	}
}

/* False if there is an error, which hides the tokens before it; *end is after them. */
static bool walk_head(struct sniff *s, struct str head, size_t *end, size_t *ntoken)
{
	struct walk w = { .ntoken = 0 };
	struct in in;
	enum json_kind kind;
	bool ok;

	in_open_memory(&in, "head", head);
	json_in_open(&w.j, &in);
	w.j.cut_short = true;
	for (; (kind = json_next(&w.j)) != JSON_END; w.ntoken++)
		walk_token(s, &w, kind);
	*ntoken = w.ntoken;
	*end = (size_t)w.j.last_pos;
	ok = !in.failed;
	json_in_close(&w.j);
	in_close(&in);
	in_release(&in);
	buf_release(&w.path);
	return ok;
}

/* Walk through the tokens up to the first error; a few tokens are no evidence. */
static void walk_valid_head(struct sniff *s, struct str head)
{
	size_t end, ntoken = 0;
	bool ok = walk_head(s, head, &end, &ntoken);

	if (!ok && !ntoken) {
		head.n = min_size(head.n, end);
		walk_head(s, head, &end, &ntoken);
	}
	s->is_json = ntoken > FEW || (ok && ntoken);
}

/* The first character that is not a blank. */
static char first_character(struct str s)
{
	size_t i = 0;

	while (i < s.n && (is_blank(s.p[i]) || s.p[i] == '\n' || s.p[i] == '\r'))
		i++;
	return i < s.n ? s.p[i] : 0;
}

static void look(struct sniff *s)
{
	char first = first_character(s->head);
	struct str head;

	strings_init(&s->json_paths);
	if (first != '{' && first != '[')
		return;
	head = in_peek(s->in, HEAD);
	head.n = min_size(head.n, HEAD);
	walk_valid_head(s, head);
	/* The head may have moved. */
	s->head.p = head.p;
}

bool json_is_json(struct sniff *s)
{
	if (!s->json_paths.n)
		look(s);
	return s->is_json;
}

bool json_has(struct sniff *s, struct str path)
{
	return json_is_json(s) && strings_find(&s->json_paths, path);
}
