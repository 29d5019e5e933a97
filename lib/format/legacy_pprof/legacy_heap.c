/*
 * Heap profiles of gperftools, tcmalloc, Go and jemalloc, as text:
 *
 *	heap profile:    144:  8498176 [   144:  8498176] @ heapz_v2/524288
 *	     1:     9216 [     1:     9216] @ 0xc635c8 0x42ecc3
 *
 * that is, objects: bytes in use [objects: bytes ever allocated] @ the stack, leaf first.
 * The word at the end of the first line says how samples were taken (heapz_v2, heap_v2:
 * one per that many bytes; heap: Go's, with twice the rate; heapprofile, growth,
 * fragmentation: all). jemalloc has lines for threads; t* is their sum:
 *
 *	heap_v2/524288
 *	  t*: 2: 65536 [0: 0]
 *	@ 0xc635c8 0x42ecc3
 *	  t*: 2: 65536 [0: 0]
 *	  t0: 2: 65536 [0: 0]
 */
#include "format/legacy_pprof/legacy_stacks.h"

/* "3: 4096 [ 7: 8192] @ rest" */
struct heap_line {
	int64_t count, bytes, alloc_count, alloc_bytes;
	struct str rest; /* what follows the ']' */
};

struct heap {
	struct legacy *l;
	int64_t rate;
	bool sampled, has_alloc;
};

static bool cut_number(struct str *s, char end, int64_t *v)
{
	struct str rest = *s, number = str_trim(str_cut(&rest, end));

	*s = rest;
	return rest.p && str_i64(number, v);
}

static bool parse_heap_line(struct str line, struct heap_line *h)
{
	if (!cut_number(&line, ':', &h->count) || !cut_number(&line, '[', &h->bytes) ||
	    !cut_number(&line, ':', &h->alloc_count) || !cut_number(&line, ']', &h->alloc_bytes))
		return false;
	h->rest = str_trim(line);
	return true;
}

/* Does the line count allocations as well as memory in use? */
static bool counts_allocations(const struct heap_line *h)
{
	return (h->alloc_count != h->count && h->alloc_count) ||
	       (h->alloc_bytes != h->bytes && h->alloc_bytes);
}

static void begin_heap(struct heap *h)
{
	struct legacy *l = h->l;

	legacy_period(l, S("space"), S("bytes"), h->rate);
	if (h->has_alloc) {
		legacy_column(l, S("alloc_objects"), S("count"));
		legacy_column(l, S("alloc_space"), S("bytes"));
	}
	legacy_column(l, h->has_alloc ? S("inuse_objects") : S("objects"), S("count"));
	legacy_column(l, h->has_alloc ? S("inuse_space") : S("space"), S("bytes"));
}

/* Values of one kind; *size becomes the mean size of its objects. */
static bool unsample(struct heap *h, int64_t count, int64_t bytes, int64_t *value, int64_t *size)
{
	if (!count && bytes)
		return in_bad(h->l->in, "no objects have %lld bytes", (long long)bytes);
	if (count) {
		*size = count == -1 ? legacy_integer(-(double)bytes) : bytes / count;
		if (h->sampled)
			legacy_unsample(&count, &bytes, h->rate);
	}
	value[0] = count;
	value[1] = bytes;
	return true;
}

static bool add_heap_sample(struct heap *h, const struct heap_line *line)
{
	int64_t value[LEGACY_COLUMNS] = { 0 }, size = 0;
	size_t n = h->has_alloc ? 2 : 0;
	struct legacy_sample *s;

	if (h->has_alloc && !unsample(h, line->alloc_count, line->alloc_bytes, value, &size))
		return false;
	if (!unsample(h, line->count, line->bytes, value + n, &size))
		return false;
	s = legacy_sample(h->l, value);
	s->labels = dict_add_number_label(h->l->p->dict, s->labels, S("bytes"), size);
	return true;
}

