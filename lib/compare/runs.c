/*
 * The compared column of each run is kept as a list of cells. They refer to the samples of a
 * common profile, which has the samples of all runs, but no values.
 */
#include "compare/runs.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/total.h"
#include "profile/type.h"
#include "profile/unit.h"

static bool runs_fail(struct runs *r, const char *fmt, ...) PRINTF(2, 3);

/* The first error wins. Returns false. */
static bool runs_fail(struct runs *r, const char *fmt, ...)
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

static double fact_number(const struct profile *p, struct str key)
{
	struct str text = profile_fact(p, key);
	char *end;
	double v = text.n ? strtod(text.p, &end) : NAN; /* strings end in a NUL */

	return text.n && end == text.p + text.n && isfinite(v) ? v : NAN;
}

static str_id fact_word(struct profile *p, struct str key)
{
	return dict_intern(p->dict, profile_fact(p, key));
}

static void read_facts(const struct runs *r, struct run *run, struct profile *p)
{
	double round = fact_number(p, S("round"));

	run->cpu_ns = fact_number(p, S("cpu_time_ns"));
	run->work = fact_number(p, r->work);
	run->wall_ns = fact_number(p, S("wall_ns"));
	if (isnan(run->wall_ns) && p->head.duration > 0)
		run->wall_ns = (double)p->head.duration;
	run->lost = fact_number(p, S("lost"));
	run->round = round >= 0 && round < 1e15 ? (int64_t)round : -1;
	run->time = p->head.time;
	run->period = (double)p->head.period;
	run->period_unit = p->head.period_unit;
	run->host = fact_word(p, S("host"));
	run->cpu_model = fact_word(p, S("cpu_model"));
	run->kernel = fact_word(p, S("kernel"));
	for (size_t i = 0; i < profile_ncomment(p); i++)
		run->nmerged += str_starts(dict_text(p->dict, profile_comment(p, i)), S("run="));
}

/* Columns */

static void list_types(struct buf *b, const struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		buf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(dict_text(p->dict, p->col[i].type)));
}

/* The column to compare, which the first run decides. */
static bool compared_column(struct runs *r, const struct profile *p, uint32_t *col)
{
	struct str name = r->wanted.n ? r->wanted : dict_text(p->dict, r->type);
	struct buf have = { 0 };

	*col = profile_default_column(p);
	if (!p->ncol)
		return runs_fail(r, "has no sample type");
	if (!name.n || type_find(p, name, col))
		return true;
	list_types(&have, p);
	runs_fail(r, "has no sample type '%.*s' (there is: %.*s)", STR_ARG(name),
		  STR_ARG(buf_str(&have)));
	buf_release(&have);
	return false;
}

/* The factor that converts its values to the unit of the first run. */
static bool find_unit(struct runs *r, const struct column *c, double *unit)
{
	struct str mine = dict_text(r->profile.dict, c->unit);

	*unit = 1;
	if (!r->type.i) {
		r->type = c->type;
		r->unit = c->unit;
	}
	if (r->unit.i == c->unit.i || unit_convert(unit, mine, dict_text(r->profile.dict, r->unit)))
		return true;
	return runs_fail(r, "counts %.*s in '%.*s', and the runs before it in '%.*s'",
			 STR_ARG(dict_text(r->profile.dict, c->type)), STR_ARG(mine),
			 STR_ARG(dict_text(r->profile.dict, r->unit)));
}

static double sum_values(const struct profile *p, uint32_t col)
{
	double total = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		total += (double)p->col[col].v[i];
	return total;
}

static int by_sample(const void *a, const void *b)
{
	uint32_t x = ((const struct cell *)a)->sample.i, y = ((const struct cell *)b)->sample.i;

	return (x > y) - (x < y);
}

static void read_cells(struct runs *r, struct run *run, const struct profile *p, uint32_t col)
{
	const int64_t *v = p->col[col].v;
	struct base_side base = base_side_of(p);
	size_t n = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		run->ncell += v[i] != 0;
	run->cell = mem_zeroed(run->ncell, sizeof(*run->cell));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });

		if (!v[i])
			continue;
		if (base_side_has(&base, s->labels))
			runs_fail(r, "is the difference of two sides already");
		else if (v[i] < 0)
			runs_fail(
				r,
				"has negative values: a comparison needs what was measured, not a difference");
		run->cell[n++] = (struct cell){
			.sample = profile_add_sample(&r->profile, s->stack, s->labels),
			.value = v[i],
		};
	}
	qsort(run->cell, n, sizeof(*run->cell), by_sample);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = ((const struct cell *)a)->value, y = ((const struct cell *)b)->value;

	return (x > y) - (x < y);
}

/*
 * The weight of a sample, if nothing states it: it is taken from stacks that were seen once,
 * which are many. It is not the least value, since perf begins with very short periods.
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

/* Does that column count samples, or other things that come one at a time? */
static bool counts(const struct profile *p, uint32_t col)
{
	struct str type = dict_text(p->dict, p->col[col].type);

	return str_eq(dict_text(p->dict, p->col[col].unit), S("count")) &&
	       (str_eq(type, S("samples")) || str_eq(type, S("sample")) ||
		str_ends(type, S("_objects")) || str_eq(type, S("contentions")));
}

