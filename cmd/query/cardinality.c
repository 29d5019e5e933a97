#include "cmd/query/cardinality.h"

#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/query/time_table.h"
#include "cmd/query/visits.h"
#include "store/log.h"

struct label_count {
	uint32_t key, zero; /* key: a string of counting.text */
	/* Payload */
	uint64_t nvalue, nseries;
};

struct value_seen {
	uint32_t key, value;
};

_Static_assert(sizeof(struct label_count) == 24, "no padding");
_Static_assert(sizeof(struct value_seen) == 8, "no padding");

struct counting {
	struct selector *selector;
	struct strings text, series;
	struct table labels, values; /* struct label_count, struct value_seen */
	struct log_writer split;     /* divides profiles of files into series */
};

static void count_label(struct counting *c, const struct series_label *l)
{
	struct buf number = { 0 };
	struct label_count key = { strings_intern(&c->text, l->key) };
	struct label_count *count = table_row(&c->labels, table_intern(&c->labels, &key));
	struct value_seen value = { .key = key.key };
	uint32_t n = c->values.n;

	if (l->is_num)
		buf_i64(&number, l->num);
	value.value = 1 + strings_intern(&c->text, l->is_num ? buf_str(&number) : l->str);
	count->nvalue += table_intern(&c->values, &value) == n;
	count->nseries++;
	buf_release(&number);
}

static void count_series(struct counting *c, const struct series *s)
{
	uint32_t n = c->series.n;

	if (strings_intern(&c->series, s->bytes) != n)
		return;
	for (size_t i = 0; i < s->label.n; i++)
		count_label(c, &s->label.v[i]);
}

static void count_store(void *context, struct store_view *v)
{
	struct counting *c = context;
	struct piece p;

	view_begin_series(v, c->selector);
	while (view_next(v, &p))
		count_series(c, p.series);
}

static void count_profile(void *context, struct profile *p)
{
	struct counting *c = context;
	struct series s = { 0 };
	bool exact;

	log_hash(&c->split, p, (label_set_id){ 0 });
	if (series_get(&s, buf_str(&c->split.series)) &&
	    (!c->selector || series_selected(&s, c->selector, NULL, 0, &exact)))
		count_series(c, &s);
	series_release(&s);
}

/* Labels with most values first: these are the ones to drop. */
static int by_values(const void *a, const void *b)
{
	const struct label_count *x = *(const struct label_count *const *)a,
				 *y = *(const struct label_count *const *)b;

	if (x->nvalue != y->nvalue)
		return x->nvalue > y->nvalue ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void print_labels(struct counting *c, struct time_table *t)
{
	size_t n = c->labels.n - 1;
	const struct label_count **sorted = mem_zeroed(n, sizeof(struct label_count *));

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = table_row(&c->labels, i + 1);
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_values);
	for (size_t i = 0; i < n; i++) {
		put_value_cell(t, (int64_t)sorted[i]->nvalue, S("count"));
		put_value_cell(t, (int64_t)sorted[i]->nseries, S("count"));
		put_text_cell(t, strings_get(&c->text, sorted[i]->key), 0);
		end_line(t);
	}
	mem_free(sorted, n * sizeof(struct label_count *));
}

bool cardinality_print(char *const *paths, struct selector *selector, enum report_format format)
{
	struct counting c = { .selector = selector };
	struct visits v = { &c, count_store, count_profile };
	struct time_table t = { 0 };
	int64_t since, until;
	bool ok;

	strings_init(&c.text);
	strings_init(&c.series);
	table_init(&c.labels, sizeof(struct label_count), offsetof(struct label_count, nvalue));
	table_init(&c.values, sizeof(struct value_seen), sizeof(struct value_seen));
	log_writer_begin(&c.split, "");
	chosen_times(&since, &until);
	ok = visit_all(&v, paths, since, until);
	vec_push(&t.names, "values");
	vec_push(&t.names, "series");
	vec_push(&t.names, "label");
	if (time_table_begin(&t, format)) {
		if (format == REPORT_TEXT)
			buf_printf(&t.out.bytes, "%12s  %12s  label\n", "values", "series");
		print_labels(&c, &t);
	}
	ok = time_table_end(&t) && ok;
	note("%u series", c.series.n - 1);
	log_writer_end(&c.split);
	strings_release(&c.text);
	strings_release(&c.series);
	table_release(&c.labels);
	table_release(&c.values);
	return ok;
}
