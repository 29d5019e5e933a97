#include "query/label_values.h"

#include <stdlib.h>

#include "query/report.h"

/* A row of a table that finds labels with the same text. */
struct reading {
	str_id key, text;
	uint32_t is_num, one;
	/* Payload. */
	int64_t num, weight;
};

_Static_assert(sizeof(struct reading) == 32, "no padding");

static void add_label(struct table *readings, struct profile *p, const struct label *label,
		      bool readable, int64_t v)
{
	struct label l = *label;
	struct reading row = { .key = l.key, .is_num = l.is_num, .one = 1, .num = l.num };
	struct reading *at;
	struct buf text = { 0 };

	if (readable)
		put_label(&text, p, &l);
	else if (l.is_num)
		buf_i64(&text, l.num);
	row.text = l.is_num ? dict_intern(p->dict, buf_str(&text)) : l.str;
	buf_release(&text);
	at = table_row(readings, table_intern(readings, &row));
	at->weight = sat_add(p, at->weight, v);
}

/* Add up samples by set of labels first, since sets are few. */
static void add_sets(struct table *readings, struct profile *p, uint32_t col, bool readable)
{
	int64_t *weight = mem_zeroed(p->dict->label_set.n, sizeof(*weight));
	uint8_t *used = mem_zeroed(p->dict->label_set.n, 1);

	for (uint32_t i = 1; i < p->sample.n; i++) {
		uint32_t set = profile_sample(p, (sample_id){ i })->labels.i;

		weight[set] = sat_add(p, weight[set], p->col[col].v[i]);
		used[set] = 1;
	}
	for (uint32_t i = 1; i < p->dict->label_set.n; i++) {
		label_set_id set = { i };

		for (; used[i] && set.i; set = dict_label_set(p->dict, set)->rest)
			add_label(readings, p,
				  dict_label(p->dict, dict_label_set(p->dict, set)->label),
				  readable, weight[i]);
	}
	mem_free(weight, p->dict->label_set.n * sizeof(*weight));
	mem_free(used, p->dict->label_set.n);
}

/* Sorting */

struct entry {
	struct str key, text;
	uint64_t magnitude;
	struct label_value v;
};

static int by_weight(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int d = str_cmp(x->key, y->key);

	if (d)
		return d;
	if (x->magnitude != y->magnitude)
		return x->magnitude > y->magnitude ? -1 : 1;
	return str_cmp(x->text, y->text);
}

static int by_value(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int d = str_cmp(x->key, y->key);

	if (d)
		return d;
	if (x->v.is_num != y->v.is_num)
		return x->v.is_num ? -1 : 1;
	if (x->v.is_num && x->v.num != y->v.num)
		return x->v.num < y->v.num ? -1 : 1;
	return str_cmp(x->text, y->text);
}

static void sort_label_values(struct label_values *l, const struct profile *p,
			      enum label_order order)
{
	struct entry *e = mem_zeroed(l->n, sizeof(*e));

	for (size_t i = 0; i < l->n; i++) {
		const struct label_value *v = &l->v[i];

		e[i].key = dict_text(p->dict, v->key);
		e[i].text = dict_text(p->dict, v->text);
		e[i].magnitude = v->weight < 0 ? -(uint64_t)v->weight : (uint64_t)v->weight;
		e[i].v = *v;
	}
	qsort(e, l->n, sizeof(*e), order == LABELS_BY_WEIGHT ? by_weight : by_value);
	for (size_t i = 0; i < l->n; i++)
		l->v[i] = e[i].v;
	mem_free(e, l->n * sizeof(*e));
}

void label_values_init(struct label_values *l, struct profile *p, uint32_t col, bool readable,
		       enum label_order order)
{
	struct table readings;

	table_init(&readings, sizeof(struct reading), offsetof(struct reading, num));
	add_sets(&readings, p, col, readable);
	*l = (struct label_values){ .n = readings.n - 1, .cap = readings.n - 1 };
	l->v = mem_zeroed(l->cap, sizeof(*l->v));
	for (uint32_t i = 1; i < readings.n; i++) {
		const struct reading *row = table_row(&readings, i);

		l->v[i - 1] = (struct label_value){ row->key, row->text, row->is_num, row->num,
						    row->weight };
	}
	table_release(&readings);
	sort_label_values(l, p, order);
}

void label_values_release(struct label_values *l)
{
	mem_free(l->v, l->cap * sizeof(*l->v));
	*l = (struct label_values){ 0 };
}
