#include "compare/design.h"

#include <math.h>
#include <stdlib.h>

#include "compare/special.h"
#include "profile/unit.h"

static const char *const side_name[] = { "base", "new" };

static bool fail(struct design *d, const char *fmt, ...) PRINTF(2, 3);

static bool fail(struct design *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&d->error, fmt, ap);
	va_end(ap);
	buf_ch(&d->error, '\0');
	d->error.n--;
	return false;
}

void design_warn(struct design *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&d->warnings, fmt, ap);
	va_end(ap);
	buf_ch(&d->warnings, '\0');
}

const char *design_warning(const struct design *d, size_t i)
{
	const char *at = d->warnings.p, *end = at + d->warnings.n;

	for (; at && at < end; at += strlen(at) + 1)
		if (!i--)
			return at;
	return NULL;
}

double design_mean(const struct design *d, enum side side, const double *cost)
{
	size_t first = side == BASE ? 0 : d->k[BASE];
	double sum = 0;

	for (size_t i = 0; i < d->k[side]; i++)
		sum += cost[first + i];
	return sum / (double)d->k[side];
}

static const char *text(const struct runs *runs, str_id id)
{
	return profile_text(&runs->profile, id).p; /* strings end in a NUL */
}

/* Which runs count */

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_samples(const struct runs *runs)
{
	double *v = mem_zeroed(runs->n, sizeof(*v)), middle;

	for (size_t i = 0; i < runs->n; i++)
		v[i] = runs->run[i].samples;
	qsort(v, runs->n, sizeof(*v), by_number);
	middle = v[runs->n / 2];
	mem_free(v, runs->n * sizeof(*v));
	return middle;
}

static bool is_usable(struct design *d, const struct runs *runs, const struct run *run,
		      double median)
{
	const double few = 0.05; /* of what the others have */
	const char *why = !(run->samples > 0 && run->value > 0) ? "it has no samples" :
			  run->work <= 0                        ? "it did no work" :
			  run->cpu_ns <= 0 ? "it has samples, and no CPU time" :
					     NULL;

	if (!why && runs->n > 2 && run->samples < few * median) {
		design_warn(d, "%s is left out: it has %.0f samples, where others have %.0f",
			    text(runs, run->name), run->samples, median);
		return false;
	}
	if (why)
		design_warn(d, "%s is left out: %s", text(runs, run->name), why);
	return !why;
}

static bool choose_runs(struct design *d, const struct runs *runs)
{
	double median = runs->n ? median_samples(runs) : 0;

	d->cap = runs->n;
	d->run = mem_zeroed(d->cap, sizeof(const struct run *));
	for (int side = BASE; side <= NEW; side++) {
		for (size_t i = 0; i < runs->n; i++) {
			const struct run *run = &runs->run[i];

			if ((int)run->side != side)
				continue;
			d->given[side]++;
			if (!is_usable(d, runs, run, median))
				continue;
			d->run[d->n++] = run;
			d->k[side]++;
		}
		if (!d->given[side])
			return fail(d, "the %s side has no runs", side_name[side]);
		if (!d->k[side])
			return fail(d, "the %s side has no run that can be used: %s",
				    side_name[side], design_warning(d, 0));
	}
	return true;
}

/* A copy of a run says nothing new, and hides how much real ones differ. */
static bool check_copies(struct design *d, const struct runs *runs)
{
	size_t same = 0;

	for (size_t i = 0; i < d->n; i++) {
		for (size_t j = i + 1; j < d->n; j++) {
			if (!runs_are_same(d->run[i], d->run[j]))
				continue;
			if (d->run[i]->side == d->run[j]->side)
				return fail(d,
					    "%s and %s are the same: replicates are runs "
					    "of their own, not copies",
					    text(runs, d->run[i]->name),
					    text(runs, d->run[j]->name));
			same++;
		}
	}
	d->identical = d->k[BASE] == d->k[NEW] && same == d->k[BASE];
	return true;
}

/* Were they recorded alike? */

static str_id host(const struct run *r)
{
	return r->host;
}

static str_id cpu_model(const struct run *r)
{
	return r->cpu_model;
}

static str_id kernel(const struct run *r)
{
	return r->kernel;
}

/* Two runs that name different ones, in *a and *b; false when there are none. */
static bool find_different(const struct design *d, str_id (*fact)(const struct run *), str_id *a,
			   str_id *b)
{
	*a = (str_id){ 0 };
	for (size_t i = 0; i < d->n; i++) {
		*b = fact(d->run[i]);
		if (b->i && a->i && a->i != b->i)
			return true;
		if (b->i)
			*a = *b;
	}
	return false;
}