/* Does the type end so? The rest, "alloc_" of "alloc_space", is stored in *stem. */
static bool ends_type(const struct profile *p, uint32_t col, struct str end, struct str *stem)
{
	struct str type = dict_text(p->dict, p->col[col].type);

	*stem = str(type.p, type.n - min_size(type.n, end.n));
	return str_ends(type, end);
}

/*
 * The columns of objects and their bytes of which col is one, in a profile that samples allocations
 * once in so many bytes.
 */
static bool is_sampled_by_bytes(const struct profile *p, uint32_t col, uint32_t *objects,
				double *period)
{
	struct str a, b;
	bool is_space = ends_type(p, col, S("space"), &a);

	if ((is_space && !col) || !(p->head.period > 0))
		return false;
	*objects = col - is_space;
	*period = (double)p->head.period;
	return *objects + 1 < p->ncol && ends_type(p, *objects, S("objects"), &a) &&
	       ends_type(p, *objects + 1, S("space"), &b) && str_eq(a, b) &&
	       unit_convert(period, dict_text(p->dict, p->head.period_unit), S("bytes"));
}

/*
 * Such a profile says how many objects there were. One of s bytes was sampled with the probability
 * 1 - exp(-s / period) (scaleHeapSample() of Go's runtime/pprof). Samples weigh differently: the
 * result is the number of equal ones of which the sum would vary as much (Kish 1965).
 */
static double count_sampled(const struct profile *p, uint32_t col, uint32_t objects, double period)
{
	double sum = 0, variance = 0;

	for (uint32_t i = 1; i < p->sample.n; i++) {
		double n = (double)p->col[objects].v[i], bytes = (double)p->col[objects + 1].v[i];
		double v = (double)p->col[col].v[i];

		if (!(n > 0 && bytes > 0))
			continue;
		sum += v;
		variance += v * v / (-n * expm1(-bytes / n / period));
	}
	return variance > 0 ? sum * sum / variance : 0;
}

/*
 * The number of samples of a run: that of sampled allocations; the sum of its values, if they are
 * counts; else that of the column before, if that counts what this column weighs; else the number
 * in the profile.
 */
static double count_samples(const struct run *run, const struct profile *p, uint32_t col,
			    double value)
{
	double period = (double)p->head.period, samples = fact_number(p, S("samples")), bytes;
	uint32_t objects;

	if (is_sampled_by_bytes(p, col, &objects, &bytes))
		return count_sampled(p, col, objects, bytes);
	if (counts(p, col))
		return value;
	if (col && counts(p, col - 1))
		return sum_values(p, col - 1);
	if (p->ncol == 1 && samples > 0)
		return samples;
	if (period > 0 && unit_convert(&period, dict_text(p->dict, p->head.period_unit),
				       dict_text(p->dict, p->col[col].unit)))
		return value / period;
	return value / typical_weight(run);
}

static void name_run(struct runs *r, struct run *run)
{
	struct buf name = { 0 };

	buf_add(&name, str_of(r->file));
	if (r->in_file++)
		buf_printf(&name, "#%zu", r->in_file);
	run->name = dict_intern(r->profile.dict, buf_str(&name));
	buf_release(&name);
}

static struct run *add_run(struct runs *r)
{
	r->run = mem_grow(r->run, &r->cap, r->n + 1, sizeof(*r->run));
	r->run[r->n] = (struct run){ .side = r->side };
	return &r->run[r->n++];
}

void runs_init(struct runs *r, const char *wanted)
{
	*r = (struct runs){ .wanted = str_of(wanted), .work = S("work") };
	dict_init(&r->dict);
	profile_init(&r->profile, &r->dict);
}

void runs_release(struct runs *r)
{
	for (size_t i = 0; i < r->n; i++)
		mem_free(r->run[i].cell, r->run[i].ncell * sizeof(*r->run[i].cell));
	mem_free(r->run, r->cap * sizeof(*r->run));
	profile_release(&r->profile);
	dict_release(&r->dict);
	buf_release(&r->error);
}

void runs_begin(struct runs *r, enum side side, const char *file)
{
	r->side = side;
	r->file = file;
	r->in_file = 0;
}

bool runs_add(struct runs *r, struct profile *p)
{
	struct run *run;
	double unit;
	uint32_t col;

	profile_round(p);
	if (!compared_column(r, p, &col) || !find_unit(r, &p->col[col], &unit))
		return false;
	run = add_run(r);
	name_run(r, run);
	read_facts(r, run, p);
	read_cells(r, run, p, col);
	run->unit = unit;
	run->samples = count_samples(run, p, col, sum_values(p, col));
	run->value = sum_values(p, col) * unit;
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

bool runs_differ_in_period(const struct runs *r, const struct run *a, const struct run *b,
			   struct buf *what)
{
	const struct dictionary *d = r->profile.dict;
	struct str units[] = { dict_text(d, a->period_unit), dict_text(d, b->period_unit) };
	double period = b->period;

	if (!(a->period > 0) || !(period > 0) ||
	    (unit_convert(&period, units[1], units[0]) && fabs(period / a->period - 1) < 0.001))
		return false;
	buf_printf(what, "%s was sampled every %.0f %.*s, %s every %.0f %.*s",
		   dict_text(d, a->name).p, a->period, STR_ARG(units[0]), dict_text(d, b->name).p,
		   b->period, STR_ARG(units[1]));
	return true;
}
