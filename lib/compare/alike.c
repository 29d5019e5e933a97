/* Checking that runs are comparable: that they were recorded on one host, in one way. */
#include "compare/design_steps.h"

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

/* Find two runs with different values of a fact, *a and *b; false if there are none. */
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
		return design_fail(
			d, "%.*s: not comparable (--allow-cross-host compares all the same)",
			STR_ARG(buf_str(what)));
	design_warn(d, "%.*s", STR_ARG(buf_str(what)));
	d->cross_host = true;
	return true;
}

/* Describe two runs with different periods. */
static bool find_periods(const struct design *d, const struct runs *runs, struct buf *what)
{
	for (size_t i = 1; i < d->n; i++)
		if (runs_differ_in_period(runs, d->run[0], d->run[i], what))
			return true;
	return false;
}

bool check_alike(struct design *d, const struct runs *runs, const struct options *o)
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
			   design_text(runs, a), design_text(runs, b));
		ok = allow(d, o, &what);
	}
	what.n = 0;
	if (ok && find_periods(d, runs, &what))
		ok = allow(d, o, &what);
	if (ok && find_different(d, kernel, &a, &b))
		design_warn(d, "the runs are from different kernels (%s, %s)", design_text(runs, a),
			    design_text(runs, b));
	d->host_known = true;
	for (size_t i = 0; i < d->n; i++)
		d->host_known = d->host_known && d->run[i]->host.i;
	buf_release(&what);
	return ok;
}
