/*
 * Folded (collapsed) stacks, one per line: "root;caller;leaf COUNT".
 *
 * A count may have a fraction ("6.", "31.25"), may be negative, and may have blanks or
 * tabs on both sides. If every line has two numbers, the file is a differential, "BASE
 * NEW"; if other lines have one, the first of two belongs to a name, such as "thread 7".
 * The frame annotations _[k], _[j], _[1] (compiled by Java's C1) and _[i] set flags and stay
 * in the name. Processes and threads at the root become labels: folded_roots.h. Blank lines
 * are ignored; any other line is malformed.
 */
#include "format/folded.h"

#include "analyze/total.h"
#include "base/relay.h"
#include "format/folded_roots.h"
#include "format/format.h"
#include "profile/adder.h"

/* The capacity of a block, in lines and in bytes of names. */
enum { BLOCK_LINES = 1024, BLOCK_BYTES = 256 << 10 };

/* A line, without the frames that it shares with the previous line. */
struct folded_line {
	uint32_t shared; /* frames, from the root on */
	uint32_t nname;  /* the number of names after these: the next ones of the block */
	struct folded_count last, base; /* base: of a differential */
};

/* A name is n bytes of the block's text from here. The thread with less work hashes it. */
struct folded_name {
	size_t first, n;
	uint32_t hash;
};

/* Lines whose names are looked up together, maybe by another thread. */
struct line_block {
	VEC(struct folded_line) lines;
	VEC(struct folded_name) names;
	struct buf text;
};

/* State for turning lines into names: */
struct reader {
	struct in *in;
	bool is_diff;
	uint64_t two_numbers; /* the first line with two numbers, if not all have two */
	size_t last, nlast;   /* the stack of the previous line, in the block's text */
	VEC(size_t) ends;     /* of its frames in that stack */
	struct line_block block[RELAY_BLOCKS];
	unsigned filling; /* the block that receives lines */
};

/* State for turning names into samples. This side uses the dictionary. */
struct stacker {
	struct profile *p;
	uint32_t col;
	bool is_diff;
	VEC(str_id) names;  /* of the block */
	VEC(loc_id) loc_of; /* by string number; 0 = not made yet */
	VEC(loc_id) stack;  /* of the previous line */
	struct folded_roots roots;
	struct adder adder;
	uint64_t saturated; /* counts whose negative does not fit */
};

/* Counts */

bool folded_count(struct str s, struct folded_count *c)
{
	bool negative = s.n && s.p[0] == '-';
	struct str decimals = s, whole = str_cut(&decimals, '.');
	uint64_t unit = FRAC_ONE / 10;

	c->frac = 0;
	if (!str_i64(whole, &c->whole))
		return false;
	for (size_t i = 0; i < decimals.n; i++, unit /= 10) {
		if (!is_digit(decimals.p[i]))
			return false;
		c->frac += unit * (uint64_t)(decimals.p[i] - '0');
	}
	if (negative && c->frac && c->whole == INT64_MIN)
		return false;
	if (negative && c->frac) {
		c->frac = FRAC_ONE - c->frac;
		c->whole--;
	}
	return true;
}

/*
 * If the last word of *line is a count, cut it off, with all blanks after it and one blank
 * before it; any other blank belongs to the name.
 */
static bool cut_count(struct str *line, struct folded_count *c)
{
	size_t at;

	while (line->n && is_blank(line->p[line->n - 1]))
		line->n--;
	at = line->n;
	while (at &&
	       (is_digit(line->p[at - 1]) || line->p[at - 1] == '.' || line->p[at - 1] == '-'))
		at--;
	if (!at || (line->p[at - 1] != ' ' && line->p[at - 1] != '\t') ||
	    !folded_count(str_skip(*line, at), c))
		return false;
	line->n = at - 1;
	return true;
}

/* From names to samples */

static uint32_t annotation(struct str name)
{
	if (str_ends(name, S("_[k]")))
		return LOC_KERNEL;
	if (str_ends(name, S("_[j]")) || str_ends(name, S("_[1]")))
		return LOC_JIT;
	return str_ends(name, S("_[i]")) ? LOC_INLINED : 0;
}

/* The location of a name, given by its number. */
static loc_id named_frame(struct stacker *k, str_id text)
{
	loc_id *loc;

	if (text.i >= k->loc_of.n)
		vec_append_zeroed(&k->loc_of, k->p->dict->str.n - k->loc_of.n);
	loc = &k->loc_of.v[text.i];
	if (!loc->i) {
		struct loc row = { .flags = annotation(dict_text(k->p->dict, text)) };

		row.func = dict_add_func(k->p->dict, (struct func){ .name = text });
		*loc = dict_add_loc(k->p->dict, row);
	}
	return *loc;
}

