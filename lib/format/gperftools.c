/*
 * CPU profiles of gperftools: words of 32 or 64 bits in either byte order, followed by
 * the text of /proc/self/maps.
 *
 *	0 3 0 PERIOD 0			header, the period in microseconds
 *	COUNT N ADDRESS...		a stack of N addresses, leaf first
 *	0 1 0				the end
 *
 * Oddities, handled as in google/pprof (profile/legacy_profile.go):
 * - all addresses but the leaf's are return addresses: 1 is subtracted to get the call;
 * - the signal handler leaves a frame or two of its own after the leaf in nearly every
 *   stack: they are removed;
 * - the leaf may occur twice, from the signal and from the unwinder.
 */
#include <stdlib.h>

#include "format/format.h"
#include "io/cursor.h"

enum { SIGNAL_FRAMES = 2, ALLOW_DIFFERENT = 32 };

struct stack_words {
	uint64_t count;
	size_t first, n; /* in reader.addresses, leaf first */
};

struct range {
	uint64_t start, limit;
	map_id row;
	uint32_t flags;
};

struct reader {
	struct in *in;
	struct profile *p;
	struct cursor c;
	unsigned word;        /* bytes of a word: 4 or 8 */
	struct buf addresses; /* uint64_t */
	struct buf stacks;    /* struct stack_words */
	struct buf ranges;    /* struct range */
	uint64_t period;      /* in nanoseconds */
};

/* Words */

/* Read a header of words of this size. False if there is none. */
static bool read_header(struct cursor *c, unsigned size, uint64_t *period)
{
	uint64_t v[5];

	for (size_t i = 0; i < LEN(v); i++)
		v[i] = cursor_int(c, size);
	*period = v[3];
	return !c->failed && v[0] == 0 && v[1] == 3 && v[2] == 0 && v[3] > 0 && v[4] == 0;
}

/* Find the size and byte order of words that make a header at byte `at`. */
static bool find_header(struct str bytes, uint64_t at, struct cursor *c, unsigned *size,
			uint64_t *period)
{
	for (int kind = 0; kind < 4; kind++) {
		*c = cursor_at(bytes, at);
		c->big_endian = kind & 1;
		*size = kind & 2 ? 8 : 4;
		if (read_header(c, *size, period))
			return true;
	}
	return false;
}

/* Stacks */

static bool read_addresses(struct reader *r, uint64_t n)
{
	if (!cursor_has_records(&r->c, n, r->word))
		return cursor_error(&r->c, r->in, "a stack is longer than what is left");
	for (uint64_t i = 0; i < n; i++) {
		uint64_t address = cursor_int(&r->c, r->word);

		address -= i > 0; /* from the return address to the call */
		buf_put(&r->addresses, &address, sizeof(address));
	}
	return true;
}

/* Read one stack, or the end of the list: then *more is false. */
static bool read_stack(struct reader *r, bool *more)
{
	struct stack_words s = { .first = BUF_COUNT(&r->addresses, uint64_t) };
	uint64_t n;

	*more = false;
	s.count = cursor_int(&r->c, r->word);
	n = cursor_int(&r->c, r->word);
	if (r->c.failed)
		return cursor_error(&r->c, r->in, "ends without the words 0 1 0");
	if (!read_addresses(r, n))
		return false;
	s.n = (size_t)n;
	if (s.count == 0 && n == 1 && ((uint64_t *)r->addresses.p)[s.first] == 0)
		return true;
	*more = true;
	buf_put(&r->stacks, &s, sizeof(s));
	return true;
}

