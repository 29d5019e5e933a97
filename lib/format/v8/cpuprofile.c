/*
 * CPU profiles of V8: what node --cpu-prof, Deno, Bun and Chrome's developer tools write
 * as .cpuprofile. See v8.h for the form of the file.
 *
 * - The members may come in any order.
 * - An old form has the tree in "head", and absolute times in "timestamps", in us. Its start and
 *   end are in seconds; most programs cut off the fraction, and then they say nothing.
 * - Without samples, the nodes' hitCounts are the samples.
 * - The profile may be inside {"cpuProfile": ...} or {"profile": ...}, as the protocol of
 *   the developer tools answers.
 */
#include <math.h>

#include "format/format.h"
#include "format/json/json_paths.h"
#include "format/v8/v8.h"

struct reader {
	struct json_in *j;
	struct profile *p;
	struct v8_nodes nodes;
	struct tree_samples samples;
	struct v8_samples timed;
	uint32_t group;
	double start, end; /* us, or s */
	bool has_end, old_form, has_samples;
	bool is_found;                   /* a member was read that only a CPU profile has */
	int64_t first_stamp, last_stamp; /* ns */
};

void v8_cpu_columns(struct profile *p, uint32_t *samples, uint32_t *cpu)
{
	struct dictionary *d = p->dict;
	int64_t scale;

	p->head.period_type = dict_intern(d, S("cpu"));
	p->head.period_unit = dict_intern(d, S("nanoseconds"));
	*samples = profile_column(p, dict_intern(d, S("samples")), dict_intern(d, S("count")),
				  &scale);
	*cpu = profile_column(p, p->head.period_type, p->head.period_unit, &scale);
}

static void read_nodes(struct reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		v8_read_node(&r->nodes, r->j, 0);
}

static void read_sample_ids(struct reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		v8_add_sample(&r->timed, v8_node_row(&r->nodes, json_u64(r->j)));
		r->has_samples = true;
	}
}

static void read_deltas(struct reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		v8_add_delta(&r->timed, json_scaled(r->j, 1000));
}

static void read_timestamps(struct reader *r)
{
	bool first = true;

	r->old_form = true;
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		int64_t at = json_scaled(r->j, 1000);

		if (first)
			r->first_stamp = r->last_stamp = at;
		v8_add_delta(&r->timed, (int64_t)((uint64_t)at - (uint64_t)r->last_stamp));
		r->last_stamp = at;
		first = false;
	}
}

static void read_members(struct reader *r);

static void read_cpu_member(struct reader *r, struct str key)
{
	struct json_in *j = r->j;

	if (str_eq(key, S("nodes"))) {
		read_nodes(r);
	} else if (str_eq(key, S("head"))) {
		r->old_form = true;
		v8_read_node(&r->nodes, j, 0);
	} else if (str_eq(key, S("samples")) && j->kind != JSON_NULL) {
		read_sample_ids(r);
	} else if (str_eq(key, S("timeDeltas"))) {
		read_deltas(r);
	} else if (str_eq(key, S("timestamps"))) {
		read_timestamps(r);
	} else if (str_eq(key, S("startTime"))) {
		r->start = json_f64(j);
	} else if (str_eq(key, S("endTime"))) {
		r->end = json_f64(j);
		r->has_end = true;
	} else if (str_eq(key, S("cpuProfile")) || str_eq(key, S("profile")) ||
		   str_eq(key, S("result"))) {
		read_members(r);
		return;
	} else {
		return;
	}
	r->is_found = true;
}

static void read_members(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_cpu_member(r, key);
}

/* ns from the start to the end; -1 = not known. */
static int64_t cpu_duration(const struct reader *r)
{
	double scale = r->old_form ? 1e9 : 1e3, ns = (r->end - r->start) * scale;

	if (r->old_form && r->start == floor(r->start) && r->end == floor(r->end))
		return -1;
	return r->has_end && ns >= 0 && ns < 1e18 ? llround(ns) : -1;
}

/* The end in ns from the time from which the samples count; -1 = not known. */
static int64_t end_of_samples(const struct reader *r, int64_t duration)
{
	double start = r->start * 1e9;

	if (duration < 0 || !r->first_stamp || fabs(start) > 1e18)
		return duration;
	return duration - (r->first_stamp - llround(start));
}

/* Use the nodes' hits as samples, among which the duration is divided. */
static void add_hits(struct reader *r)
{
	int64_t total = 0, ns = cpu_duration(r), each;

	for (uint32_t i = 1; i < r->nodes.row.n; i++)
		total = sat_add(r->p, total, ((struct v8_node *)table_row(&r->nodes.row, i))->hits);
	each = ns > 0 && total > 0 ? ns / total : 0;
	for (uint32_t i = 1; i < r->nodes.row.n; i++) {
		const struct v8_node *n = table_row(&r->nodes.row, i);

		if (n->hits > 0)
			tree_add(&r->samples, r->group, i, 0, n->hits,
				 (struct json_decimal){ sat_mul(r->p, n->hits, each) });
	}
	in_note(r->j->in, 0, "there are no samples: the hits of the nodes count for %lld us each",
		(long long)each / 1000);
}

static void finish_cpu(struct reader *r)
{
	struct v8_tree tree = { 0 };
	int64_t ns = cpu_duration(r);

	if (ns > 0)
		r->p->head.duration = ns;
	if (!r->has_samples && r->nodes.has_hits)
		add_hits(r);
	else
		v8_end_samples(&r->timed, end_of_samples(r, ns));
	if (!r->j->in->failed && v8_join_nodes(&r->nodes, &tree))
		tree_finish(&r->samples, tree.v, tree.n, NULL, 0);
	vec_release(&tree);
}

static void read_profile(struct reader *r)
{
	if (json_first(r->j))
		read_members(r);
	if (!r->j->in->failed && !r->is_found)
		json_fail(r->j, "no CPU profile of V8: it has neither nodes nor samples");
	if (json_finished(r->j))
		finish_cpu(r);
}

static bool cpuprofile_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct reader r = { .j = &j, .p = p };
	uint32_t samples, cpu;

	json_in_open(&j, in);
	v8_nodes_init(&r.nodes, &j, p->dict);
	tree_samples_init(&r.samples, &j, p);
	v8_cpu_columns(p, &samples, &cpu);
	r.group = tree_group(&r.samples, (label_set_id){ 0 }, samples, cpu);
	r.timed = (struct v8_samples){ .to = &r.samples, .group = r.group };
	read_profile(&r);
	v8_samples_release(&r.timed);
	tree_samples_release(&r.samples);
	v8_nodes_release(&r.nodes);
	json_in_close(&j);
	return !in->failed;
}

static int cpuprofile_sniff(struct sniff *s)
{
	if (json_has(s, S("nodes.*.callFrame")) || json_has(s, S("head.hitCount")) ||
	    json_has(s, S("head.children.*.hitCount")) || json_has(s, S("timeDeltas")) ||
	    json_has(s, S("cpuProfile")) || json_has(s, S("profile.nodes")) ||
	    json_has(s, S("profile.timeDeltas")) || json_has(s, S("result.profile.nodes")))
		return JSON_BITS;
	return json_has(s, S("samples.#")) || json_has(s, S("nodes.*.id")) ? JSON_ANY_BITS : 0;
}

const struct format format_cpuprofile = {
	.name = "cpuprofile",
	.help = "CPU profiles of V8: node --cpu-prof, Deno, Bun, Chrome",
	.sniff = cpuprofile_sniff,
	.read = cpuprofile_read,
	.write = cpuprofile_write,
};
