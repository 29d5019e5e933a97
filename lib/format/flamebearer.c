/*
 * Pyroscope's JSON of a flame graph (version 1; grafana.com/docs/pyroscope, "render"), which
 * its pages and Grafana's panel draw.
 *
 * A level is a list of the boxes at one depth, four numbers each: the distance from the end
 * of the box before it, its total, its self value, and the number of its name. A differential
 * profile has seven: the first three for the base, the same for the new side, and the name.
 *
 * This format can only be written. Lost: all but the names of one sample type's stacks.
 */
#include "analyze/tree.h"
#include "base/vec.h"
#include "format/format.h"
#include "io/json.h"

struct flamebearer {
	struct json j;
	struct profile *p;
	struct tree tree;
	uint32_t *name;       /* by str_id: its number + 1; 0 = none yet */
	VEC(str_id) names;    /* in order of their numbers */
	int64_t *x[2];        /* by side and node: where its box begins */
	int64_t largest_self; /* of both sides */
};

static uint32_t nsides(const struct flamebearer *f)
{
	return f->tree.diff ? 2 : 1;
}

/* The values of a side: the base is the first of two. */
static int64_t total_of(const struct flamebearer *f, uint32_t side, uint32_t node)
{
	return f->tree.diff && !side ? f->tree.base_total[node] : f->tree.node[node].total;
}

static int64_t self_of(const struct flamebearer *f, uint32_t side, uint32_t node)
{
	return f->tree.diff && !side ? f->tree.base_self[node] : f->tree.node[node].self;
}

static void set_name(struct flamebearer *f, str_id name)
{
	if (f->name[name.i])
		return;
	vec_push(&f->names, name);
	f->name[name.i] = (uint32_t)f->names.n;
}

/* Children begin where their parent begins; its self value is on the right. */
static bool place(struct flamebearer *f, struct out *out)
{
	for (uint32_t node = 0; node < f->tree.n; node++) {
		const struct tree_node *n = &f->tree.node[node];

		if (node)
			set_name(f, n->name);
		for (uint32_t side = 0; side < nsides(f); side++) {
			int64_t x = f->x[side][node], self = self_of(f, side, node);

			if (total_of(f, side, node) < 0)
				return out_fail(out, "a flamebearer holds no values below 0: use "
						     "-t pprof or -t folded");
			f->largest_self = self > f->largest_self ? self : f->largest_self;
			for (uint32_t c = n->first; c; c = f->tree.node[c].next) {
				f->x[side][c] = x;
				x = sat_add(f->p, x, total_of(f, side, c));
			}
		}
	}
	return true;
}

static void put_names(struct flamebearer *f)
{
	json_member_array(&f->j, "names");
	json_put_string(&f->j, S("total"));
	for (size_t i = 0; i < f->names.n; i++)
		json_put_string(&f->j, dict_text(f->p->dict, f->names.v[i]));
	json_end_array(&f->j);
}

static void put_box(struct flamebearer *f, uint32_t node, int64_t end[2])
{
	for (uint32_t side = 0; side < nsides(f); side++) {
		int64_t total = total_of(f, side, node);

		json_put_int64(&f->j, f->x[side][node] - end[side]);
		json_put_int64(&f->j, total);
		json_put_int64(&f->j, self_of(f, side, node));
		end[side] = sat_add(f->p, f->x[side][node], total);
	}
	json_put_int64(&f->j, node ? f->name[f->tree.node[node].name.i] : 0);
}

static void put_levels(struct flamebearer *f, struct out *out)
{
	VEC(uint32_t) level = { 0 }, below = { 0 };

	json_member_array(&f->j, "levels");
	vec_push(&level, 0);
	while (level.n) {
		int64_t end[2] = { 0, 0 };

		json_begin_array(&f->j);
		vec_clear(&below);
		for (size_t i = 0; i < level.n; i++) {
			put_box(f, level.v[i], end);
			for (uint32_t c = f->tree.node[level.v[i]].first; c;
			     c = f->tree.node[c].next)
				vec_push(&below, c);
			out_flush(out);
		}
		json_end_array(&f->j);
		vec_clear(&level);
		for (size_t i = 0; i < below.n; i++)
			vec_push(&level, below.v[i]);
	}
	json_end_array(&f->j);
	vec_release(&level);
	vec_release(&below);
}

/* The page's divisor of values, and the unit that it shows after the quotient. */
static void put_units(struct flamebearer *f, const struct column *c)
{
	struct str unit = dict_text(f->p->dict, c->unit);
	bool is_time = str_eq(unit, S("nanoseconds"));

	json_member_int64(&f->j, "sampleRate", is_time ? 1000000000 : 1);
	json_member_string(&f->j, "units",
			   is_time                  ? S("samples") :
			   str_eq(unit, S("bytes")) ? S("bytes") :
						      S("objects"));
	json_member_string(&f->j, "name", dict_text(f->p->dict, c->type));
	json_member_string(&f->j, "spyName", S("prof"));
}

static void put_document(struct flamebearer *f, struct out *out, uint32_t col)
{
	bool diff = f->tree.diff;

	json_begin_object(&f->j);
	json_member_int64(&f->j, "version", 1);
	json_member_object(&f->j, "flamebearer");
	put_names(f);
	put_levels(f, out);
	json_member_int64(&f->j, "numTicks",
			  sat_add(f->p, f->tree.node[0].total, diff ? f->tree.base_total[0] : 0));
	json_member_int64(&f->j, "maxSelf", f->largest_self);
	json_end_object(&f->j);
	json_member_object(&f->j, "metadata");
	json_member_string(&f->j, "format", diff ? S("double") : S("single"));
	put_units(f, &f->p->col[col]);
	json_end_object(&f->j);
	if (diff) {
		json_member_int64(&f->j, "leftTicks", f->tree.base_total[0]);
		json_member_int64(&f->j, "rightTicks", f->tree.node[0].total);
	}
	json_end_object(&f->j);
	buf_ch(&out->bytes, '\n');
}

static void write_flamebearer(struct out *out, struct profile *p)
{
	struct flamebearer f = { .j = { .b = &out->bytes }, .p = p };
	struct frame_names names;
	uint32_t col;

	if (!p->ncol)
		return;
	col = profile_default_column(p);
	profile_round(p);
	frame_names_init(&names, p->dict, dict_frame_name);
	tree_build(&f.tree, p, col, &names, TREE_BY_NAME);
	p->saturated += f.tree.saturated;
	f.name = mem_zeroed(p->dict->str.n, sizeof(*f.name));
	for (uint32_t side = 0; side < nsides(&f); side++)
		f.x[side] = mem_zeroed(f.tree.n, sizeof(*f.x[side]));
	if (place(&f, out))
		put_document(&f, out, col);
	for (uint32_t side = 0; side < nsides(&f); side++)
		mem_free(f.x[side], f.tree.n * sizeof(*f.x[side]));
	mem_free(f.name, p->dict->str.n * sizeof(*f.name));
	vec_release(&f.names);
	tree_release(&f.tree);
	frame_names_release(&names);
}

const struct format format_flamebearer = {
	.name = "flamebearer",
	.help = "Pyroscope's JSON of a flame graph",
	.text = true,
	.write = write_flamebearer,
};