static bool allow(struct design *d, const struct options *o, const struct buf *what)
{
	if (!o->allow_cross_host)
		return fail(d, "%.*s: not comparable (--allow-cross-host compares all the same)",
			    STR_ARG(buf_str(what)));
	design_warn(d, "%.*s", STR_ARG(buf_str(what)));
	d->cross_host = true;
	return true;
}

/* Two runs with different periods, as text. */
static bool find_periods(const struct design *d, const struct runs *runs, struct buf *what)
{
	const struct run *a = NULL;

	for (size_t i = 0; i < d->n; i++) {
		const struct run *b = d->run[i];
		double period = b->period;

		if (!(period > 0))
			continue;
		if (!a)
			a = b;
		if (unit_convert(&period, profile_text(&runs->profile, b->period_unit),
				 profile_text(&runs->profile, a->period_unit)) &&
		    fabs(period / a->period - 1) < 0.001)
			continue;
		buf_printf(what, "%s was sampled every %.0f %s, %s every %.0f %s",
			   text(runs, a->name), a->period, text(runs, a->period_unit),
			   text(runs, b->name), b->period, text(runs, b->period_unit));
		return true;
	}
	return false;
}

static bool check_alike(struct design *d, const struct runs *runs, const struct options *o)
{
	static const struct {
		const char *what;
		str_id (*fact)(const struct run *);
	} facts[] = { { "hosts", host }, { "CPU models", cpu_model } };
	struct buf what = { 0 };
	bool ok = true;
	str_id a, b;

	for (size_t i = 0; ok && i < LEN(facts); i++) {
		if (!find_different(d, facts[i].fact, &a, &b))
			continue;
		what.n = 0;
		buf_printf(&what, "the runs are from different %s (%s, %s)", facts[i].what,
			   text(runs, a), text(runs, b));
		ok = allow(d, o, &what);
	}
	what.n = 0;
	if (ok && find_periods(d, runs, &what))
		ok = allow(d, o, &what);
	if (ok && find_different(d, kernel, &a, &b))
		design_warn(d, "the runs are from different kernels (%s, %s)", text(runs, a),
			    text(runs, b));
	d->host_known = true;
	for (size_t i = 0; i < d->n; i++)
		d->host_known = d->host_known && d->run[i]->host.i;
	buf_release(&what);
	return ok;
}

/* The metric, and what a sample is worth in it */

static size_t count(const struct design *d, double (*fact)(const struct run *))
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += fact(d->run[i]) > 0;
	return n;
}

static double cpu_of(const struct run *r)
{
	return r->cpu_ns;
}

static double work_of(const struct run *r)
{
	return r->work;
}

static double wall_of(const struct run *r)
{
	return r->wall_ns;
}

/* Does the sample type measure where CPU time goes? */
static bool is_cpu(const struct runs *runs)
{
	static const char *const others[] = { "alloc", "inuse", "object", "content", "delay",
					      "lock",  "mutex", "block",  "off",     "goroutine",
					      "wall",  "heap",  "fault" };
	struct str type = profile_text(&runs->profile, runs->type);
	double bytes = 1;

	for (size_t i = 0; i < LEN(others); i++)
		if (str_find(type, str_of(others[i])) >= 0 && str_find(type, S("clock")) < 0)
			return false;
	return !unit_convert(&bytes, profile_text(&runs->profile, runs->unit), S("bytes"));
}

static bool is_time(const struct runs *runs, double *ns)
{
	*ns = 1;
	return unit_convert(ns, profile_text(&runs->profile, runs->unit), S("nanoseconds"));
}

static void fall_back(struct design *d, enum metric metric, const char *why)
{
	d->metric = metric;
	design_warn(d, "%s: %s are compared", why,
		    metric == METRIC_SHARE ? "shares of all samples" : "the profiles' values");
}

static bool choose_cpu(struct design *d, const struct runs *runs, const struct options *o)
{
	size_t known = count(d, cpu_of);
	double ns;

	d->metric = METRIC_CPU;
	if (known == d->n)
		return true;
	if (known && o->metric == METRIC_CPU)
		return fail(d, "only %zu of %zu runs say how much CPU time they took", known, d->n);
	if (known) {
		fall_back(d, METRIC_SHARE, "some runs do not say how much CPU time they took");
		return true;
	}
	d->estimated = is_time(runs, &ns);
	if (d->estimated)
		design_warn(d, "no run says how much CPU time it took: samples estimate it");
	else
		fall_back(d, METRIC_SHARE, "no run says how much CPU time it took");
	return true;
}

