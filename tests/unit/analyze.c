/* lib/analyze: sums, groups, totals, and trees that a dictionary's other profiles share. */
#include <stdio.h>

#include "analyze/groups.h"
#include "analyze/sum.h"
#include "analyze/total.h"
#include "analyze/tree.h"
#include "model.h"
#include "profile/stack_group.h"
#include "tap.h"

static void test_sums(void)
{
	uint64_t saturated = 0;

	ok(sum_add(INT64_MAX - 1, 1, &saturated) == INT64_MAX && !saturated, "up to the limit");
	ok(sum_add(INT64_MAX, 1, &saturated) == INT64_MAX && saturated == 1, "and not beyond");
	ok(sum_add(INT64_MIN, -1, &saturated) == INT64_MIN && saturated == 2, "nor below");
	ok(sum_subtract(0, INT64_MIN, &saturated) == INT64_MAX && saturated == 3, "0 - least");
	ok(sum_subtract(-1, INT64_MIN, &saturated) == INT64_MAX && saturated == 3, "-1 - least");
	ok(sum_magnitude(INT64_MIN) == (uint64_t)1 << 63 && sum_magnitude(5) == 5, "magnitudes");
}

static void test_groups(void)
{
	static const unsigned list_of[] = { 2, 0, 2, 4, 0, 2 };
	struct groups g;
	uint32_t placed[6] = { 0 };

	groups_init(&g, 5);
	for (size_t i = 0; i < LEN(list_of); i++)
		groups_count(&g, list_of[i]);
	ok(groups_lay_out(&g) == 6, "all are counted");
	for (uint32_t i = 0; i < LEN(list_of); i++)
		placed[groups_place(&g, list_of[i])] = i;
	ok(groups_begin(&g, 0) == 0 && groups_end(&g, 0) == 2 && placed[0] == 1 && placed[1] == 4,
	   "the first list, in order");
	ok(groups_begin(&g, 1) == groups_end(&g, 1), "an empty one");
	ok(groups_end(&g, 2) - groups_begin(&g, 2) == 3 && placed[groups_begin(&g, 2)] == 0,
	   "one in the middle");
	ok(groups_begin(&g, 4) == 5 && groups_end(&g, 4) == 6 && groups_total(&g) == 6, "the last");
	groups_release(&g);
}

/* Add a sample "a;b" of that value; base: one of the base of a differential profile. */
static void add_sample(struct profile *p, const char *stack, int64_t v, bool base)
{
	struct dictionary *d = p->dict;
	struct str rest = str_of(stack);
	label_set_id labels = { 0 };
	loc_id frame[8];
	size_t n = 0;
	int64_t scale;
	uint32_t col = profile_column(p, dict_intern(d, S("samples")), dict_intern(d, S("count")),
				      &scale);

	while (rest.p) {
		func_id f = dict_add_func(d, (struct func){
						     .name = dict_intern(d, str_cut(&rest, ';')) });

		frame[n++] = dict_add_loc(d, (struct loc){ .func = f });
	}
	if (base)
		labels = dict_add_text_label(d, labels, BASE_LABEL, S("true"));
	profile_add_value(p, col, profile_add_sample(p, dict_add_stack(d, frame, n), labels), v);
}

static void test_totals(void)
{
	struct profile p, other;
	struct column_total t;

	model_init(&p);
	profile_init(&other, p.dict);
	add_sample(&p, "a", 5, false);
	add_sample(&p, "b", -3, false);
	t = column_total(&p, 0);
	ok(t.magnitude == 8 && !t.base && column_total_shares(&t) == 8, "without signs");
	add_sample(&other, "a", -4, true);
	add_sample(&other, "a", 6, false);
	ok(!is_differential(&p), "a label of another profile makes none differential");
	ok(is_differential(&other), "but its own");
	t = column_total(&other, 0);
	ok(t.magnitude == 10 && t.base == 4 && column_total_shares(&t) == 4, "shares of the base");
	add_sample(&p, "c", INT64_MAX, false);
	t = column_total(&p, 0);
	ok(t.magnitude == INT64_MAX && t.saturated == 1 && !p.saturated, "saturation is counted");
	profile_release(&other);
	model_release(&p);
}

/* Stacks that are new, known, empty, or twice in a group. */
static void test_stack_group(void)
{
	enum { N = 500 };
	struct stack_group g = { 0 };
	struct profile p;
	stack_id one[N], all[N];
	bool same = true;

	model_init(&p);
	g.dict = p.dict;
	for (uint32_t i = 0; i < N; i++) {
		loc_id frames[] = { { 1 + i % 3 }, { 1 + i / 40 }, { 7 } };

		stack_group_add(&g, frames, i % 4, &all[i]);
		if (i == N / 2)
			stack_group_end(&g);
	}
	stack_group_end(&g);
	for (uint32_t i = 0; i < N; i++) {
		loc_id frames[] = { { 1 + i % 3 }, { 1 + i / 40 }, { 7 } };

		one[i] = dict_add_stack(p.dict, frames, i % 4);
		same = same && one[i].i == all[i].i && !one[i].i == !(i % 4);
	}
	ok(same, "in groups and one by one: the same stacks");
	model_release(&p);
}

/* "a(b(c)d)" with siblings in the tree's order. */
static void print_below(const struct tree *t, const struct dictionary *d, uint32_t node,
			struct buf *b)
{
	for (uint32_t i = t->node[node].first; i; i = t->node[i].next) {
		buf_add(b, dict_text(d, t->node[i].name));
		if (!t->node[i].first)
			continue;
		buf_ch(b, '(');
		print_below(t, d, i, b);
		buf_ch(b, ')');
	}
}

