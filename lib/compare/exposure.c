/* The metric, and the value of a sample of each run in it. */
#include <math.h>

#include "compare/design_steps.h"
#include "profile/unit.h"

static size_t count_known(const struct design *d, double (*fact)(const struct run *))
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
	struct str type = dict_text(runs->profile.dict, runs->type);
	double bytes = 1;

	for (size_t i = 0; i < LEN(others); i++)
		if (str_find(type, str_of(others[i])) >= 0 && str_find(type, S("clock")) < 0)
			return false;
	return !unit_convert(&bytes, dict_text(runs->profile.dict, runs->unit), S("bytes"));
}

static bool is_time(const struct runs *runs, double *ns)
{
	*ns = 1;
	return unit_convert(ns, dict_text(runs->profile.dict, runs->unit), S("nanoseconds"));
}

static void fall_back(struct design *d, enum metric metric, const char *why)
{
	d->metric = metric;
	design_warn(d, "%s: %s are compared", why,
		    metric == METRIC_SHARE ? "shares of all samples" : "the profiles' values");
}

static bool choose_cpu(struct design *d, const struct runs *runs, const struct options *o)
{
	size_t known = count_known(d, cpu_of);
	double ns;

	d->metric = METRIC_CPU;
	if (known == d->n)
		return true;
	if (known && o->metric == METRIC_CPU)
		return design_fail(d, "only %zu of %zu runs say how much CPU time they took", known,
				   d->n);
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
	if (count_known(d, wall_of) < d->n)
		return design_fail(d, "only %zu of %zu runs say how long they took",
				   count_known(d, wall_of), d->n);
	return true;
}

static bool choose_any(struct design *d, const struct runs *runs, const struct options *o)
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

/* Shares have no total. A gate for one would pass whatever happens. */
bool choose_metric(struct design *d, const struct runs *runs, const struct options *o)
{
	if (!choose_any(d, runs, o))
		return false;
	if (d->metric == METRIC_SHARE && o->fail_on & FAIL_TOTAL)
		return design_fail(d, "shares add up to 100%%, so --fail-on total has nothing to "
				      "test (--metric samples compares the counts)");
	return true;
}

/*
 * Runs without an amount of work are taken to do the same work. Warn if those of one side take
 * different times. CPU time is checked if known, since it depends less on other load.
 */
static void check_lengths(struct design *d)
{
	bool cpu = count_known(d, cpu_of) == d->n;
	double (*length)(const struct run *) = cpu ? cpu_of : wall_of;

	for (size_t side = BASE, first = 0; side <= NEW; first += d->k[side++]) {
		double least = INFINITY, most = 0;

		for (size_t i = first; i < first + d->k[side]; i++) {
			least = fmin(least, length(d->run[i]));
			most = fmax(most, length(d->run[i]));
		}
		if (!(most > 1.2 * least) || d->metric == METRIC_SHARE)
			continue;
		design_warn(d,
			    "runs of one side took from %.3gs to %.3gs%s: if they did not do the "
			    "same work, record how much (prof-record --fact work=N), or compare "
			    "with --metric share",
			    least * 1e-9, most * 1e-9, cpu ? " of CPU time" : "");
		return;
	}
}

bool check_work(struct design *d, const struct runs *runs)
{
	size_t known = count_known(d, work_of);

	d->all_work = known == d->n;
	if (known && known < d->n)
		return design_fail(d, "only %zu of %zu runs say how much work they did (%.*s=)",
				   known, d->n, STR_ARG(runs->work));
	if (!known)
		check_lengths(d);
	return true;
}

void set_exposures(struct design *d, const struct runs *runs)
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
