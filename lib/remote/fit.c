/* Dividing a profile by series, by the names of its types, and by size. */
#include "remote/fit.h"

#include "analyze/total.h"
#include "base/when.h"
#include "profile/name.h"
#include "profile/type.h"
#include "remote/divide.h"
#include "remote/fit_parts.h"

void fit_begin(struct fit *f, const struct fit_options *options, struct dictionary *dict)
{
	*f = (struct fit){ .options = *options, .dict = dict };
	strings_init(&f->left_out);
	f->sets = mem_zeroed(1, sizeof(*f->sets));
	table_init(&f->sets->row, sizeof(struct fit_set), 8);
}

void fit_dictionary(struct fit *f, struct dictionary *dict)
{
	f->dict = dict;
	vec_clear(&f->loc);
	vec_clear(&f->stack);
}

void fit_end(struct fit *f)
{
	strings_release(&f->left_out);
	vec_release(&f->loc);
	vec_release(&f->stack);
	table_release(&f->sets->row);
	vec_release(&f->sets->common);
	vec_release(&f->sets->group);
	vec_release(&f->sets->group_of);
	mem_free(f->sets, sizeof(*f->sets));
	vec_release(&f->part.labels);
	buf_release(&f->frames);
	buf_release(&f->text);
}

/* Header and values */

/*
 * Replace '-', for which a server refuses the profile, and ':', which makes its type id
 * unreadable.
 */
static str_id fit_type_name(struct fit *f, str_id id)
{
	struct str s = dict_text(f->dict, fit_text(f, id));
	struct buf b = { 0 };

	for (size_t i = 0; i < s.n; i++)
		buf_ch(&b, s.p[i] == '-' || s.p[i] == ':' ? '_' : s.p[i]);
	id = dict_intern(f->dict, buf_str(&b));
	buf_release(&b);
	return id;
}

static void fit_comments(struct fit *f, struct profile *p)
{
	VEC(str_id) texts = { 0 };
	bool same = true;

	for (size_t i = 0; i < profile_ncomment(p); i++) {
		str_id was = profile_comment(p, i), is = fit_text(f, was);

		same &= was.i == is.i;
		vec_push(&texts, is);
	}
	if (!same) {
		table_clear(&p->comment);
		for (size_t i = 0; i < texts.n; i++)
			profile_add_comment(p, dict_text(f->dict, texts.v[i]));
	}
	vec_release(&texts);
}

static void fit_header(struct fit *f, struct profile *p)
{
	struct header *h = &p->head;

	if (!h->time) {
		f->counts.without_time++;
		h->time = when_now();
	}
	h->period_type = fit_type_name(f, h->period_type);
	h->period_unit = fit_type_name(f, h->period_unit);
	h->default_type = fit_type_name(f, h->default_type);
	h->doc_url = fit_text(f, h->doc_url);
	h->drop_frames = fit_text(f, h->drop_frames);
	h->keep_frames = fit_text(f, h->keep_frames);
	for (uint32_t i = 0; i < p->ncol; i++) {
		p->col[i].type = fit_type_name(f, p->col[i].type);
		p->col[i].unit = fit_type_name(f, p->col[i].unit);
	}
	fit_comments(f, p);
}

static void drop_negative(struct fit *f, struct profile *p)
{
	for (uint32_t col = 0; col < p->ncol; col++) {
		for (uint32_t i = 1; i < p->sample.n; i++) {
			if (p->col[col].v[i] >= 0)
				continue;
			p->col[col].v[i] = 0;
			f->counts.negative++;
		}
	}
}

/* Division by the first part of type ids, which is a label of the series */

/* The name, in the characters of a metric's name; else a server refuses the profile. */
static struct str name_of_column(struct fit *f, const struct profile *p, uint32_t col)
{
	struct str rest, name;
	char *at;

	f->text.n = 0;
	buf_ch(&f->text, '_');
	type_id(p, col, &f->text);
	rest = str_skip(buf_str(&f->text), 1);
	name = str_cut(&rest, ':');
	at = f->text.p + 1;
	for (size_t i = 0; i < name.n; i++)
		if (!name_is_word(at[i]) || at[i] == '$')
			at[i] = '_';
	if (name.n && is_digit(name.p[0]))
		name = str(name.p - 1, name.n + 1);
	return dict_text(f->dict, dict_intern(f->dict, name));
}

static bool has_one_name(struct fit *f, const struct profile *p)
{
	for (uint32_t i = 1; i < p->ncol; i++)
		if (!str_eq(name_of_column(f, p, i), name_of_column(f, p, 0)))
			return false;
	return true;
}