static bool is_bad_line(struct legacy *l, struct str line)
{
	return in_bad(l->in, "expected 'OBJECTS: BYTES [OBJECTS: BYTES] @ ADDRESSES', found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool read_heap_sample(struct heap *h, struct str line)
{
	struct heap_line v;

	if (!parse_heap_line(line, &v) || !str_starts(v.rest, S("@")))
		return is_bad_line(h->l, line);
	return legacy_addresses(h->l, v.rest, 0) && add_heap_sample(h, &v);
}

/* Samples up to the binaries. */
static void read_heap_samples(struct heap *h)
{
	struct str line;
	bool ok = true, in_maps = false;

	while (ok && !in_maps && in_line(h->l->in, &line)) {
		line = str_trim(line);
		if (line.n && line.p[0] == '#')
			legacy_read_go_comment(h->l, line);
		else if (legacy_begins_maps(line))
			in_maps = true;
		else if (line.n)
			ok = read_heap_sample(h, line);
	}
	legacy_read_maps(h->l, in_maps);
}

/* "@ heap_v2/524288" */
static bool parse_kind(struct heap *h, struct str kind)
{
	struct str rate = kind, word;
	int64_t n = 0;

	if (!str_starts(rate, S("@")))
		return false;
	rate = str_trim(str_skip(rate, 1));
	word = str_trim(str_cut(&rate, '/'));
	if (rate.n && !str_i64(rate, &n))
		return false;
	h->sampled = true;
	h->rate = n;
	if (str_eq(word, S("heapz_v2")) || str_eq(word, S("heap_v2")))
		return true;
	h->rate = n / 2;
	if (str_eq(word, S("heap")))
		return true;
	h->sampled = false;
	h->rate = 1;
	if (str_starts(word, S("growth")) || str_starts(word, S("fragmentation"))) {
		h->has_alloc = false; /* the two pairs of numbers are the same */
		return true;
	}
	return str_eq(word, S("heapprofile"));
}

void legacy_read_heap(struct legacy *l, struct str header)
{
	struct heap h = { .l = l };
	struct heap_line total;

	if (!parse_heap_line(str_skip(header, S("heap profile:").n), &total)) {
		is_bad_line(l, header);
		return;
	}
	h.has_alloc = counts_allocations(&total);
	if (!parse_kind(&h, total.rest)) {
		in_fail(l->in, "a kind of heap profile that is not known: '%.*s'",
			STR_ARG(str(total.rest.p, min_size(total.rest.n, 80))));
		return;
	}
	begin_heap(&h);
	read_heap_samples(&h);
}

/* jemalloc */

/* Read "t*: 2: 65536 [0: 0]", the sum of all threads, into *v. */
static bool parse_sum(struct str line, struct heap_line *v)
{
	return str_starts(line, S("t*:")) && parse_heap_line(str_skip(line, 3), v);
}

static bool is_thread(struct str line)
{
	return line.n > 1 && line.p[0] == 't' && is_digit(line.p[1]);
}

static bool read_jemalloc_line(struct heap *h, struct str line, bool *has_stack)
{
	struct heap_line v;

	if (str_starts(line, S("@"))) {
		if (*has_stack) /* a stack without a line for threads */
			h->l->addresses.n = h->l->next;
		*has_stack = true;
		return legacy_addresses(h->l, line, 0);
	}
	if (is_thread(line))
		return true;
	if (!*has_stack || !parse_sum(line, &v))
		return in_bad(h->l->in,
			      "expected '@ ADDRESSES' or 't*: OBJECTS: BYTES ...', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	*has_stack = false;
	return add_heap_sample(h, &v);
}

/* The lines before the first stack: the total shows whether allocations are counted. */
static bool read_jemalloc_total(struct heap *h)
{
	struct heap_line total;
	struct str line;

	while (in_line(h->l->in, &line)) {
		line = str_trim(line);
		if (!line.n)
			continue;
		if (!parse_sum(line, &total))
			return in_fail(h->l->in, "expected 't*: OBJECTS: BYTES [OBJECTS: BYTES]'");
		h->has_alloc = counts_allocations(&total);
		return true;
	}
	return in_fail(h->l->in, "ends after its first line");
}

void legacy_read_jemalloc(struct legacy *l, struct str header)
{
	struct heap h = { .l = l, .sampled = true };
	bool ok = true, in_maps = false, has_stack = false;
	struct str line;

	if (!str_i64(str_skip(header, S("heap_v2/").n), &h.rate)) {
		in_fail(l->in, "expected 'heap_v2/BYTES'");
		return;
	}
	if (!read_jemalloc_total(&h))
		return;
	begin_heap(&h);
	while (ok && !in_maps && in_line(l->in, &line)) {
		line = str_trim(line);
		in_maps = legacy_begins_maps(line);
		if (line.n && !in_maps)
			ok = read_jemalloc_line(&h, line, &has_stack);
	}
	legacy_read_maps(l, in_maps);
}
