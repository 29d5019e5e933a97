/*
 * A sample belongs to the span whose id it has (span_id, or profile_id in older SDKs), unless
 * its trace or service contradicts that. Samples without ids are matched by time: each span also
 * shows the values of its service's samples without ids, in the profiles that overlap the span.
 * These exceed the span's own share if the service does several things at once.
 */
#include "cmd/query/span_report.h"

#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/query/over_time.h"
#include "cmd/query/time_table.h"
#include "cmd/query/visits.h"
#include "profile/type.h"
#include "source/span_file.h"

struct span_cost {
	int64_t value;     /* of samples with the span's id */
	int64_t around;    /* of its service's samples without ids, in profiles that overlap it */
	uint64_t profiles; /* profiles that overlap it */
};

struct joining {
	struct span_file spans;
	VEC(struct span_cost) cost; /* by span */
	struct time_series types;   /* chooses the type of values, and counts what is left out */
	struct table by_service;    /* scratch: values of one profile */
	struct strings service;
	uint64_t nunknown; /* samples whose span is not in the file, or contradicts them */
};

struct service_row {
	uint32_t service, zero;
	int64_t value;
};

static struct str label_of(const struct profile *p, label_set_id set, struct str key)
{
	str_id id = dict_find_str(p->dict, key);
	const struct label *l = id.i ? dict_find_label(p->dict, set, id) : NULL;

	return l && !l->is_num ? dict_text(p->dict, l->str) : S("");
}

/* Are the names equal, or is one unknown? */
static bool agree(struct str a, struct str b)
{
	return !a.n || !b.n || str_eq(a, b);
}

static void add_sample(struct joining *j, struct profile *p, label_set_id labels, int64_t v)
{
	struct str id = label_of(p, labels, S("span_id")),
		   service = label_of(p, labels, S("service_name"));
	struct span *span;

	if (!id.n)
		id = label_of(p, labels, S("profile_id"));
	if (!id.n) {
		struct service_row key = { .service = strings_intern(&j->service, service),
					   .zero = 1 };
		struct service_row *row = table_row(&j->by_service,
						    table_intern(&j->by_service, &key));

		row->value = sat_add(p, row->value, v);
		return;
	}
	span = span_file_find(&j->spans, id);
	if (!span || !agree(span->service, service) ||
	    !agree(span->trace, label_of(p, labels, S("trace_id")))) {
		j->nunknown++;
		return;
	}
	j->cost.v[span - j->spans.span.v].value =
		sat_add(p, j->cost.v[span - j->spans.span.v].value, v);
}

/* Add the values of each service in the profile to the spans that the profile overlaps. */
static void add_around(struct joining *j, struct profile *p)
{
	int64_t from = p->head.time, until = profile_end(&p->head);

	for (size_t i = 0; i < j->spans.span.n; i++) {
		const struct span *span = &j->spans.span.v[i];
		struct span_cost *cost = &j->cost.v[i];
		struct service_row key = { .zero = 1 };
		uint32_t row;

		if (span->end < from || span->start > until)
			continue;
		cost->profiles++;
		key.service = strings_find(&j->service, span->service);
		row = table_find(&j->by_service, &key);
		if (row)
			cost->around = sat_add(
				p, cost->around,
				((struct service_row *)table_row(&j->by_service, row))->value);
	}
}

static void join_profile(void *context, struct profile *p)
{
	struct joining *j = context;
	struct selector *selector = j->types.options.selector;
	struct buf why = { 0 };
	uint32_t col;

	if ((!selector || selector_apply(selector, p, &why)) &&
	    time_series_type_of_profile(&j->types, p, &col)) {
		table_clear(&j->by_service);
		for (uint32_t i = 1; i < p->sample.n; i++)
			add_sample(j, p, profile_sample(p, (sample_id){ i })->labels,
				   p->col[col].v[i]);
		add_around(j, p);
	}
	buf_release(&why);
}

