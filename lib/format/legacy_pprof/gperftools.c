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
 * - the leaf may occur twice, from the signal and from the unwinder;
 * - a profile of Java has a 1 as its third word, exact addresses, and names instead of maps.
 */
#include <stdlib.h>

#include "format/format.h"
#include "format/legacy_pprof/legacy_stacks.h"
#include "io/cursor.h"

enum { SIGNAL_FRAMES = 2, ALLOW_DIFFERENT = 32 };

struct words {
	unsigned size; /* bytes of a word: 4 or 8 */
	bool is_java;
	uint64_t period; /* in microseconds */
};

struct reader {
	struct legacy l;
	struct cursor c;
	struct words words;
};

/* Words */

/* Read a header of words of this size. False if there is none. */
static bool read_header(struct cursor *c, struct words *w)
{
	uint64_t v[5];

	for (size_t i = 0; i < LEN(v); i++)
		v[i] = cursor_int(c, w->size);
	w->is_java = v[2] == 1;
	w->period = v[3];
	return !c->failed && v[0] == 0 && v[1] == 3 && v[2] <= 1 && v[3] > 0 && v[4] == 0;
}

/* Find the size and byte order of words that make a header at byte `at`. */
static bool find_header(struct str bytes, uint64_t at, struct cursor *c, struct words *w)
{
	for (int kind = 0; kind < 4; kind++) {
		*c = cursor_at(bytes, at);
		c->big_endian = kind & 1;
		w->size = kind & 2 ? 8 : 4;
		if (read_header(c, w))
			return true;
	}
	return false;
}

/* Stacks */

static bool read_addresses(struct reader *r, uint64_t n)
{
	if (!cursor_has_records(&r->c, n, r->words.size))
		return cursor_error(&r->c, r->l.in, "a stack is longer than what is left");
	for (uint64_t i = 0; i < n; i++) {
		uint64_t address = cursor_int(&r->c, r->words.size);

		/* From the return address to the call. */
		legacy_address(&r->l, address - (i > 0 && !r->words.is_java));
	}
	return true;
}

static int64_t nanoseconds(const struct words *w)
{
	return w->period > INT64_MAX / 1000 ? INT64_MAX : (int64_t)w->period * 1000;
}

/* Read one stack, or the end of the list: then *more is false. */
static bool read_stack(struct reader *r, bool *more)
{
	uint64_t count = cursor_int(&r->c, r->words.size), n = cursor_int(&r->c, r->words.size);
	int64_t value[LEGACY_COLUMNS];

	*more = false;
	if (r->c.failed)
		return cursor_error(&r->c, r->l.in, "ends without the words 0 1 0");
	if (!read_addresses(r, n))
		return false;
	if (count == 0 && n == 1 && r->l.addresses.v[r->l.next] == 0) {
		r->l.addresses.n--;
		return true;
	}
	*more = true;
	value[0] = sat_count(r->l.p, count);
	value[1] = sat_mul(r->l.p, value[0], nanoseconds(&r->words));
	legacy_sample(&r->l, value);
	return true;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The second address of a stack, or NULL. */
static uint64_t *second_address(const struct legacy *l, size_t i)
{
	const struct legacy_sample *s = &l->samples.v[i];

	return s->n > 1 ? l->addresses.v + s->first + 1 : NULL;
}

/* The address that is second in the most stacks; *n is their number. */
static uint64_t commonest_second(const struct legacy *l, size_t *n)
{
	VEC(uint64_t) second = { 0 };
	uint64_t best = 0;

	*n = 0;
	for (size_t i = 0; i < l->samples.n; i++)
		if (second_address(l, i))
			vec_push(&second, *second_address(l, i));
	if (second.n)
		qsort(second.v, second.n, sizeof(*second.v), by_value);
	for (size_t from = 0, to = 1; to <= second.n; to++) {
		if (to < second.n && second.v[to] == second.v[from])
			continue;
		if (to - from > *n) {
			*n = to - from;
			best = second.v[from];
		}
		from = to;
	}
	vec_release(&second);
	return best;
}

static void remove_second(struct legacy *l, size_t i)
{
	struct legacy_sample *s = &l->samples.v[i];
	uint64_t *second = second_address(l, i);

	memmove(second, second + 1, (s->n - 2) * sizeof(*second));
	s->n--;
}

static void remove_signal_frames(struct legacy *l)
{
	size_t nstack = l->samples.n, n;

	for (int i = 0; i < SIGNAL_FRAMES; i++) {
		uint64_t address = commonest_second(l, &n);

		if (!n || n < nstack - nstack / ALLOW_DIFFERENT)
			return;
		for (size_t j = 0; j < nstack; j++)
			if (second_address(l, j) && *second_address(l, j) == address)
				remove_second(l, j);
	}
}

static void read_maps(struct reader *r)
{
	uint64_t pos = cursor_pos(&r->c);
	struct str all = cursor_rest(&r->c), text = all;

	r->l.in->open_end = all.n && !str_ends(all, S("\n"));
	while (text.n) {
		const char *at = text.p;
		struct str line = str_cut(&text, '\n');

		if (str_chr(line, '\0') >= 0) {
			in_bad_at(r->l.in, pos + (uint64_t)(at - all.p),
				  "another profile follows; only the first one is read");
			return;
		}
		if (r->words.is_java)
			legacy_read_java_name(&r->l, line);
		else
			memory_map_add_line(&r->l.map, line);
	}
}

static bool read_profile(struct reader *r, struct str bytes)
{
	uint64_t pos = in_pos(r->l.in);
	bool more = true;

	if (!find_header(bytes, pos, &r->c, &r->words))
		return in_fail_at(r->l.in, pos, "no header of a gperftools CPU profile");
	legacy_period(&r->l, S("cpu"), S("nanoseconds"), nanoseconds(&r->words));
	legacy_column(&r->l, S("samples"), S("count"));
	legacy_column(&r->l, S("cpu"), S("nanoseconds"));
	while (more)
		if (!read_stack(r, &more))
			return false;
	if (!r->words.is_java) {
		remove_signal_frames(&r->l);
		legacy_drop_double_leaves(&r->l);
	}
	read_maps(r);
	return true;
}

static bool gperftools_read(struct in *in, struct profile *p)
{
	struct reader r = { .c = { 0 } };
	struct str bytes;

	if (!in_frame(in, &bytes))
		return false;
	legacy_begin(&r.l, in, p);
	read_profile(&r, bytes);
	legacy_end(&r.l);
	return !in->failed;
}

static int gperftools_sniff(struct sniff *s)
{
	struct cursor c;
	struct words w;

	return find_header(s->head, 0, &c, &w) ? 128 : 0; /* four words out of five */
}

const struct format format_gperftools = {
	.name = "gperftools",
	.help = "CPU profiles of gperftools, without symbols",
	.sniff = gperftools_sniff,
	.read = gperftools_read,
};
