/*
 * Names are ranked first, so that two frames compare as two numbers. Then the stacks, which are
 * now runs of numbers, are sorted frame by frame: all by the first frame, those with the same
 * first frame by the second, and so on.
 *
 * As text, a name sorts as "a" if it is the leaf, and as "a;" if it is a caller, so it has two
 * ranks.
 */
#include "analyze/sorted.h"

#include <stdlib.h>

#include "analyze/sum.h"
#include "analyze/total.h"
#include "base/relay.h"

/* Names */

struct key {
	struct str text;
	uint32_t id;    /* of the string */
	bool is_caller; /* sorts as if a ';' followed */
};

static int next_byte(const struct key *k, size_t i)
{
	return i < k->text.n ? (uint8_t)k->text.p[i] : k->is_caller && i == k->text.n ? ';' : -1;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	size_t n = min_size(x->text.n, y->text.n);
	int d = memcmp(x->text.p, y->text.p, n);

	for (; !d && n <= max_size(x->text.n, y->text.n); n++)
		d = next_byte(x, n) - next_byte(y, n);
	return d;
}

struct sorter {
	struct sorted *s;
	const struct profile *p;
	const struct frame_names *names;
	uint8_t *used;   /* by stack */
	uint32_t *place; /* by stack: its place in s->stack */
	uint32_t *moved; /* by place: the place after merging; or NULL */
};

/* List all distinct names, each as a leaf and, if as_caller, also as a caller. */
static struct key *list_names(struct sorter *w, bool as_caller, size_t *n)
{
	const struct profile *p = w->p;
	uint8_t *seen = mem_zeroed(p->dict->str.n, 1);
	struct key *keys = NULL;
	size_t cap = 0;

	*n = 0;
	for (uint32_t i = 1; i < p->dict->loc.n; i++) {
		uint32_t id = w->names->of[i].i;

		if (!id || seen[id]++)
			continue;
		keys = mem_grow(keys, &cap, *n + 2, sizeof(*keys));
		keys[(*n)++] = (struct key){ strings_get(&p->dict->str, id), id, false };
		if (as_caller)
			keys[(*n)++] = (struct key){ strings_get(&p->dict->str, id), id, true };
	}
	mem_free(seen, p->dict->str.n);
	keys = mem_resize(keys, cap * sizeof(*keys), *n * sizeof(*keys));
	return keys;
}

/* Fill in s->text by rank, and the ranks by location. */
static void assign_ranks(struct sorter *w, const struct key *keys, size_t n)
{
	struct sorted *s = w->s;
	uint32_t *leaf = mem_zeroed(w->p->dict->str.n, sizeof(*leaf));
	uint32_t *caller = mem_zeroed(w->p->dict->str.n, sizeof(*caller));

	s->ntext = n + 1;
	s->text = mem_zeroed(s->ntext, sizeof(*s->text));
	for (uint32_t i = 0; i < n; i++) {
		(keys[i].is_caller ? caller : leaf)[keys[i].id] = i + 1;
		s->text[i + 1].i = keys[i].id;
	}
	s->nloc = w->p->dict->loc.n;
	s->as_leaf = mem_zeroed(s->nloc, sizeof(*s->as_leaf));
	s->as_caller = mem_zeroed(s->nloc, sizeof(*s->as_caller));
	for (uint32_t i = 1; i < s->nloc; i++) {
		uint32_t id = w->names->of[i].i;

		s->as_leaf[i] = leaf[id];
		s->as_caller[i] = caller[id] ? caller[id] : leaf[id];
	}
	mem_free(leaf, w->p->dict->str.n * sizeof(*leaf));
	mem_free(caller, w->p->dict->str.n * sizeof(*caller));
}

static void rank_names(struct sorter *w, enum sorted_by by)
{
	size_t n;
	struct key *keys = list_names(w, by == SORTED_AS_TEXT, &n);

	if (n)
		qsort(keys, n, sizeof(*keys), compare_keys);
	assign_ranks(w, keys, n);
	mem_free(keys, n * sizeof(*keys));
}

/* Stacks */

