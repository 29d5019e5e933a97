/*
 * Readers append to one profile. When the next profile begins, or the file ends,
 * the column that is compared is taken out into a list of cells, and the profile
 * keeps only its rows.
 */
#include "compare/runs.h"

#include <math.h>
#include <stdlib.h>

#include "profile/type.h"
#include "profile/unit.h"

static bool fail(struct runs *r, const char *fmt, ...) PRINTF(2, 3);

/* The first error wins. Returns false. */
static bool fail(struct runs *r, const char *fmt, ...)
{
	va_list ap;

	if (r->error.n)
		return false;
	buf_printf(&r->error, "%s: ", r->file);
	va_start(ap, fmt);
	buf_vprintf(&r->error, fmt, ap);
	va_end(ap);
	buf_ch(&r->error, '\0');
	r->error.n--;
	return false;
}

/* Facts */

static double number(const struct profile *p, struct str key)
{
	struct str text = profile_fact(p, key);
	char *end;
	double v = text.n ? strtod(text.p, &end) : NAN; /* strings end in a NUL */

	return text.n && end == text.p + text.n && isfinite(v) ? v : NAN;
}

static str_id word(struct profile *p, struct str key)
{
	return profile_str(p, profile_fact(p, key));
}

static void take_facts(struct runs *r, struct run *run)
{
	struct profile *p = &r->profile;
	double round = number(p, S("round"));

	run->cpu_ns = number(p, S("cpu_time_ns"));
	run->work = number(p, r->work);
	run->wall_ns = number(p, S("wall_ns"));
	if (isnan(run->wall_ns) && p->head.duration > 0)
		run->wall_ns = (double)p->head.duration;
	run->lost = number(p, S("lost"));
	run->round = round >= 0 && round < 1e15 ? (int64_t)round : -1;
	run->time = p->head.time;
	run->period = (double)p->head.period;
	run->period_unit = p->head.period_unit;
	run->host = word(p, S("host"));
	run->cpu_model = word(p, S("cpu_model"));
	run->kernel = word(p, S("kernel"));
	for (size_t i = 0; i < p->ncomment; i++)
		run->nmerged += str_starts(profile_text(p, p->comment[i]), S("run="));
}

/* Columns */

static void list_types(struct buf *b, const struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		buf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(profile_text(p, p->col[i].type)));
}

/* The column that all runs are compared by; the first run decides which. */
static bool find_column(struct runs *r, uint32_t *col)
{
	struct profile *p = &r->profile;
	struct str name = r->wanted.n ? r->wanted : profile_text(p, r->type);
	struct buf have = { 0 };

	*col = profile_default_column(p);
	if (!p->ncol)
		return fail(r, "has no sample type");
	if (!name.n || type_find(p, name, col))
		return true;
	list_types(&have, p);
	fail(r, "has no sample type '%.*s' (there is: %.*s)", STR_ARG(name),
	     STR_ARG(buf_str(&have)));
	buf_release(&have);
	return false;
}

/* What its values are to be multiplied with, to be in the unit of the first run. */
static bool find_unit(struct runs *r, const struct column *c, double *unit)
{
	struct str mine = profile_text(&r->profile, c->unit);

	*unit = 1;
	if (!r->type.i) {
		r->type = c->type;
		r->unit = c->unit;
	}
	if (r->unit.i == c->unit.i || unit_convert(unit, mine, profile_text(&r->profile, r->unit)))
		return true;
	return fail(r, "counts %.*s in '%.*s', and the runs before it in '%.*s'",
		    STR_ARG(profile_text(&r->profile, c->type)), STR_ARG(mine),
		    STR_ARG(profile_text(&r->profile, r->unit)));
}

static double sum(const struct profile *p, uint32_t col)
{
	double total = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		total += (double)p->col[col].v[i];
	return total;
}

static void take_cells(struct runs *r, struct run *run, uint32_t col)
{
	struct profile *p = &r->profile;
	const int64_t *v = p->col[col].v;
	str_id base = { strings_find(&p->str, S("pprof::base")) };
	size_t n = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		run->ncell += v[i] != 0;
	run->cell = mem_zeroed(run->ncell, sizeof(*run->cell));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		sample_id id = { i };

		if (!v[i])
			continue;
		if (base.i && profile_find_label(p, profile_sample(p, id)->labels, base))
			fail(r, "is the difference of two sides already");
		else if (v[i] < 0)
			fail(r, "has negative values");
		run->cell[n++] = (struct cell){ .sample = id, .value = v[i] };
	}
}

static int by_value(const void *a, const void *b)
{
	int64_t x = ((const struct cell *)a)->value, y = ((const struct cell *)b)->value;

	return (x > y) - (x < y);
}

