#include "analyze/graph.h"

#include <stdio.h>

#include "model.h"
#include "tap.h"

static struct profile p;

/* A sample with a stack "main;f;+g"; "+" is inlined, "@x" a frame of binary x. */
static void sample(const char *stack, int64_t v)
{
	struct str rest = str_of(stack);
	loc_id frames[16];
	size_t n = 0;

	while (rest.n) {
		struct str name = str_cut(&rest, ';');
		struct loc l = { 0 };

		if (str_starts(name, S("@")))
			l.map = dict_add_mapping(
				p.dict,
				(struct mapping){ .file = dict_intern(p.dict, str_skip(name, 1)) });
		else if (str_starts(name, S("+")))
			l.flags = LOC_INLINED;
		if (!l.map.i) {
			struct str plain = str_skip(name, l.flags ? 1 : 0);

			l.func = dict_add_func(p.dict,
					       (struct func){ .name = dict_intern(p.dict, plain) });
		}
		frames[n++] = dict_add_loc(p.dict, l);
	}
	profile_add_value(&p, 0,
			  profile_add_sample(&p, dict_add_stack(p.dict, frames, n),
					     (label_set_id){ 0 }),
			  v);
}

static void begin(void)
{
	int64_t scale;

	model_init(&p);
	profile_column(&p, dict_intern(p.dict, S("samples")), dict_intern(p.dict, S("count")),
		       &scale);
}

/* "main 1/10" for each node: flat and cumulative value. */
static void show_nodes(const struct graph *g, enum graph_order order, struct buf *b)
{
	struct graph_list l = graph_nodes(g, order);

	b->n = 0;
	for (size_t i = 0; i < l.n; i++) {
		const struct graph_node *node = graph_node(g, l.v[i]);

		buf_printf(b, "%s%.*s %lld/%lld", i ? ", " : "",
			   STR_ARG(dict_text(p.dict, node->name)), (long long)node->flat,
			   (long long)node->cum);
	}
	graph_list_release(&l);
}

/* "main>f 10" for each edge, and a '+' behind it if all its calls are inlined. */
static void show_edges(const struct graph *g, struct buf *b)
{
	struct graph_list l = graph_edges_by_callee(g);

	b->n = 0;
	for (size_t i = 0; i < l.n; i++) {
		const struct graph_edge *e = graph_edge(g, l.v[i]);

		buf_printf(b, "%s%.*s>%.*s %lld%s", i ? ", " : "",
			   STR_ARG(dict_text(p.dict, graph_node(g, e->caller)->name)),
			   STR_ARG(dict_text(p.dict, graph_node(g, e->callee)->name)),
			   (long long)e->weight, e->called ? "" : "+");
	}
	graph_list_release(&l);
}

/* Compare with what is expected, and begin anew. */
static void check(const char *by_flat, const char *by_cum, const char *edges, const char *name)
{
	struct frame_names names;
	struct graph g;
	struct buf b = { 0 };

	frame_names_init(&names, p.dict, dict_frame_name);
	graph_build(&g, &p, 0, &names, GRAPH_ALL_EDGES);
	show_nodes(&g, GRAPH_BY_FLAT, &b);
	is(buf_str(&b), by_flat, "%s: by flat value", name);
	show_nodes(&g, GRAPH_BY_CUM, &b);
	is(buf_str(&b), by_cum, "%s: by cumulative value", name);
	show_edges(&g, &b);
	is(buf_str(&b), edges, "%s: calls", name);
	graph_release(&g);
	frame_names_release(&names);
	buf_release(&b);
	model_release(&p);
	begin();
}

