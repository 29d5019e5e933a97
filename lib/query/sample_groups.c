#include "query/sample_groups.h"

#include <stdlib.h>

#include "analyze/sum.h"
#include "query/report.h"

_Static_assert(sizeof(struct sample_group) == 24, "no padding");

str_id label_set_value(const struct profile *p, label_set_id set, str_id key)
{
	struct buf text = { 0 };
	str_id value = { 0 };

	for (; set.i; set = dict_label_set(p->dict, set)->rest) {
		const struct label *l = dict_label(p->dict, dict_label_set(p->dict, set)->label);

		if (l->key.i != key.i)
			continue;
		if (text.n)
			buf_ch(&text, ',');
		if (l->is_num && !l->unit.i)
			buf_i64(&text, l->num);
		else
			put_label(&text, p, l);
	}
	if (text.n)
		value = dict_intern(p->dict, buf_str(&text));
	buf_release(&text);
	return value;
}

/* The row of each sample's group. It is found once for each set of labels, which are few. */
static uint32_t *find_groups(const struct profile *p, str_id key, struct table *groups)
{
	uint32_t *group_of = mem_zeroed(p->dict->label_set.n, sizeof(*group_of));

	for (uint32_t i = 1; i < p->sample.n; i++) {
		label_set_id set = profile_sample(p, (sample_id){ i })->labels;
		struct sample_group group = { .one = 1 };

		if (group_of[set.i])
			continue;
		if (key.i)
			group.value = label_set_value(p, set, key);
		group_of[set.i] = table_intern(groups, &group);
	}
	return group_of;
}

struct heavy {
	struct sample_group group;
	uint64_t magnitude;
	struct str text;
};

static int compare_groups(const void *a, const void *b)
{
	const struct heavy *x = a, *y = b;

	if (x->magnitude != y->magnitude)
		return x->magnitude > y->magnitude ? -1 : 1;
	return str_cmp(x->text, y->text);
}

static void sort_groups(struct sample_groups *g, const struct table *groups)
{
	struct heavy *list = mem_zeroed(g->n, sizeof(*list));

	g->v = mem_zeroed(g->n, sizeof(*g->v));
	for (size_t i = 0; i < g->n; i++) {
		list[i].group = *(const struct sample_group *)table_row(groups, (uint32_t)i + 1);
		list[i].magnitude = sum_magnitude(list[i].group.weight);
		list[i].text = dict_text(g->p->dict, list[i].group.value);
	}
	if (g->n)
		qsort(list, g->n, sizeof(*list), compare_groups);
	for (size_t i = 0; i < g->n; i++)
		g->v[i] = list[i].group;
	mem_free(list, g->n * sizeof(*list));
}

void sample_groups_init(struct sample_groups *g, const struct profile *p, uint32_t col,
			struct str key)
{
	uint32_t nset = p->dict->label_set.n, *group_of;
	struct table groups;

	*g = (struct sample_groups){ .p = p };
	table_init(&groups, sizeof(struct sample_group), offsetof(struct sample_group, weight));
	group_of = find_groups(p, dict_find_str(p->dict, key), &groups);
	groups_init(&g->by_value, groups.n);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		uint32_t list = group_of[profile_sample(p, (sample_id){ i })->labels.i];
		struct sample_group *group = table_row(&groups, list);

		group->list = list;
		group->weight = sum_add(group->weight, p->col[col].v[i], &g->saturated);
		groups_count(&g->by_value, list);
	}
	g->sample = mem_zeroed(groups_lay_out(&g->by_value), sizeof(*g->sample));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		uint32_t list = group_of[profile_sample(p, (sample_id){ i })->labels.i];

		g->sample[groups_place(&g->by_value, list)] = (sample_id){ i };
	}
	g->n = groups.n - 1;
	sort_groups(g, &groups);
	mem_free(group_of, nset * sizeof(*group_of));
	table_release(&groups);
}

void sample_groups_release(struct sample_groups *g)
{
	mem_free(g->sample, groups_total(&g->by_value) * sizeof(*g->sample));
	groups_release(&g->by_value);
	mem_free(g->v, g->n * sizeof(*g->v));
	*g = (struct sample_groups){ 0 };
}

void sample_group_profile(const struct sample_groups *g, size_t i, struct profile *part)
{
	uint32_t from = groups_begin(&g->by_value, g->v[i].list);

	profile_init_part(part, g->p, g->sample + from,
			  groups_end(&g->by_value, g->v[i].list) - from);
}