static void find_all_stacks(struct sorter *w)
{
	w->used = mem_zeroed(w->p->dict->stack.n, 1);
	for (size_t col = 0; col < w->p->ncol; col++)
		for (uint32_t i = 1; i < w->p->sample.n; i++)
			if (w->p->col[col].v[i])
				w->used[profile_sample(w->p, (sample_id){ i })->stack.i] = 1;
}

static void find_used_stacks(struct sorter *w, uint32_t col)
{
	w->used = mem_zeroed(w->p->dict->stack.n, 1);
	for (uint32_t i = 1; i < w->p->sample.n; i++)
		if (w->p->col[col].v[i])
			w->used[profile_sample(w->p, (sample_id){ i })->stack.i] = 1;
}

static void list_stacks(struct sorter *w)
{
	struct sorted *s = w->s;
	const struct profile *p = w->p;
	uint32_t at = 0;

	for (uint32_t i = 0; i < p->dict->stack.n; i++)
		s->nstack += w->used[i];
	s->frame = p->dict->stack.frames;
	s->stack = mem_zeroed(s->nstack, sizeof(*s->stack));
	w->place = mem_zeroed(p->dict->stack.n, sizeof(*w->place));
	for (uint32_t i = 0; i < p->dict->stack.n; i++) {
		const struct stack *row = &p->dict->stack.row[i];

		if (!w->used[i])
			continue;
		s->stack[at] = (struct sorted_stack){ .first = row->first, .n = row->n };
		w->place[i] = at++;
	}
	s->n = at;
}

static void add_values(struct sorter *w, uint32_t col)
{
	const struct profile *p = w->p;
	struct base_side base = base_side_of(p);

	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *sample = profile_sample(p, (sample_id){ i });
		struct sorted_stack *to = &w->s->stack[w->place[sample->stack.i]];
		int64_t v = p->col[col].v[i];
		bool is_base = base_side_has(&base, sample->labels);

		w->s->diff |= is_base; /* even if all of the base is 0 */
		if (!v)
			continue;
		if (is_base) {
			to->base = sum_subtract(to->base, v, &w->s->saturated);
		} else {
			to->value = sum_add(to->value, v, &w->s->saturated);
		}
	}
}

/* Sorting */

/* A stack being sorted, with its name at the current depth. */
struct entry {
	uint32_t rank; /* 0 after the leaf */
	uint32_t place;
};

static void sort_few(struct entry *e, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct entry entry = e[i];
		size_t j = i;

		for (; j && e[j - 1].rank > entry.rank; j--)
			e[j] = e[j - 1];
		e[j] = entry;
	}
}

