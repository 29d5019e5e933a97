#include "parts_wanted.h"

#include "common.h"
#include "time_table.h"
#include "visits.h"

struct labels VEC_OF(struct str);

static void add_list(struct labels *l, const char *list)
{
	struct str rest = str_of(list);

	while (rest.n) {
		struct str name = str_cut(&rest, ',');

		if (name.n)
			vec_push(l, name);
	}
}

/* A condition without a key is about all labels. */
static void add_tags(struct labels *l, const struct tag_filter *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		if (tags->condition[i].key.p)
			vec_push(l, tags->condition[i].key);
		else
			common.all_labels = true;
	}
}

void choose_parts(const struct parts_wanted *w)
{
	static struct labels labels; /* common keeps them */
	unsigned features = w->report ? w->report->features : 0;

	for (size_t i = 0; i < LEN(w->lists); i++)
		add_list(&labels, w->lists[i]);
	add_tags(&labels, w->tags);
	common.label = labels.v;
	common.nlabel = labels.n;
	common.all_labels |= (features & REPORT_HAS_LABELS) != 0;
	common.one_type = w->report && !w->two_types && !(features & REPORT_HAS_ALL_TYPES);
	common.no_stacks = features & REPORT_HAS_NO_STACKS && !w->has_filters;
}

/* Types of a server */

struct types_table {
	struct time_table table;
	uint64_t n;
};

static void put_type(struct types_table *t, const struct server_type *type, bool is_default)
{
	struct buf *b = &t->table.out.bytes;

	if (t->table.format == REPORT_TEXT) {
		buf_printf(b, "%llu  ", (unsigned long long)t->n);
		put_name(b, type->part[1]);
		buf_ch(b, '/');
		put_name(b, type->part[2]);
		buf_add(b, S("  "));
		put_name(b, type->id);
		buf_add(b, is_default ? S("  (default)\n") : S("\n"));
	} else {
		rows_int(&t->table.rows, (int64_t)t->n);
		rows_str(&t->table.rows, type->part[1]);
		rows_str(&t->table.rows, type->part[2]);
		rows_str(&t->table.rows, type->id);
		rows_bool(&t->table.rows, is_default);
	}
	t->n++;
}

static bool types_of_server(void *context, struct server *s)
{
	const struct server_type *by_default = server_default_type(s);

	for (size_t i = 0; i < s->type.n; i++)
		put_type(context, &s->type.v[i], &s->type.v[i] == by_default);
	return true;
}

bool print_server_types(char *const *paths, enum report_format format)
{
	static const char *const cells[] = { "index", "type", "unit", "id", "default" };
	struct types_table t = { 0 };
	struct visits v = { .context = &t, .server = types_of_server };
	int64_t since, until;
	bool ok = true;

	for (size_t i = 0; paths[i]; i++)
		if (!server_is(paths[i]))
			usage("--types: of a server, or of files: not of both");
	for (size_t i = 0; i < LEN(cells); i++)
		vec_push(&t.table.names, cells[i]);
	chosen_times(&since, &until);
	if (time_table_begin(&t.table, format))
		ok = visit_all(&v, paths, since, until);
	return time_table_end(&t.table) && ok;
}
