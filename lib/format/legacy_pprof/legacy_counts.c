/*
 * Counts of stacks, as text:
 *
 *	goroutine profile: total 7		of Go: goroutine, threadcreate ...
 *	3 @ 0x43a2b6 0x40c11c
 *	# labels: {"handler":"/search"}
 *	#	0x43a2b5	main.wait+0x95	/src/main.go:12
 *
 *	--- contentionz 1 ---			of gperftools; Go writes "--- mutex:"
 *	cycles/second = 3201000000
 *	sampling period = 100
 *	  19490304       27 @ 0xbccc97 0xc61202	cycles waited, number of times
 *
 * The comments that Go adds name functions, including inlined ones, and leave out the
 * last calls of the runtime: if there are comments, they are the stack.
 */
#include "format/legacy_pprof/legacy_stacks.h"
#include "io/json_read.h"

/* Go's comments */

/* "/src/main.go:12" */
static uint32_t cut_line_number(struct str *place)
{
	ptrdiff_t colon = str_rchr(*place, ':');
	uint64_t line;

	if (colon < 0 || !str_u64(str_skip(*place, (size_t)colon + 1), &line) || line > UINT32_MAX)
		return 0;
	place->n = (size_t)colon;
	return (uint32_t)line;
}

/* The symbol without "+0x95". */
static struct str cut_offset(struct str symbol)
{
	ptrdiff_t plus = str_rchr(symbol, '+');
	uint64_t offset;

	if (plus > 0 && str_starts(str_skip(symbol, (size_t)plus), S("+0x")) &&
	    str_hex(str_skip(symbol, (size_t)plus + 3), &offset))
		symbol.n = (size_t)plus;
	return symbol;
}

/* "0x43a2b5	main.wait+0x95	/src/main.go:12" */
static void read_go_frame(struct legacy *l, struct str text)
{
	struct str place = text, address = str_trim(str_cut(&place, '\t')), symbol;
	struct loc row = { 0 };
	struct func f;

	if (!str_starts(address, S("0x")))
		return;
	place = str_trim(place);
	symbol = cut_offset(str_trim(str_cut(&place, '\t')));
	place = str_trim(place);
	if (!symbol.n)
		return;
	row.line = cut_line_number(&place);
	f = (struct func){ .name = dict_intern(l->p->dict, symbol),
			   .file = dict_intern(l->p->dict, place) };
	row.func = dict_add_func(l->p->dict, f);
	legacy_named_frame(l, dict_add_loc(l->p->dict, row));
}

/* {"handler":"/search"}, with all values text */
static void read_go_labels(struct legacy *l, struct str json)
{
	struct legacy_sample *s = &vec_last(&l->samples);
	struct in in;
	struct json_in j;
	struct str key;

	in_open_memory(&in, NULL, json);
	json_in_open(&j, &in);
	json_next(&j);
	if (json_enter(&j, JSON_OBJECT))
		while (json_member(&j, &key))
			s->labels = dict_add_text_label(l->p->dict, s->labels, key,
							json_string(&j));
	json_in_close(&j);
	in_close(&in);
	in_release(&in);
}

void legacy_read_go_comment(struct legacy *l, struct str line)
{
	struct str text = str_trim(str_skip(line, 1));

	if (!l->samples.n)
		return;
	if (str_starts(text, S("labels:")))
		read_go_labels(l, str_trim(str_skip(text, S("labels:").n)));
	else
		read_go_frame(l, text);
}

/* Go's counts */