/* Sort entries by one byte of their ranks; the sort is stable. */
static void sort_by_byte(struct entry *to, const struct entry *from, size_t n, int shift)
{
	size_t start[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		start[from[i].rank >> shift & 0xff]++;
	for (size_t i = 0; i < LEN(start); i++) {
		size_t count = start[i];

		start[i] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[start[from[i].rank >> shift & 0xff]++] = from[i];
}

/* Sort entries by rank, then by place. `spare` has room for n entries. */
static void sort_entries(struct entry *e, struct entry *spare, size_t n, uint32_t highest)
{
	enum { FEW = 64 };

	if (n <= FEW) {
		sort_few(e, n);
		return;
	}
	for (int shift = 0; shift < 32 && highest >> shift; shift += 16) {
		sort_by_byte(spare, e, n, shift);
		sort_by_byte(e, spare, n, shift + 8);
	}
}

/*
 * Set the entries' ranks to those of their names at that depth. Are all the same? Are they in
 * order, as in sorted input?
 */
static bool rank_at_depth(const struct sorted *s, struct entry *e, size_t n, uint32_t depth,
			  bool *in_order)
{
	bool same = true;

	*in_order = true;
	for (size_t i = 0; i < n; i++) {
		const struct sorted_stack *stack = &s->stack[e[i].place];

		e[i].rank = depth < stack->n ? sorted_name(s, stack, depth) : 0;
		same = same && e[i].rank == e[0].rank;
		*in_order = *in_order && (!i || e[i].rank >= e[i - 1].rank);
	}
	return same;
}

static size_t run_length(const struct entry *e, size_t n)
{
	size_t i = 1;

	while (i < n && e[i].rank == e[0].rank)
		i++;
	return i;
}

/* Stacks that are sorted by one thread: n entries which are the same above that depth. */
struct sorting {
	struct sorted *s;
	struct entry *e, *spare; /* spare: room for n entries */
	uint32_t *shared;        /* by place in the order: the names shared with the stack before */
	size_t n;
	uint32_t depth;
};

/* All stacks are the same. */
static void share_all(struct sorting *w)
{
	for (size_t i = 1; i < w->n; i++)
		w->shared[i] = w->s->stack[w->e[i].place].n;
}

/*
 * Sort by the first names that differ; w->depth becomes the depth below these. False: all stacks
 * are the same.
 */
static bool sort_by_name(struct sorting *w)
{
	bool in_order;

	while (rank_at_depth(w->s, w->e, w->n, w->depth, &in_order)) {
		if (!w->e[0].rank) {
			share_all(w);
			return false;
		}
		w->depth++;
	}
	if (!in_order)
		sort_entries(w->e, w->spare, w->n, (uint32_t)w->s->ntext);
	w->depth++;
	return true;
}

static void sort_below(struct sorting w);

/* The stacks from entry i on, where a run begins. It shares the names above with the run before. */
static struct sorting runs_from(const struct sorting *w, size_t i)
{
	struct sorting from = *w;

	from.e += i;
	from.spare += i;
	from.shared += i;
	from.n -= i;
	if (i)
		*from.shared = w->depth - 1;
	return from;
}

/* Sort all runs of one name but the largest, which is returned. */
static struct sorting sort_small_runs(const struct sorting *w)
{
	struct sorting largest = { .s = w->s }, run;

	for (size_t i = 0; i < w->n; i += run.n) {
		run = runs_from(w, i);
		run.n = run_length(run.e, run.n);
		if (run.n > largest.n) {
			sort_below(largest);
			largest = run;
		} else {
			sort_below(run);
		}
	}
	return largest;
}

/* The loop continues with the largest run, so that recursion is at most log2(n) deep. */
static void sort_below(struct sorting w)
{
	while (w.n > 1 && sort_by_name(&w))
		w = sort_small_runs(&w);
}

static void sort_runs(void *context, void *sorting)
{
	(void)context;
	sort_below(sort_small_runs(sorting));
}

/* Another thread sorts the runs before entry `cut`, where a run begins. */
static void sort_halves(struct sorting first, size_t cut)
{
	struct sorting second = runs_from(&first, cut);
	struct relay relay;

	first.n = cut;
	relay_begin(&relay, sort_runs, NULL, true);
	relay_pass(&relay, &first);
	sort_runs(NULL, &second);
	relay_end(&relay);
}

/* Many stacks are sorted by two threads, below the first names that divide them evenly. */
static void sort_all(struct sorting w)
{
	enum { MANY = 20000 };

	while (w.n >= MANY && sort_by_name(&w)) {
		size_t start = w.n / 2, end = start;

		/* the run in the middle */
		while (start && w.e[start - 1].rank == w.e[w.n / 2].rank)
			start--;
		while (end < w.n && w.e[end].rank == w.e[w.n / 2].rank)
			end++;
		if (end - start <= w.n / 2) {
			sort_halves(w, start);
			return;
		}
		w = sort_small_runs(&w);
	}
	sort_below(w);
}

/*
 * Put the stacks into the order of e, where `shared` has what each shares with the stack before,
 * and merge those with equal names. NULL: they are in order, and know what they share.
 */
static void merge_in_order(struct sorter *w, const struct entry *e, const uint32_t *shared)
{
	enum { AHEAD = 8 };
	struct sorted *s = w->s;
	struct sorted_stack *to = e ? mem_zeroed(s->nstack, sizeof(*to)) : s->stack;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct sorted_stack from = s->stack[e ? e[i].place : i];

		if (e && i + AHEAD < s->n)
			__builtin_prefetch(&s->stack[e[i + AHEAD].place]);
		if (e)
			from.shared = shared[i];
		if (n && to[n - 1].n == from.n && from.shared == from.n) {
			to[n - 1].value = sum_add(to[n - 1].value, from.value, &s->saturated);
			to[n - 1].base = sum_add(to[n - 1].base, from.base, &s->saturated);
		} else {
			to[n++] = from;
		}
		if (w->moved)
			w->moved[e ? e[i].place : i] = (uint32_t)n;
	}
	if (e)
		mem_free(s->stack, s->nstack * sizeof(*s->stack));
	s->stack = to;
	s->n = n;
}

/* The number of first names that both stacks share. */
static uint32_t shared_names(const struct sorted *s, const struct sorted_stack *a,
			     const struct sorted_stack *b)
{
	const loc_id *x = s->frame + a->first, *y = s->frame + b->first;
	uint32_t n = a->n < b->n ? a->n : b->n, i = 0;

	while (i + 1 < n && (x[i].i == y[i].i || s->as_caller[x[i].i] == s->as_caller[y[i].i]))
		i++;
	return i < n && sorted_name(s, a, i) == sorted_name(s, b, i) ? i + 1 : i;
}

/* Are the stacks already in order, from sorted input? Then what each shares is known, too. */
static bool are_sorted(struct sorted *s)
{
	for (size_t i = 1; i < s->n; i++) {
		struct sorted_stack *a = &s->stack[i - 1], *b = &s->stack[i];
		uint32_t n = a->n < b->n ? a->n : b->n, j = shared_names(s, a, b);

		b->shared = j;
		if (j < n ? sorted_name(s, a, j) > sorted_name(s, b, j) : a->n > b->n)
			return false;
	}
	return true;
}

static void sort_stacks(struct sorter *w)
{
	struct sorting all = { .s = w->s, .n = w->s->n };

	if (are_sorted(w->s)) {
		merge_in_order(w, NULL, NULL);
		return;
	}
	all.e = mem_zeroed(all.n, sizeof(*all.e));
	all.spare = mem_zeroed(all.n, sizeof(*all.spare));
	all.shared = mem_zeroed(all.n, sizeof(*all.shared));
	for (uint32_t i = 0; i < all.n; i++)
		all.e[i].place = i;
	sort_all(all);
	merge_in_order(w, all.e, all.shared);
	mem_free(all.e, all.n * sizeof(*all.e));
	mem_free(all.spare, all.n * sizeof(*all.spare));
	mem_free(all.shared, all.n * sizeof(*all.shared));
}

static void sort_used_stacks(struct sorter *w, uint32_t col, enum sorted_by by)
{
	rank_names(w, by);
	list_stacks(w);
	add_values(w, col);
	sort_stacks(w);
}

void sorted_init(struct sorted *s, const struct profile *p, uint32_t col,
		 const struct frame_names *names, enum sorted_by by)
{
	struct sorter w = { .s = s, .p = p, .names = names };

	*s = (struct sorted){ 0 };
	find_used_stacks(&w, col);
	sort_used_stacks(&w, col, by);
	mem_free(w.used, p->dict->stack.n);
	mem_free(w.place, p->dict->stack.n * sizeof(*w.place));
}

void sorted_init_all(struct sorted *s, const struct profile *p, uint32_t col,
		     const struct frame_names *names, uint32_t *place)
{
	struct sorter w = { .s = s, .p = p, .names = names };
	uint32_t nstack = p->dict->stack.n;

	*s = (struct sorted){ 0 };
	w.moved = mem_zeroed(nstack, sizeof(*w.moved));
	find_all_stacks(&w);
	sort_used_stacks(&w, col, SORTED_AS_TREE);
	for (uint32_t i = 0; i < nstack; i++)
		place[i] = w.used[i] ? w.moved[w.place[i]] : 0;
	mem_free(w.used, nstack);
	mem_free(w.moved, nstack * sizeof(*w.moved));
	mem_free(w.place, nstack * sizeof(*w.place));
}

void sorted_release(struct sorted *s)
{
	mem_free(s->stack, s->nstack * sizeof(*s->stack));
	mem_free(s->text, s->ntext * sizeof(*s->text));
	mem_free(s->as_leaf, s->nloc * sizeof(*s->as_leaf));
	mem_free(s->as_caller, s->nloc * sizeof(*s->as_caller));
	*s = (struct sorted){ 0 };
}