/* Look up all names of a block, many together so that they wait for memory together. */
static void intern_names(struct stacker *k, const struct line_block *b)
{
	struct str text[INDEX_GROUP];
	uint32_t hash[INDEX_GROUP];
	size_t n;

	vec_reserve(&k->names, b->names.n);
	for (size_t at = 0; at < b->names.n; at += n) {
		const struct folded_name *name = b->names.v + at;

		n = min_size(b->names.n - at, INDEX_GROUP);
		for (size_t i = 0; i < n; i++) {
			text[i] = str(b->text.p + name[i].first, name[i].n);
			hash[i] = name[i].hash;
		}
		dict_intern_hashed(k->p->dict, text, hash, n, k->names.v + at);
	}
}

/* Add a sample with the stack of this line. */
static void add_folded_sample(struct stacker *k, label_set_id labels, struct folded_count c)
{
	adder_sample(&k->adder, k->stack.v + k->roots.n, k->stack.n - k->roots.n, labels);
	adder_value(&k->adder, k->col, c.whole, 1, c.frac);
}

/* The base side is stored as in pprof: negated, and labelled. */
static struct folded_count negated(struct stacker *k, struct folded_count c)
{
	k->saturated += c.whole == INT64_MIN;
	c.whole = c.whole == INT64_MIN ? INT64_MAX : -c.whole;
	if (c.frac) {
		c.whole--;
		c.frac = FRAC_ONE - c.frac;
	}
	return c;
}

static label_set_id base_labels(struct stacker *k)
{
	return dict_add_text_label(k->p->dict, k->roots.labels, BASE_LABEL, S("true"));
}

/* Names become the stack of a line, after the frames that it shares; its counts become samples. */
static void add_line(struct stacker *k, const struct folded_line *line, const str_id *name)
{
	k->stack.n = line->shared;
	for (uint32_t i = 0; i < line->nname; i++)
		vec_push(&k->stack, named_frame(k, name[i]));
	folded_roots(&k->roots, k->p->dict, k->stack.v, k->stack.n);
	add_folded_sample(k, k->roots.labels, line->last);
	if (k->is_diff)
		add_folded_sample(k, base_labels(k), negated(k, line->base));
}

static void add_lines(void *stacker, void *block)
{
	struct stacker *k = stacker;
	struct line_block *b = block;
	size_t at = 0;

	intern_names(k, b);
	for (size_t i = 0; i < b->lines.n; i++) {
		add_line(k, &b->lines.v[i], k->names.v + at);
		at += b->lines.v[i].nname;
	}
	vec_clear(&b->lines);
	vec_clear(&b->names);
	b->text.n = 0;
}

/* From lines to names */

/* The length of the common prefix of a and b. */
static size_t shared_bytes(struct str a, struct str b)
{
	size_t n = min_size(a.n, b.n), i = 0;
	uint64_t x, y;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a.p + i, 8);
		memcpy(&y, b.p + i, 8);
		if (x != y)
			return i + (size_t)__builtin_ctzll(x ^ y) / 8;
	}
	while (i < n && a.p[i] == b.p[i])
		i++;
	return i;
}

/*
 * Keep the frames that this line shares with the previous one, from the root on. Returns
 * the end of their text.
 */
static size_t keep_shared(struct reader *r, struct str stack, struct str last)
{
	size_t same = shared_bytes(stack, last);
	const size_t *end = r->ends.v;
	size_t n = r->ends.n;

	while (n && (end[n - 1] > same || (end[n - 1] < stack.n && stack.p[end[n - 1]] != ';')))
		n--;
	r->ends.n = n;
	return n ? end[n - 1] : 0;
}

/* Put the stack of a line into the block. */
static void split_stack(struct reader *r, struct str stack, struct folded_count last,
			struct folded_count base)
{
	struct line_block *b = &r->block[r->filling];
	size_t shared = keep_shared(r, stack, str(b->text.p + r->last, r->nlast));
	struct folded_line line = { .shared = (uint32_t)r->ends.n, .last = last, .base = base };
	struct str rest = str_skip(stack, shared);

	r->last = b->text.n;
	r->nlast = stack.n;
	buf_add(&b->text, stack);
	if (r->ends.n && rest.n)
		rest = str_skip(rest, 1); /* the ';' */
	while (rest.n) {
		struct str name = str_cut(&rest, ';');
		size_t at = (size_t)(name.p - stack.p);

		if (!name.n)
			continue; /* "a;;b": an empty frame is ignored */
		vec_push(&r->ends, at + name.n);
		vec_push(&b->names, { r->last + at, name.n, hash_bytes(name.p, name.n) });
		line.nname++;
	}
	vec_push(&b->lines, line);
}