static bool read_count(struct legacy *l, struct str line)
{
	struct str stack = line, number = str_trim(str_cut(&stack, '@'));
	int64_t n;

	if (!stack.p || !str_i64(number, &n))
		return in_bad(l->in, "expected 'COUNT @ ADDRESSES', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	if (!legacy_addresses(l, stack, 0))
		return false;
	legacy_sample(l, &n);
	return true;
}

void legacy_read_count(struct legacy *l, struct str header)
{
	struct str type = str_cut(&header, ' '), line;
	bool ok = true, in_maps = false;

	legacy_period(l, type, S("count"), 1);
	legacy_column(l, type, S("count"));
	while (ok && in_line(l->in, &line)) {
		line = str_trim(line);
		if (str_starts(line, S("---")) || legacy_begins_maps(line)) {
			in_maps = legacy_begins_maps(line);
			break;
		}
		if (line.n && line.p[0] == '#')
			legacy_read_go_comment(l, line);
		else if (line.n)
			ok = read_count(l, line);
	}
	legacy_read_maps(l, in_maps);
}

/* Contentions */

struct contention {
	struct legacy *l;
	int64_t hz, period;
	struct str line; /* the current one */
	bool is_java, is_over;
	str_id resolution;
};

/* "sampling period = 100". False: another kind of line. */
static bool read_attribute(struct contention *c, struct str line)
{
	struct str value = line, key = str_trim(str_cut(&value, '='));
	int64_t n;

	if (!value.p)
		return false;
	value = str_trim(value);
	if (str_eq(key, S("format")) && str_eq(value, S("java"))) {
		c->is_java = true;
		return true;
	}
	if (str_eq(key, S("resolution"))) {
		c->resolution = dict_intern(c->l->p->dict, value);
		return true;
	}
	if (!str_i64(value, &n))
		return in_fail(c->l->in, "attribute '%.*s' is not a number", STR_ARG(key));
	if (str_eq(key, S("cycles/second")))
		c->hz = n;
	else if (str_eq(key, S("sampling period")))
		c->period = n;
	else if (str_eq(key, S("ms since reset")))
		c->l->p->head.duration = sat_mul(c->l->p, n, 1000000);
	else if (str_eq(key, S("discarded samples")) && n > 0)
		in_note(c->l->in, c->l->in->line, "the profiler discarded %lld samples",
			(long long)n);
	return true;
}

/* Read up to the first line that is not an attribute: c->line. */
static bool read_attributes(struct contention *c)
{
	while (in_line(c->l->in, &c->line)) {
		c->line = str_trim(c->line);
		if (!c->line.n || c->line.p[0] == '#')
			continue;
		if (str_starts(c->line, S("---")) || !read_attribute(c, c->line))
			return !c->l->in->failed;
	}
	c->is_over = true;
	return !c->l->in->failed;
}

/* From the cycles of a sampled wait to the nanoseconds of all waits that it stands for. */
static int64_t waited(struct contention *c, int64_t cycles)
{
	if (c->period > 0 && c->hz > 0)
		return legacy_integer((double)cycles * (double)c->period / ((double)c->hz / 1e9));
	return cycles;
}

/* "19490304       27 @ 0xbccc97 0xc61202" */
static bool read_contention(struct contention *c, struct str line)
{
	struct str stack = line, numbers = str_trim(str_cut(&stack, '@')), first;
	int64_t cycles, n, value[LEGACY_COLUMNS];

	first = str_cut(&numbers, ' ');
	if (!stack.p || !str_i64(first, &cycles) || !str_i64(str_trim(numbers), &n))
		return in_bad(c->l->in, "expected 'CYCLES COUNT @ ADDRESSES', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	value[0] = c->period > 0 ? sat_mul(c->l->p, n, c->period) : n;
	value[1] = waited(c, cycles);
	if (!legacy_addresses(c->l, stack, 0))
		return false;
	legacy_sample(c->l, value);
	return true;
}

static void read_contentions(struct contention *c)
{
	bool ok = true, in_maps = false;

	do {
		struct str line = str_trim(c->line);

		in_maps = legacy_begins_maps(line);
		if (in_maps || str_starts(line, S("---")))
			break;
		if (line.n && line.p[0] == '#')
			legacy_read_go_comment(c->l, line);
		else if (line.n)
			ok = read_contention(c, line);
	} while (ok && !legacy_profile_follows(c->l->in) && in_line(c->l->in, &c->line));
	legacy_read_maps(c->l, in_maps);
}

void legacy_read_contention(struct legacy *l)
{
	struct contention c = { .l = l, .period = 1, .line = S("") };

	if (!read_attributes(&c))
		return;
	if (c.is_java && !c.resolution.i)
		c.resolution = dict_intern(l->p->dict, S("nanoseconds"));
	legacy_period(l, S("contentions"), S("count"), c.period);
	legacy_column(l, S("contentions"), S("count"));
	legacy_column(l, S("delay"),
		      c.is_java ? dict_text(l->p->dict, c.resolution) : S("nanoseconds"));
	if (c.is_over)
		return;
	if (c.is_java)
		legacy_read_java_samples(l, c.line, JAVA_CONTENTION, c.period);
	else
		read_contentions(&c);
}