/*
 * What one sample weighs, where nothing says so: a stack seen once shows it, and
 * many are. Not the least weight: perf begins with very short periods.
 */
static double typical_weight(const struct run *run)
{
	size_t size = run->ncell * sizeof(*run->cell);
	struct cell *sorted = mem_zeroed(run->ncell, sizeof(*sorted));
	double weight = 1;

	if (run->ncell) {
		memcpy(sorted, run->cell, size);
		qsort(sorted, run->ncell, sizeof(*sorted), by_value);
		weight = (double)sorted[run->ncell / 10].value;
	}
	mem_free(sorted, size);
	return weight;
}

/* Does that column count samples, or what else there is one of at a time? */
static bool counts(const struct profile *p, uint32_t col)
{
	struct str type = profile_text(p, p->col[col].type);

	return str_eq(profile_text(p, p->col[col].unit), S("count")) &&
	       (str_eq(type, S("samples")) || str_eq(type, S("sample")) ||
		str_ends(type, S("_objects")) || str_eq(type, S("contentions")));
}

/*
 * How many samples a run has: its values, if they count; else those of the column
 * before, which counts what this one weighs; else what the profile says.
 */
static double count_samples(const struct run *run, const struct profile *p, uint32_t col,
			    double value)
{
	double period = (double)p->head.period, samples = number(p, S("samples"));

	if (counts(p, col))
		return value;
	if (col && counts(p, col - 1))
		return sum(p, col - 1);
	if (p->ncol == 1 && samples > 0)
		return samples;
	if (period > 0 && unit_convert(&period, profile_text(p, p->head.period_unit),
				       profile_text(p, p->col[col].unit)))
		return value / period;
	return value / typical_weight(run);
}

static void name_run(struct runs *r, struct run *run)
{
	struct buf name = { 0 };

	buf_add(&name, str_of(r->file));
	if (r->in_file++)
		buf_printf(&name, "#%zu", r->in_file);
	run->name = profile_str(&r->profile, buf_str(&name));
	buf_release(&name);
}

static struct run *add_run(struct runs *r)
{
	r->run = mem_grow(r->run, &r->cap, r->n + 1, sizeof(*r->run));
	r->run[r->n] = (struct run){ .side = r->side };
	return &r->run[r->n++];
}

static void take_run(struct runs *r)
{
	struct profile *p = &r->profile;
	struct buf dropped = { 0 };
	struct run *run;
	double unit;
	uint32_t col;

	profile_settle(p, &dropped);
	buf_release(&dropped);
	if (!find_column(r, &col) || !find_unit(r, &p->col[col], &unit))
		return;
	run = add_run(r);
	name_run(r, run);
	take_facts(r, run);
	take_cells(r, run, col);
	run->unit = unit;
	run->samples = count_samples(run, p, col, sum(p, col));
	run->value = sum(p, col) * unit;
}

/* Take the profile that was read, if any, and make room for the next. */
static void take(struct profile *p, void *arg)
{
	if (!p->nprofile)
		return;
	take_run(arg);
	while (p->ncol)
		profile_drop_column(p, (uint32_t)p->ncol - 1);
	p->head = (struct header){ 0 };
	p->ncomment = 0;
	p->nprofile = 0;
}

void runs_init(struct runs *r, const char *wanted)
{
	*r = (struct runs){ .wanted = str_of(wanted), .work = S("work") };
	profile_init(&r->profile);
	r->profile.before = take;
	r->profile.before_arg = r;
}

void runs_release(struct runs *r)
{
	for (size_t i = 0; i < r->n; i++)
		mem_free(r->run[i].cell, r->run[i].ncell * sizeof(*r->run[i].cell));
	mem_free(r->run, r->cap * sizeof(*r->run));
	profile_release(&r->profile);
	buf_release(&r->error);
}

void runs_begin(struct runs *r, enum side side, const char *file)
{
	r->side = side;
	r->file = file;
	r->in_file = 0;
}

bool runs_end(struct runs *r)
{
	take(&r->profile, r);
	return !r->error.n;
}

bool runs_are_same(const struct run *a, const struct run *b)
{
	if (a->ncell != b->ncell || a->unit != b->unit || a->time != b->time ||
	    memcmp(&a->cpu_ns, &b->cpu_ns, sizeof(a->cpu_ns)) != 0)
		return false;
	for (size_t i = 0; i < a->ncell; i++)
		if (a->cell[i].sample.i != b->cell[i].sample.i ||
		    a->cell[i].value != b->cell[i].value)
			return false;
	return true;
}