static bool choose_wall(struct design *d)
{
	d->metric = METRIC_WALL;
	if (count(d, wall_of) < d->n)
		return fail(d, "only %zu of %zu runs say how long they took", count(d, wall_of),
			    d->n);
	return true;
}

static bool choose_metric(struct design *d, const struct runs *runs, const struct options *o)
{
	d->metric = o->metric;
	if (o->metric == METRIC_WALL)
		return choose_wall(d);
	if (o->metric == METRIC_CPU || (o->metric == METRIC_AUTO && is_cpu(runs)))
		return choose_cpu(d, runs, o);
	if (o->metric == METRIC_AUTO)
		d->metric = METRIC_SAMPLES;
	return true;
}

/* Runs that do no counted work are taken to do the same; do they take as long? */
static void check_walls(struct design *d)
{
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < d->n; i++) {
		least = fmin(least, d->run[i]->wall_ns);
		most = fmax(most, d->run[i]->wall_ns);
	}
	if (most > 1.2 * least && d->metric != METRIC_SHARE)
		design_warn(d,
			    "runs took from %.3gs to %.3gs: if they did not do the same work, "
			    "record how much with --work, or compare with --metric share",
			    least * 1e-9, most * 1e-9);
}

static bool check_work(struct design *d, const struct runs *runs)
{
	size_t known = count(d, work_of);

	d->all_work = known == d->n;
	if (known && known < d->n)
		return fail(d, "only %zu of %zu runs say how much work they did (%.*s=)", known,
			    d->n, STR_ARG(runs->work));
	if (!known)
		check_walls(d);
	return true;
}

static void set_exposures(struct design *d, const struct runs *runs)
{
	double ns = 1;

	is_time(runs, &ns);
	d->exposure = mem_zeroed(d->n, sizeof(*d->exposure));
	d->samples = mem_zeroed(d->n, sizeof(*d->samples));
	for (size_t i = 0; i < d->n; i++) {
		const struct run *r = d->run[i];
		double n = r->samples, work = d->all_work ? r->work : 1, all;

		switch (d->metric) {
		case METRIC_CPU: all = (d->estimated ? r->value * ns : r->cpu_ns) / work; break;
		case METRIC_WALL: all = r->wall_ns / work; break;
		case METRIC_SAMPLES: all = r->value / work; break;
		default: all = 1; break;
		}
		d->samples[i] = n;
		d->exposure[i] = n / all;
		d->total_samples += n;
	}
}

/* Rounds */

static int by_round(const void *a, const void *b)
{
	const struct run *x = *(const struct run *const *)a, *y = *(const struct run *const *)b;

	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return (x->round > y->round) - (x->round < y->round);
}

static bool has_round(const struct design *d, enum side side, int64_t round)
{
	size_t first = side == BASE ? 0 : d->k[BASE];

	for (size_t i = 0; i < d->k[side]; i++)
		if (d->run[first + i]->round == round)
			return true;
	return false;
}

/* All runs name their round, and no side has two of a round. Sorts them. */
static bool rounds_known(struct design *d)
{
	qsort(d->run, d->n, sizeof(const struct run *), by_round);
	for (size_t i = 0; i < d->n; i++)
		if (d->run[i]->round < 0 || (i && d->run[i - 1]->side == d->run[i]->side &&
					     d->run[i - 1]->round == d->run[i]->round))
			return false;
	return true;
}

static size_t whole_rounds(const struct design *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->k[BASE]; i++)
		n += has_round(d, NEW, d->run[i]->round);
	return n;
}

static void pair(struct design *d, const struct runs *runs)
{
	size_t n = 0, k[2] = { 0 };

	if (!rounds_known(d) || whole_rounds(d) < 2)
		return;
	for (size_t i = 0; i < d->n; i++) {
		const struct run *r = d->run[i];

		if (has_round(d, r->side == BASE ? NEW : BASE, r->round))
			k[r->side]++;
		else
			design_warn(d, "%s is left out: its round lacks the other side",
				    text(runs, r->name));
	}
	/* has_round() looks at all runs, so they are moved only now. */
	const struct run **kept = mem_zeroed(d->n, sizeof(const struct run *));

	for (size_t i = 0; i < d->n; i++)
		if (has_round(d, d->run[i]->side == BASE ? NEW : BASE, d->run[i]->round))
			kept[n++] = d->run[i];
	memcpy(d->run, kept, n * sizeof(const struct run *));
	mem_free(kept, d->n * sizeof(const struct run *));
	d->n = n;
	memcpy(d->k, k, sizeof(k));
	d->paired = true;
}