static void remove_second(struct reader *r, struct stack_words *s)
{
	uint64_t *a = (uint64_t *)r->addresses.p + s->first;

	memmove(a + 1, a + 2, (s->n - 2) * sizeof(*a));
	s->n--;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The address that is second in the most stacks; *n is their number. */
static uint64_t commonest_second(struct reader *r, size_t *n)
{
	const struct stack_words *s = (const struct stack_words *)r->stacks.p;
	uint64_t *second, best = 0;
	size_t nsecond = 0;

	*n = 0;
	second = mem_zeroed(BUF_COUNT(&r->stacks, *s), sizeof(*second));
	for (size_t i = 0; i < BUF_COUNT(&r->stacks, *s); i++)
		if (s[i].n > 1)
			second[nsecond++] = ((uint64_t *)r->addresses.p)[s[i].first + 1];
	qsort(second, nsecond, sizeof(*second), by_value);
	for (size_t from = 0, to = 1; to <= nsecond; to++) {
		if (to < nsecond && second[to] == second[from])
			continue;
		if (to - from > *n) {
			*n = to - from;
			best = second[from];
		}
		from = to;
	}
	mem_free(second, BUF_COUNT(&r->stacks, *s) * sizeof(*second));
	return best;
}

static void remove_signal_frames(struct reader *r)
{
	struct stack_words *s = (struct stack_words *)r->stacks.p;
	size_t nstack = BUF_COUNT(&r->stacks, *s), n;

	for (int i = 0; i < SIGNAL_FRAMES; i++) {
		uint64_t address = commonest_second(r, &n);

		if (!n || n < nstack - nstack / ALLOW_DIFFERENT)
			return;
		for (size_t j = 0; j < nstack; j++)
			if (s[j].n > 1 && ((uint64_t *)r->addresses.p)[s[j].first + 1] == address)
				remove_second(r, &s[j]);
	}
}

static void remove_double_leaves(struct reader *r)
{
	struct stack_words *s = (struct stack_words *)r->stacks.p;

	for (size_t i = 0; i < BUF_COUNT(&r->stacks, *s); i++) {
		const uint64_t *a = (uint64_t *)r->addresses.p + s[i].first;

		if (s[i].n > 1 && a[0] == a[1] + 1)
			remove_second(r, &s[i]);
	}
}

/* Mappings */

/* "00400000-00fcb000 r-xp 00000000 00:00 1234   /home/cppbench" */
static void read_range(struct reader *r, struct str line)
{
	struct str field[5], addresses;
	struct mapping m = { .flags = 0 };
	struct range new;

	line = str_trim(line);
	for (size_t i = 0; i < LEN(field); i++) {
		field[i] = str_cut(&line, ' ');
		line = str_trim(line);
	}
	addresses = field[0];
	if (!str_hex(str_cut(&addresses, '-'), &new.start) || !str_hex(addresses, &new.limit) ||
	    str_chr(field[1], 'x') < 0 || !str_hex(field[2], &m.offset) || new.limit < new.start)
		return; /* not code, or not a line of maps */
	m.file = dict_intern(r->p->dict, line);
	m.size = new.limit - new.start;
	m.start = new.start;
	new.row = dict_add_mapping(r->p->dict, m);
	new.flags = mapping_flags(line);
	buf_put(&r->ranges, &new, sizeof(new));
}

static void read_ranges(struct reader *r)
{
	struct str text = cursor_rest(&r->c);

	while (text.n)
		read_range(r, str_cut(&text, '\n'));
}

static loc_id address_frame(struct reader *r, uint64_t address)
{
	const struct range *range = (const struct range *)r->ranges.p;
	struct loc row = { .addr = address, .flags = LOC_ADDR };

	for (size_t i = 0; i < BUF_COUNT(&r->ranges, *range); i++) {
		if (address < range[i].start || address >= range[i].limit)
			continue;
		row.addr = address - range[i].start;
		row.map = range[i].row;
		row.flags |= range[i].flags;
		break;
	}
	return dict_add_loc(r->p->dict, row);
}

/* Samples */

static void add_sample(struct reader *r, const struct stack_words *s, const uint32_t *col)
{
	struct buf frames = { 0 };
	stack_id stack;
	sample_id sample;
	int64_t count = s->count > INT64_MAX ? INT64_MAX : (int64_t)s->count;

	for (size_t i = s->n; i-- > 0;) {
		loc_id loc = address_frame(r, ((uint64_t *)r->addresses.p)[s->first + i]);

		buf_put(&frames, &loc, sizeof(loc));
	}
	stack = dict_add_stack(r->p->dict, (const loc_id *)frames.p, s->n);
	sample = profile_add_sample(r->p, stack, (label_set_id){ 0 });
	profile_add_value(r->p, col[0], sample, count);
	profile_add_value(r->p, col[1], sample, sat_mul(r->p, count, (int64_t)r->period));
	buf_release(&frames);
}

static void add_samples(struct reader *r)
{
	const struct stack_words *s = (const struct stack_words *)r->stacks.p;
	str_id cpu = dict_intern(r->p->dict, S("cpu")),
	       ns = dict_intern(r->p->dict, S("nanoseconds"));
	const struct range *range = (const struct range *)r->ranges.p;
	uint32_t col[2];
	int64_t scale;

	r->p->head = (struct header){ .period_type = cpu,
				      .period_unit = ns,
				      .period = (int64_t)r->period };
	if (r->ranges.n)
		r->p->head.main_map = range[0].row;
	col[0] = profile_column(r->p, dict_intern(r->p->dict, S("samples")),
				dict_intern(r->p->dict, S("count")), &scale);
	col[1] = profile_column(r->p, cpu, ns, &scale);
	for (size_t i = 0; i < BUF_COUNT(&r->stacks, *s); i++)
		add_sample(r, &s[i], col);
}

static bool read_profile(struct reader *r, struct str bytes)
{
	uint64_t pos = in_pos(r->in);
	bool more = true;

	if (!find_header(bytes, pos, &r->c, &r->word, &r->period))
		return in_fail_at(r->in, pos, "no header of a gperftools CPU profile");
	r->period = r->period > INT64_MAX / 1000 ? INT64_MAX : r->period * 1000;
	while (more)
		if (!read_stack(r, &more))
			return false;
	remove_signal_frames(r);
	read_ranges(r);
	remove_double_leaves(r);
	add_samples(r);
	return true;
}

static bool gperftools_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };
	struct str bytes;

	if (!in_frame(in, &bytes))
		return false;
	read_profile(&r, bytes);
	buf_release(&r.addresses);
	buf_release(&r.stacks);
	buf_release(&r.ranges);
	return !in->failed;
}

static int gperftools_sniff(struct sniff *s)
{
	struct cursor c;
	unsigned word;
	uint64_t period;

	return find_header(s->head, 0, &c, &word, &period) ? 128 : 0; /* four words out of five */
}

const struct format format_gperftools = {
	.name = "gperftools",
	.help = "CPU profiles of gperftools, without symbols",
	.sniff = gperftools_sniff,
	.read = gperftools_read,
};