static bool read_folded_line(struct reader *r, struct str line)
{
	struct str stack = line, name;
	struct folded_count last, before;
	bool has_two;

	if (!cut_count(&stack, &last) || memchr(stack.p, '\r', stack.n))
		return in_bad(r->in, "expected 'frame;frame COUNT', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	name = stack;
	has_two = cut_count(&stack, &before);
	if (r->is_diff && !has_two)
		return in_bad(r->in, "expected two counts, as on the lines before, found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	if (has_two && !r->is_diff && !r->two_numbers)
		r->two_numbers = r->in->line;
	split_stack(r, r->is_diff ? stack : name, last, before);
	return true;
}

/* Do all lines at the beginning of the input end in two counts? */
static bool begins_differential(struct in *in)
{
	enum { LOOK = 64 << 10 };
	struct str head = in_peek(in, LOOK), line;
	bool whole = head.n < LOOK, found = false;
	struct folded_count c;

	head.n = min_size(head.n, LOOK);
	while (head.n) {
		line = str_cut(&head, '\n');
		if (!head.p && found && !whole)
			break; /* cut short */
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!cut_count(&line, &c))
			continue; /* blank or malformed */
		if (!cut_count(&line, &c))
			return false;
		found = true;
	}
	return found;
}

static bool is_full(const struct line_block *b)
{
	return b->lines.n >= BLOCK_LINES || b->text.n >= BLOCK_BYTES;
}

/* Pass blocks of lines on; the last one waits for the caller. */
static void read_lines(struct reader *r, struct relay *relay)
{
	struct str line;

	while (in_line(r->in, &line)) {
		if (str_trim(line).n && !read_folded_line(r, line))
			break;
		if (!is_full(&r->block[r->filling]))
			continue;
		relay_pass(relay, &r->block[r->filling]);
		r->filling = (r->filling + 1) % RELAY_BLOCKS;
		/* The first line of a block shares nothing: the text before is the other thread's. */
		r->last = r->nlast = 0;
		vec_clear(&r->ends);
	}
}

static void reader_release(struct reader *r)
{
	for (size_t i = 0; i < LEN(r->block); i++) {
		vec_release(&r->block[i].lines);
		vec_release(&r->block[i].names);
		buf_release(&r->block[i].text);
	}
	vec_release(&r->ends);
}

static bool read_folded(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .is_diff = begins_differential(in) };
	struct stacker k = { .p = p, .is_diff = r.is_diff };
	struct relay relay;
	int64_t scale;

	k.col = profile_column(p, dict_intern(p->dict, S("samples")),
			       dict_intern(p->dict, S("count")), &scale);
	/* Empty lists need an address, too. */
	vec_reserve(&k.stack, INDEX_GROUP);
	vec_reserve(&k.names, INDEX_GROUP);
	for (size_t i = 0; i < LEN(r.block); i++) {
		vec_reserve(&r.block[i].names, INDEX_GROUP);
		buf_grow(&r.block[i].text, BLOCK_BYTES);
	}
	adder_begin(&k.adder, p, !in->options.no_thread);
	k.adder.keep_order = true; /* lines have no time, but an order */
	relay_begin(&relay, add_lines, &k, !in->options.no_thread);
	read_lines(&r, &relay);
	relay_end(&relay);
	add_lines(&k, &r.block[r.filling]);
	adder_end(&k.adder);
	p->saturated += k.saturated;
	if (r.two_numbers)
		in_note(in, r.two_numbers,
			"two numbers, where other lines have one: the first is "
			"taken for a part of the name");
	reader_release(&r);
	folded_roots_release(&k.roots);
	vec_release(&k.names);
	vec_release(&k.loc_of);
	vec_release(&k.stack);
	return !in->failed;
}

/* Can this be the beginning of one line of text? */
static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < 0x20 && s.p[i] != '\t')
			return false;
	return true;
}

/*
 * Text with a number at the end of most lines. This is the weakest evidence of all
 * formats, so the bid is the lowest. A few malformed lines are allowed: the reader then
 * reports them with their line number. A line longer than the head may still end in a
 * number.
 */
static int sniff_folded(struct sniff *s)
{
	enum { LINES = 4, ONE_LONG_LINE = 1 };
	struct str head = s->head;
	struct folded_count c;
	int good = 0, bad = 0;

	if (str_chr(head, '\0') >= 0)
		return 0;
	if (!s->all && str_chr(head, '\n') < 0)
		return is_text(head) ? ONE_LONG_LINE : 0;
	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (!head.p && !s->all)
			break; /* cut short */
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!str_trim(line).n)
			continue;
		if (cut_count(&line, &c))
			good++;
		else
			bad++;
	}
	return good && good >= bad ? LINES : 0;
}

const struct format format_folded = {
	.name = "folded",
	.help = "collapsed stacks, 'root;caller;leaf COUNT'",
	.text = true,
	.sniff = sniff_folded,
	.read = read_folded,
	.write = folded_write,
};