/* A part without the nodes of these names. */
static void check_part(const char *without, const char *by_flat, const char *edges,
		       const char *name)
{
	struct frame_names names;
	struct graph whole, part;
	struct buf b = { 0 };
	uint8_t *keep;

	frame_names_init(&names, p.dict, dict_frame_name);
	graph_build(&whole, &p, 0, &names, GRAPH_NO_EDGES);
	keep = mem_zeroed(whole.nnode, 1);
	for (uint32_t i = 1; i < whole.nnode; i++)
		keep[i] = !str_eq(dict_text(p.dict, graph_node(&whole, i)->name), str_of(without));
	graph_build_part(&part, &whole, 0, keep);
	show_nodes(&part, GRAPH_BY_FLAT, &b);
	is(buf_str(&b), by_flat, "%s: values", name);
	show_edges(&part, &b);
	for (uint32_t i = 1; i < part.edge.n; i++)
		buf_printf(&b, " %u", graph_edge(&part, i)->residual);
	is(buf_str(&b), edges, "%s: calls, and which are residual", name);
	mem_free(keep, whole.nnode);
	graph_release(&part);
	graph_release(&whole);
	frame_names_release(&names);
	buf_release(&b);
	model_release(&p);
	begin();
}

/* All 32,768 words of 15 letters, a or b; b is inlined in the first half. Two threads add them. */
static void many_stacks(void)
{
	enum { LETTERS = 15, ALL = 1 << LETTERS };

	for (int i = 0; i < ALL; i++) {
		char stack[64] = "m";
		size_t n = 1;

		for (int j = LETTERS; j-- > 0;)
			n += (size_t)snprintf(stack + n, sizeof(stack) - n, "%s",
					      !(i >> j & 1) ? ";a" :
					      i < ALL / 2   ? ";+b" :
							      ";b");
		sample(stack, 1);
	}
}

int main(void)
{
	begin();
	sample("m;a;b", 3);
	sample("m;a", 2);
	sample("m;b", 4);
	check_part("a", "b 7/7, m 0/9", "m>b 7 1", "the middle is left out");
	sample("m;a;b", 3);
	sample("m;c", 1);
	check_part("m", "b 3/3, c 1/1, a 0/3", "a>b 3 0", "the root is left out");
	check("", "", "", "nothing");
	sample("", 5);
	check("", "", "", "no frames");
	sample("m;a", 3);
	sample("m;b", 4);
	check("b 4/4, a 3/3, m 0/7", "m 0/7, b 4/4, a 3/3", "m>a 3, m>b 4", "two");
	sample("m;b", 1);
	sample("m;a", 1);
	check("a 1/1, b 1/1, m 0/2", "m 0/2, a 1/1, b 1/1", "m>b 1, m>a 1", "equal ones by name");
	sample("f;g;f;g;f", 2);
	check("f 2/2, g 0/2", "f 2/2, g 0/2", "g>f 2, f>g 2", "each once in a stack");
	sample("f;f;f", 2);
	check("f 2/2", "f 2/2", "", "a call of itself is none");
	sample("m;+a", 2);
	sample("m;a;+b", 3);
	check("b 3/3, a 2/5, m 0/5", "a 2/5, m 0/5, b 3/3", "m>a 5, a>b 3+", "inlined calls");
	sample("@/lib/x.so;@/usr/x.so", 1);
	check("[x.so] 1/1, [x.so] 0/1", "[x.so] 0/1, [x.so] 1/1", "[x.so]>[x.so] 1",
	      "without names files are apart");
	sample("m;a", 5);
	sample("m;b", -7);
	check("b -7/-7, a 5/5, m 0/-2", "b -7/-7, a 5/5, m 0/-2", "m>a 5, m>b -7",
	      "by size whatever the sign");
	sample("m;a", INT64_MAX);
	sample("m;b", 1);
	check("a 9223372036854775807/9223372036854775807, b 1/1, m 0/9223372036854775807",
	      "a 9223372036854775807/9223372036854775807, m 0/9223372036854775807, b 1/1",
	      "m>a 9223372036854775807, m>b 1", "sums end where 64 bits do");
	many_stacks();
	check("a 16384/32767, b 16384/32767, m 0/32768", "m 0/32768, a 16384/32767, b 16384/32767",
	      "b>a 32752, m>a 16384, a>b 32752, m>b 16384", "many stacks");
	model_release(&p);
	return done();
}
