#include "remote/divide.h"

#include "base/vec.h"

struct dividing {
	struct profile *p;
	size_t most;
	bool (*take)(void *context, struct profile *part);
	void *context;
};

static void take_samples(struct dividing *d, const sample_id *samples, size_t n);

static void take_halves(struct dividing *d, const sample_id *samples, size_t n)
{
	take_samples(d, samples, n / 2);
	take_samples(d, samples + n / 2, n - n / 2);
}

static void take_samples(struct dividing *d, const sample_id *samples, size_t n)
{
	struct profile part;
	bool is_taken;

	if (n > d->most) {
		take_halves(d, samples, n);
		return;
	}
	profile_init_part(&part, d->p, samples, n);
	is_taken = d->take(d->context, &part);
	profile_release(&part);
	if (is_taken)
		d->p->head.time++;
	else if (n > 1)
		take_halves(d, samples, n);
}

bool divide(struct profile *p, size_t most_samples,
	    bool (*take)(void *context, struct profile *part), void *context)
{
	struct dividing d = { p, most_samples, take, context };
	VEC(sample_id) all = { 0 };

	if (p->sample.n - 1 <= most_samples && take(context, p))
		return false;
	if (p->sample.n <= 2)
		return false;
	for (uint32_t i = 1; i < p->sample.n; i++)
		vec_push(&all, { i });
	take_halves(&d, all.v, all.n);
	vec_release(&all);
	return true;
}
