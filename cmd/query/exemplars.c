#include "cmd/query/exemplars.h"

#include <math.h>

#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/query/series_print.h"
#include "cmd/query/time_table.h"
#include "io/escape.h"
#include "source/server.h"

struct exemplar {
	int64_t time, duration, value, total;
	double rank;
	const char *store;
	struct buf labels; /* as a selector */
};

double profile_measure(const struct profile_values *values, int64_t value, int64_t total,
		       int64_t duration)
{
	struct time_point p = { .value = value, .total = total, .most = value, .nprofile = 1 };
	bool of_time = !series_unit(values->series, values->measure).n;

	return time_point_measure(&p, values->measure, (double)duration / (of_time ? 1 : 1e9));
}

/* {service_name="api", region="eu"} */
static void put_labels(struct buf *b, const struct series *s)
{
	VEC(struct matcher) matcher = { 0 };
	struct buf numbers = { 0 };
	struct selector selector = { 0 };

	buf_room(&numbers, s->label.n * 24); /* reserved: pointers into it must stay valid */
	for (size_t i = 0; i < s->label.n; i++) {
		const struct series_label *l = &s->label.v[i];
		size_t from = numbers.n;

		if (l->is_num)
			buf_i64(&numbers, l->num);
		vec_push(&matcher,
			 { .name = l->key,
			   .value = l->is_num ? str(numbers.p + from, numbers.n - from) : l->str });
	}
	selector.labels = (struct matchers){ matcher.v, matcher.n, matcher.n };
	selector_print(&selector, b);
	vec_release(&matcher);
	buf_release(&numbers);
}

static void put_labels_of_profile(struct profile_values *values, struct profile *p, struct buf *b)
{
	struct series s = { 0 };

	log_hash(&values->split, p, (label_set_id){ 0 });
	if (series_get(&s, buf_str(&values->split.series)))
		put_labels(b, &s);
	series_release(&s);
}

static bool is_above(const struct exemplar *a, const struct exemplar *b)
{
	return a->rank != b->rank ? a->rank > b->rank : a->time < b->time;
}

static void add_exemplar(void *context, const struct profile_value *v)
{
	struct profile_values *values = context;
	struct exemplar new = { .time = v->head->time,
				.duration = v->head->duration,
				.value = v->value,
				.total = v->total,
				.rank = profile_measure(values, v->value, v->total,
							v->head->duration),
				.store = values->store };
	size_t at;

	values->n++;
	values->nvoid += isnan(new.rank);
	if (!(new.rank > 0))
		return;
	if (values->best.n == values->most) {
		if (!is_above(&new, &vec_last(&values->best)))
			return;
		buf_release(&vec_last(&values->best).labels);
		values->best.n--;
	}
	if (v->series)
		put_labels(&new.labels, v->series);
	else
		put_labels_of_profile(values, v->profile, &new.labels);
	vec_push(&values->best, new);
	for (at = values->best.n - 1; at && is_above(&new, &values->best.v[at - 1]); at--)
		values->best.v[at] = values->best.v[at - 1];
	values->best.v[at] = new;
}

void exemplars_begin(struct profile_values *values, const char *argument)
{
	uint64_t most = 10;

	if (*argument && (!str_u64(str_of(argument), &most) || !most || most > 1000000))
		usage("'%s' is not a valid N for --exemplars", argument);
	values->most = (size_t)most;
	values->add = add_exemplar;
	log_writer_begin(&values->split, "");
}

/* Put a word, quoted for a shell if needed. */
static void put_word(struct buf *b, struct str s)
{
	bool plain = s.n > 0;

	for (size_t i = 0; i < s.n; i++)
		plain &= is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z') ||
			 (s.p[i] >= 'A' && s.p[i] <= 'Z') || strchr("@%+=:,./_-", s.p[i]);
	if (plain) {
		buf_add(b, s);
		return;
	}
	shell_word(b, s);
}

/* Put the command that prints the profile, by its series and the ns at which it began. */
static void put_command(struct buf *b, const struct profile_values *values,
			const struct exemplar *e)
{
	buf_add(b, S("prof-query"));
	if (e->store) {
		buf_ch(b, ' ');
		put_word(b, str_of(e->store));
	}
	for (char *const *path = values->paths; !e->store && *path; path++) {
		if (store_is(*path) || server_is(*path))
			continue;
		buf_ch(b, ' ');
		put_word(b, str_of(*path));
	}
	buf_add(b, S(" --select "));
	put_word(b, buf_str(&e->labels));
	buf_printf(b, " --since @%019lld --until @%019lld", (long long)e->time,
		   (long long)e->time + 1);
}

static void print_exemplar(struct time_table *t, const struct profile_values *values,
			   const struct exemplar *e)
{
	struct str unit = buf_str(&values->series->unit);
	struct buf command = { 0 };

	put_command(&command, values, e);
	put_time_cell(t, e->time);
	put_value_cell(t, e->duration, S("nanoseconds"));
	put_value_cell(t, e->value, unit);
	put_number_cell(t, e->total ? (double)e->value / (double)e->total : 0, S("%"));
	put_text_cell(t, buf_str(&e->labels), 0);
	if (t->format == REPORT_TEXT)
		buf_add(&t->out.bytes, S("\n   "));
	put_text_cell(t, buf_str(&command), 0);
	end_line(t);
	buf_release(&command);
}

bool exemplars_print(struct profile_values *values)
{
	static const char *const names[] = { "time",  "duration_ns", "value",
					     "share", "labels",      "command" };
	struct time_table t = { 0 };

	for (size_t i = 0; i < LEN(names); i++)
		vec_push(&t.names, names[i]);
	if (time_table_begin(&t, (enum report_format)values->to))
		for (size_t i = 0; i < values->best.n; i++)
			print_exemplar(&t, values, &values->best.v[i]);
	for (size_t i = 0; i < values->best.n; i++)
		buf_release(&values->best.v[i].labels);
	vec_release(&values->best);
	log_writer_end(&values->split);
	return time_table_end(&t);
}
