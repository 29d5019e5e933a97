#include "cmd/query/index_types.h"

#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/query/time_table.h"
#include "cmd/query/visits.h"
#include "profile/type_order.h"

bool has_index_types(char *const *paths)
{
	bool all = *paths != NULL;

	for (char *const *at = paths; *at; at++)
		all = all && (server_is(*at) || store_is(*at));
	if (!all && has_server(paths))
		usage("--types: of servers and stores, or of files: not of both");
	return all;
}

struct index_types {
	struct strings ids;
	struct time_series chosen; /* has the default type of the stores */
	VEC(struct type_parts) type;
};

static void add_type(struct index_types *t, struct str id)
{
	uint32_t n = t->ids.n, i = strings_intern(&t->ids, id);
	struct type_parts parts;

	if (i != n)
		return;
	type_parts_get(&parts, strings_get(&t->ids, i));
	vec_push(&t->type, parts);
}

static void add_types_of_store(void *context, struct store_view *v)
{
	struct index_types *t = context;
	struct buf id = { 0 };
	struct piece p;
	bool exact;

	time_series_choose_type(&t->chosen, v);
	view_begin_series(v, common.selector);
	while (view_next(v, &p)) {
		if (common.selector && !series_selected(p.series, common.selector, NULL, 0, &exact))
			continue;
		for (size_t i = 0; i < p.series->type.n; i++) {
			id.n = 0;
			series_type_id(p.series, i, &id);
			if (!common.selector ||
			    selector_matches_type(common.selector, buf_str(&id)))
				add_type(t, buf_str(&id));
		}
	}
	buf_release(&id);
}

static bool add_types_of_server(void *context, struct server *s)
{
	for (size_t i = 0; i < s->type.n; i++)
		add_type(context, s->type.v[i].is.id);
	return true;
}

static void put_type(struct time_table *table, const struct type_parts *t, size_t i,
		     bool is_default)
{
	struct buf *b = &table->out.bytes;

	if (table->format != REPORT_TEXT) {
		rows_int(&table->rows, (int64_t)i);
		rows_str(&table->rows, t->part[1]);
		rows_str(&table->rows, t->part[2]);
		rows_str(&table->rows, t->id);
		rows_bool(&table->rows, is_default);
		return;
	}
	buf_printf(b, "%zu  ", i);
	put_name(b, t->part[1]);
	buf_ch(b, '/');
	put_name(b, t->part[2]);
	buf_add(b, S("  "));
	put_name(b, t->id);
	buf_add(b, is_default ? S("  (default)\n") : S("\n"));
}

/* Of stores the type that other reports take; a server does not say what profiles declare. */
static size_t default_type(const struct index_types *t)
{
	size_t best = 0;

	for (size_t i = 0; i < t->type.n; i++) {
		if (t->chosen.type_id.n && str_eq(t->type.v[i].id, buf_str(&t->chosen.type_id)))
			return i;
		if (i && type_parts_is_better(&t->type.v[i], &t->type.v[best]))
			best = i;
	}
	return best;
}

static bool print_types(struct index_types *t, enum report_format format)
{
	static const char *const cells[] = { "index", "type", "unit", "id", "default" };
	struct time_table table = { 0 };
	size_t best;

	if (t->type.n)
		qsort(t->type.v, t->type.n, sizeof(*t->type.v), type_parts_compare);
	best = default_type(t);
	for (size_t i = 0; i < LEN(cells); i++)
		vec_push(&table.names, cells[i]);
	if (time_table_begin(&table, format))
		for (size_t i = 0; i < t->type.n; i++)
			put_type(&table, &t->type.v[i], i, i == best);
	return time_table_end(&table);
}

bool print_index_types(char *const *paths, enum report_format format)
{
	struct index_types t = { 0 };
	struct visits v = { .context = &t,
			    .store = add_types_of_store,
			    .server = add_types_of_server };
	int64_t since, until;
	bool ok;

	strings_init(&t.ids);
	time_series_begin(&t.chosen, &(struct time_series_options){ .selector = common.selector });
	chosen_times(&since, &until);
	ok = visit_all(&v, paths, since, until);
	if (!t.type.n)
		note("no profile is selected");
	ok = print_types(&t, format) && ok;
	strings_release(&t.ids);
	time_series_release(&t.chosen);
	vec_release(&t.type);
	return ok;
}
