/*
 * Folded (collapsed) stacks, one per line: "root;caller;leaf COUNT".
 *
 * A count may have a fraction ("6.", "31.25"), may be negative, and may have blanks or
 * tabs on both sides. If every line has two numbers, the file is a differential, "BASE
 * NEW"; if other lines have one, the first of two belongs to a name, such as "thread 7".
 * The frame annotations _[k], _[j] and _[i] set flags and stay in the name. Blank lines
 * are ignored; any other line is malformed.
 */
#include "format/folded.h"

#include "analyze/total.h"
#include "format/format.h"
#include "profile/adder.h"

enum { NAMES = 32 }; /* that are looked up together */

struct reader {
	struct in *in;
	struct profile *p;
	uint32_t col;
	struct buf loc_of; /* loc_ids by string number; 0 = not made yet */
	bool is_diff;
	uint64_t two_numbers; /* the first line with two numbers, if not all have two */
	label_set_id base;    /* { pprof::base=true } */
	struct buf last;      /* the stack of the previous line, as text */
	struct buf ends;      /* size_t: the ends of its frames in that text */
	struct buf stack;     /* loc_id: its frames */
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

/* Reading */

static uint32_t annotation(struct str name)
{
	if (str_ends(name, S("_[k]")))
		return LOC_KERNEL;
	return str_ends(name, S("_[j]")) ? LOC_JIT : str_ends(name, S("_[i]")) ? LOC_INLINED : 0;
}

/* The location of a name, given by its number. */
static loc_id named_frame(struct reader *r, str_id text)
{
	size_t known = BUF_COUNT(&r->loc_of, loc_id);
	loc_id *loc;

	if (text.i >= known) {
		size_t more = (r->p->dict->str.n - known) * sizeof(loc_id);

		memset(buf_room(&r->loc_of, more), 0, more);
		r->loc_of.n += more;
	}
	loc = (loc_id *)r->loc_of.p + text.i;
	if (!loc->i) {
		struct loc row = { .flags = annotation(dict_text(r->p->dict, text)) };

		row.func = dict_add_func(r->p->dict, (struct func){ .name = text });
		*loc = dict_add_loc(r->p->dict, row);
	}
	return *loc;
}

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
static size_t keep_shared(struct reader *r, struct str stack)
{
	size_t same = shared_bytes(stack, buf_str(&r->last));
	const size_t *end = (const size_t *)r->ends.p;
	size_t n = BUF_COUNT(&r->ends, size_t);

	while (n && (end[n - 1] > same || (end[n - 1] < stack.n && stack.p[end[n - 1]] != ';')))
		n--;
	r->ends.n = n * sizeof(*end);
	r->stack.n = n * sizeof(loc_id);
	r->last.n = same;
	buf_add(&r->last, str_skip(stack, same));
	return n ? end[n - 1] : 0;
}

/* Append frames by name. Looked up together, they wait for memory once. */
static void add_frames(struct reader *r, const struct str *name, size_t n)
{
	str_id text[NAMES];

	dict_intern_all(r->p->dict, name, n, text);
	for (size_t i = 0; i < n; i++) {
		loc_id loc = named_frame(r, text[i]);

		buf_put(&r->stack, &loc, sizeof(loc));
	}
}

static void read_stack(struct reader *r, struct str stack)
{
	struct str rest = str_skip(stack, keep_shared(r, stack)), name[NAMES];
	size_t n = 0;

	if (r->ends.n && rest.n)
		rest = str_skip(rest, 1); /* the ';' */
	while (rest.n) {
		size_t end;

		name[n] = str_cut(&rest, ';');
		if (!name[n].n)
			continue; /* "a;;b": an empty frame is ignored */
		end = (size_t)(name[n].p + name[n].n - stack.p);
		buf_put(&r->ends, &end, sizeof(end));
		if (++n == NAMES) {
			add_frames(r, name, n);
			n = 0;
		}
	}
	add_frames(r, name, n);
}

/* Add a sample with the stack that was read last. */
static void add_folded_sample(struct reader *r, label_set_id labels, struct folded_count c)
{
	adder_sample(&r->adder, (const loc_id *)r->stack.p, BUF_COUNT(&r->stack, loc_id), labels);
	adder_value(&r->adder, r->col, c.whole, 1, c.frac);
}

/* The model holds a base side as pprof does: negative, and labelled. */
static struct folded_count negated(struct reader *r, struct folded_count c)
{
	r->saturated += c.whole == INT64_MIN;
	c.whole = c.whole == INT64_MIN ? INT64_MAX : -c.whole;
	if (c.frac) {
		c.whole--;
		c.frac = FRAC_ONE - c.frac;
	}
	return c;
}

static label_set_id base_labels(struct reader *r)
{
	struct label l = { .key = dict_intern(r->p->dict, BASE_LABEL),
			   .str = dict_intern(r->p->dict, S("true")) };

	if (!r->base.i)
		r->base = dict_add_label(r->p->dict, r->base, l);
	return r->base;
}

static bool read_folded_line(struct reader *r, struct str line)
{
	struct str stack = line, name;
	struct folded_count last, before;
	bool has_two;

	if (!cut_count(&stack, &last))
		return in_bad(r->in, "expected 'frame;frame COUNT', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	name = stack;
	has_two = cut_count(&stack, &before);
	if (r->is_diff && !has_two)
		return in_bad(r->in, "expected two counts, as on the lines before, found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	if (has_two && !r->is_diff && !r->two_numbers)
		r->two_numbers = r->in->line;
	read_stack(r, r->is_diff ? stack : name);
	add_folded_sample(r, (label_set_id){ 0 }, last);
	if (r->is_diff)
		add_folded_sample(r, base_labels(r), negated(r, before));
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

static bool read_folded(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .is_diff = begins_differential(in) };
	struct str line;
	int64_t scale;

	r.col = profile_column(p, dict_intern(p->dict, S("samples")),
			       dict_intern(p->dict, S("count")), &scale);
	adder_begin(&r.adder, p, !in->options.no_thread);
	r.adder.keep_order = true; /* lines have no time, but an order */
	while (in_line(in, &line) && (!str_trim(line).n || read_folded_line(&r, line)))
		;
	adder_end(&r.adder);
	p->saturated += r.saturated;
	if (r.two_numbers)
		in_note(in, r.two_numbers,
			"two numbers, where other lines have one: the first is "
			"taken for a part of the name");
	buf_release(&r.loc_of);
	buf_release(&r.last);
	buf_release(&r.ends);
	buf_release(&r.stack);
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
 * formats, so the bid is the lowest. Malformed lines are allowed if they are few: the
 * reader then reports them with their line number. A line longer than the head may still
 * end in a number.
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