static void join_store(void *context, struct store_view *v)
{
	struct joining *j = context;
	struct store_reader r;
	struct profile p;

	profile_init(&p, v->dict);
	store_reader_begin(&r, v, j->types.options.selector);
	while (store_next(&r, &p))
		join_profile(j, &p);
	store_reader_end(&r);
	profile_release(&p);
}

static bool is_wanted(const struct span_request *r, const struct span *span)
{
	if (r->trace && !str_eq(span->trace, str_of(r->trace)))
		return false;
	return !r->span || str_eq(span->id, str_of(r->span)) || str_eq(span->name, str_of(r->span));
}

static void print_span(struct time_table *t, const struct span *span, const struct span_cost *cost,
		       struct str unit)
{
	put_time_cell(t, span->start);
	put_value_cell(t, span->end - span->start, S("nanoseconds"));
	put_value_cell(t, cost->value, unit);
	put_value_cell(t, cost->around, unit);
	if (t->format != REPORT_TEXT)
		rows_int(&t->rows, (int64_t)cost->profiles);
	put_text_cell(t, span->trace, 32);
	put_text_cell(t, span->id, 16);
	put_text_cell(t, span->service, 0);
	put_text_cell(t, span->name, 0);
	end_line(t);
}

static bool print_spans(const struct joining *j, const struct span_request *r,
			enum report_format format)
{
	static const char *const names[] = { "time",   "duration_ns", "value",
					     "around", "profiles",    "trace",
					     "span",   "service",     "name" };
	struct time_table t = { 0 };

	for (size_t i = 0; i < LEN(names); i++)
		vec_push(&t.names, names[i]);
	if (time_table_begin(&t, format)) {
		if (format == REPORT_TEXT)
			buf_printf(&t.out.bytes, "%-19s  %12s  %12s  %12s  %-32s  %-16s  %s\n",
				   "time", "duration", "value", "around", "trace", "span",
				   "service, name");
		for (size_t i = 0; i < j->spans.span.n; i++)
			if (is_wanted(r, &j->spans.span.v[i]))
				print_span(&t, &j->spans.span.v[i], &j->cost.v[i],
					   buf_str(&j->types.unit));
	}
	return time_table_end(&t);
}

static void note_joined(const struct joining *j)
{
	size_t found = 0;

	for (size_t i = 0; i < j->cost.n; i++)
		found += j->cost.v[i].value != 0;
	note("%zu of %zu spans have samples with their ids", found, j->cost.n);
	if (j->nunknown)
		note("%llu sample%s of spans that are not in the file",
		     (unsigned long long)j->nunknown, j->nunknown == 1 ? " is" : "s are");
}

bool span_report_print(const struct span_request *r, char *const *paths, struct selector *selector,
		       enum report_format format)
{
	struct time_series_options options = { .selector = selector, .type = str_of(common.type) };
	struct joining j = { 0 };
	struct visits v = { &j, join_store, join_profile };
	struct buf why = { 0 };
	int64_t since, until;
	bool ok;

	if (has_server(paths))
		usage("--spans: a server's answers do not have the ids of spans: --span ID and --trace ID "
		      "select one, or keep the profiles in a store (see prof-listen --store)");
	if (!span_file_read(&j.spans, r->file, &why))
		ok = complain("%.*s", STR_ARG(buf_str(&why)));
	else
		ok = true;
	vec_append_zeroed(&j.cost, j.spans.span.n);
	time_series_begin(&j.types, &options);
	table_init(&j.by_service, sizeof(struct service_row), offsetof(struct service_row, value));
	strings_init(&j.service);
	chosen_times(&since, &until);
	if (ok) {
		ok = visit_all(&v, paths, since, until);
		note_joined(&j);
		ok = note_other_types(&j.types) && ok;
		ok = print_spans(&j, r, format) && ok;
	}
	time_series_release(&j.types);
	table_release(&j.by_service);
	strings_release(&j.service);
	vec_release(&j.cost);
	span_file_release(&j.spans);
	buf_release(&why);
	return ok;
}