/* Order */

static int by_time(const void *a, const void *b)
{
	const struct run *x = *(const struct run *const *)a, *y = *(const struct run *const *)b;

	return (x->time > y->time) - (x->time < y->time);
}

/* How often the side changes in the order of time. One side in the middle of the other
   is sequential, too, unless that is all there can be. */
static enum run_order order_of(const struct design *d)
{
	size_t size = d->n * sizeof(const struct run *), changes = 0;
	const struct run **sorted = mem_zeroed(d->n, sizeof(const struct run *));
	bool known = d->k[BASE] > 1 && d->k[NEW] > 1;

	memcpy(sorted, d->run, size);
	qsort(sorted, d->n, sizeof(const struct run *), by_time);
	for (size_t i = 0; i < d->n; i++) {
		known = known && sorted[i]->time;
		changes += i && sorted[i]->side != sorted[i - 1]->side;
	}
	mem_free(sorted, size);
	if (!known)
		return ORDER_UNKNOWN;
	return changes <= (d->n > 4 ? 2 : 1) ? ORDER_SEQUENTIAL : ORDER_INTERLEAVED;
}

/*
 * Does the cost of a whole run change within the sides, with time or in the order
 * given? A regression line through both, with a level for each side.
 */
static bool drifts(const struct design *d)
{
	double xx = 0, xy = 0, yy = 0, df = (double)d->n - 3, slope, rest;

	if (df < 3)
		return false;
	for (size_t side = BASE, first = 0; side <= NEW; first += d->k[side++]) {
		double mx = 0, my = 0;

		for (size_t i = first; i < first + d->k[side]; i++) {
			mx += (double)i / (double)d->k[side];
			my += log(design_total(d, i)) / (double)d->k[side];
		}
		for (size_t i = first; i < first + d->k[side]; i++) {
			double x = (double)i - mx, y = log(design_total(d, i)) - my;

			xx += x * x;
			xy += x * y;
			yy += y * y;
		}
	}
	slope = xy / xx;
	rest = (yy - slope * xy) / df;
	return rest > 0 && student_tail(fabs(slope) / sqrt(rest / xx), df) < 0.005;
}

static void check_order(struct design *d)
{
	d->order = d->paired ? ORDER_INTERLEAVED : order_of(d);
	d->drift = d->metric != METRIC_SHARE && drifts(d);
	if (d->order == ORDER_SEQUENTIAL)
		design_warn(d,
			    "the runs of one side were recorded after those of the other%s: "
			    "what else changed meanwhile looks like a change; interleave them",
			    d->drift ? ", and they drift" : "");
	else if (d->order == ORDER_UNKNOWN && d->drift)
		design_warn(d, "runs drift in the order given: interleave the sides");
}

static void check_losses(struct design *d, const struct runs *runs)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct run *r = d->run[i];

		if (r->lost > 0.01 * (r->samples + r->lost))
			design_warn(d, "%s lost %.1f%% of its samples", text(runs, r->name),
				    100 * r->lost / (r->samples + r->lost));
		if (r->nmerged > 1)
			design_warn(d, "%s is %u runs merged into one, and counts as one",
				    text(runs, r->name), r->nmerged);
	}
}

bool design_init(struct design *d, const struct runs *runs, const struct options *o)
{
	*d = (struct design){ 0 };
	if (!choose_runs(d, runs) || !check_copies(d, runs) || !check_alike(d, runs, o) ||
	    !choose_metric(d, runs, o) || !check_work(d, runs))
		return false;
	pair(d, runs);
	set_exposures(d, runs);
	check_order(d);
	check_losses(d, runs);
	return true;
}

void design_release(struct design *d)
{
	mem_free(d->run, d->cap * sizeof(const struct run *));
	mem_free(d->exposure, d->exposure ? d->n * sizeof(*d->exposure) : 0);
	mem_free(d->samples, d->samples ? d->n * sizeof(*d->samples) : 0);
	buf_release(&d->warnings);
	buf_release(&d->error);
	*d = (struct design){ 0 };
}