static bool take_part(void *context, struct profile *p)
{
	struct fit *f = context;

	f->part.p = p;
	return f->options.take(f->options.context, &f->part);
}

static void take_name(struct fit *f, struct profile *p, label_set_id group, struct str name)
{
	fit_series(f, p, group, name);
	type_own_period(p);
	f->counts.divided += divide(p, FIT_SAMPLES, take_part, f);
}

/*
 * Take the columns that have the name of the first one, and leave the others; both keep all
 * samples.
 */
static void take_first_name(struct fit *f, struct profile *p, label_set_id group)
{
	struct str name = name_of_column(f, p, 0);
	struct profile part;
	VEC(sample_id) all = { 0 };

	for (uint32_t i = 1; i < p->sample.n; i++)
		vec_push(&all, { i });
	profile_init_part(&part, p, all.v, all.n);
	for (uint32_t i = (uint32_t)p->ncol; i-- > 0;)
		if (str_eq(name_of_column(f, p, i), name))
			profile_drop_column(p, i);
		else
			profile_drop_column(&part, i);
	take_name(f, &part, group, name);
	profile_release(&part);
	vec_release(&all);
}

static void take_group(struct fit *f, struct profile *p, label_set_id group)
{
	while (p->ncol && !has_one_name(f, p))
		take_first_name(f, p, group);
	if (p->ncol)
		take_name(f, p, group, name_of_column(f, p, 0));
}

static void take_groups(struct fit *f, struct profile *p)
{
	VEC(sample_id) samples = { 0 };

	for (uint32_t group = 0; group < f->sets->group.n; group++) {
		struct profile part;

		vec_clear(&samples);
		for (uint32_t i = 1; i < p->sample.n; i++) {
			label_set_id set = profile_sample(p, (sample_id){ i })->labels;

			if (f->sets->group_of.v[set.i] == group)
				vec_push(&samples, { i });
		}
		profile_init_part(&part, p, samples.v, samples.n);
		take_group(f, &part, f->sets->group.v[group]);
		profile_release(&part);
	}
	vec_release(&samples);
}

bool fit_profile(struct fit *f, struct profile *p, struct buf *why)
{
	if (is_differential(p)) {
		buf_add(why, S("is a difference of two profiles, of which a server keeps one side: "
			       "push the two"));
		return false;
	}
	profile_round(p);
	fit_header(f, p);
	drop_negative(f, p);
	fit_sets_read(f, p);
	if (p->sample.n == 1) {
		f->counts.empty++;
		return true;
	}
	fit_frames(f, p);
	if (f->sets->group.n == 1)
		take_group(f, p, f->sets->group.v[0]);
	else
		take_groups(f, p);
	return true;
}

/* Report of what is lost */

static void report_labels(const struct fit *f, struct buf *lines)
{
	if (f->left_out.n <= 1)
		return;
	buf_add(lines, S("labels left out, since each value would be a series of its own: "));
	for (uint32_t i = 1; i < f->left_out.n; i++) {
		buf_add(lines, i > 1 ? S(", ") : S(""));
		buf_add(lines, strings_get(&f->left_out, i));
	}
	buf_add(lines, S(" (--by LABEL keeps one)\n"));
}

static void report_count(struct buf *lines, uint64_t n, const char *one, const char *many,
			 const char *what)
{
	if (n)
		buf_printf(lines, "%llu %s %s\n", (unsigned long long)n, n == 1 ? one : many, what);
}

void fit_report(const struct fit *f, struct buf *lines)
{
	const struct fit_counts *c = &f->counts;

	report_labels(f, lines);
	report_count(lines, c->empty, "profile", "profiles", "without samples: nothing to send");
	report_count(lines, c->without_time, "profile", "profiles",
		     "without a time: sent with that of now");
	report_count(lines, c->unknown_service, "profile", "profiles",
		     "without a service: sent as unknown_service (-l service_name=NAME names it)");
	report_count(lines, c->divided, "profile was", "profiles were",
		     "too large for one request, and divided");
	report_count(lines, c->negative, "negative value", "negative values",
		     "left out, which a server does not keep");
	report_count(
		lines, c->nameless, "frame", "frames",
		"without a name: sent with that of their binary, since a server drops the others");
	report_count(lines, c->deep, "stack", "stacks",
		     "of more than 1,000 frames: the middle is left out");
	report_count(lines, c->not_utf8, "text", "texts",
		     "with bytes that are not UTF-8, which are replaced");
	report_count(lines, c->many_labels, "label", "labels",
		     "left out, since a series has at most 30");
	report_count(lines, c->second_values, "label", "labels",
		     "left out, since its name has another value already");
	report_count(lines, c->bad_labels, "label", "labels",
		     "left out, with a name or value that a server refuses");
}