static void test_trees(void)
{
	static const char *const shown[] = {
		[TREE_BY_NAME] = "m(ab)z",
		[TREE_BY_TOTAL] = "z"
				  "m(ba)",
		[TREE_AS_STACKS] = "zm(ba)",
	};
	struct frame_names names;
	struct profile p, other;
	struct buf b = { 0 };

	model_init(&p);
	profile_init(&other, p.dict);
	add_sample(&other, "x;y", 1, false);
	add_sample(&p, "z", 9, false);
	add_sample(&p, "m;b", 2, false);
	add_sample(&p, "m;a", 1, false);
	add_sample(&p, "m;c", 0, false);
	frame_names_init(&names, p.dict, dict_frame_name);
	for (int order = TREE_BY_NAME; order <= TREE_AS_STACKS; order++) {
		struct tree t;
		uint32_t n = 0, depth = 0, deepest = 0;

		tree_build(&t, &p, 0, &names, (enum tree_order)order);
		b.n = 0;
		print_below(&t, p.dict, 0, &b);
		is(buf_str(&b), shown[order], "order %d, without the other profile's", order);
		for (uint32_t i = tree_next(&t, 0, &depth); i; i = tree_next(&t, i, &depth)) {
			n++;
			deepest = depth > deepest ? depth : deepest;
		}
		ok(n == t.n - 1 && t.node[0].total == 12, "all nodes are walked");
		ok(depth == 0 && deepest == 2 && t.depth == 2, "their depth is known");
		tree_release(&t);
	}
	frame_names_release(&names);
	buf_release(&b);
	profile_release(&other);
	model_release(&p);
}

/* Add random stacks: so many that two threads sort and add them. */
static void add_many(struct profile *p, const char *above, bool diff)
{
	uint64_t state = 1;

	for (int i = 0; i < 40000; i++) {
		char text[64];
		int n = snprintf(text, sizeof(text), "%s", above), depth;

		state = state * 6364136223846793005u + 1442695040888963407u;
		depth = 2 + (int)(state >> 60) / 3; /* add_sample() takes 8 in all */
		for (int j = 0; j < depth; j++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%c",
				      j || *above ? ";" : "",
				      'a' + (int)(state >> (20 + 4 * j) & 15));
		add_sample(p, text, 1 + i % 7, diff && i % 3 == 0);
	}
}

/* The node of a stack, or 0. */
static uint32_t node_of(const struct tree *t, const struct frame_names *names,
			const struct dictionary *d, stack_id stack)
{
	size_t n;
	const loc_id *frame = dict_frames(d, stack, &n);
	uint32_t node = 0;

	for (size_t i = 0; i < n && (node || !i); i++) {
		node = t->node[node].first;
		while (node && t->node[node].name.i != frame_name(names, frame[i]).i)
			node = t->node[node].next;
	}
	return node;
}

/* Are siblings in order, and totals the sums of what is below? */
static bool is_ordered(const struct tree *t, const struct dictionary *d)
{
	for (uint32_t i = 0; i < t->n; i++) {
		int64_t total = t->node[i].self, base = t->diff ? t->base_self[i] : 0;

		for (uint32_t c = t->node[i].first; c; c = t->node[c].next) {
			uint32_t next = t->node[c].next;

			total += t->node[c].total;
			base += t->diff ? t->base_total[c] : 0;
			if (t->node[c].parent != i || c <= i ||
			    (next && str_cmp(dict_text(d, t->node[c].name),
					     dict_text(d, t->node[next].name)) >= 0))
				return false;
		}
		if (total != t->node[i].total || (t->diff && base != t->base_total[i]))
			return false;
	}
	return true;
}

static void test_many_stacks(const char *above, bool diff)
{
	struct frame_names names;
	struct profile p;
	struct tree t;
	int64_t *self, *base;
	bool same = true;

	model_init(&p);
	add_many(&p, above, diff);
	frame_names_init(&names, p.dict, dict_frame_name);
	tree_build(&t, &p, 0, &names, TREE_BY_NAME);
	ok(p.dict->stack.n > 20000 && t.diff == diff, "%u stacks", p.dict->stack.n);
	ok(is_ordered(&t, p.dict), "siblings are in order, totals right");
	self = mem_zeroed(t.n, sizeof(*self));
	base = mem_zeroed(t.n, sizeof(*base));
	for (uint32_t i = 1; i < p.sample.n; i++) {
		const struct sample *s = profile_sample(&p, (sample_id){ i });
		int64_t v = profile_value(&p, 0, (sample_id){ i });

		if (s->labels.i)
			base[node_of(&t, &names, p.dict, s->stack)] -= v;
		else
			self[node_of(&t, &names, p.dict, s->stack)] += v;
	}
	for (uint32_t i = 0; i < t.n; i++)
		same = same && t.node[i].self == self[i] && (diff ? t.base_self[i] : 0) == base[i];
	ok(same && !self[0], "each stack has its node, and no other has a value");
	mem_free(self, t.n * sizeof(*self));
	mem_free(base, t.n * sizeof(*base));
	tree_release(&t);
	frame_names_release(&names);
	model_release(&p);
}

int main(void)
{
	test_sums();
	test_groups();
	test_totals();
	test_stack_group();
	test_trees();
	test_many_stacks("", false);
	test_many_stacks("main", false);
	test_many_stacks("main", true);
	return done();
}
