#include "past.h"

#include <math.h>
#include <stdio.h>

#include "format/input.h"

static const int64_t MINUTE = INT64_C(60000000000);

struct call_pair {
	uint32_t caller, callee;
};

/* Own values by function, of the sum of a recording; then who calls whom. */
static void gather_shares(struct program *p, struct profile *sum, double *total)
{
	struct dictionary *d = sum->dict;

	for (uint32_t i = 1; i < sum->sample.n; i++) {
		double v = (double)sum->col[sum->ncol - 1].v[i];
		uint32_t leaf;
		size_t n;
		const loc_id *frame =
			dict_frames(d, profile_sample(sum, (sample_id){ i })->stack, &n);

		if (!n)
			continue;
		leaf = strings_intern(&p->name, dict_text(d, dict_frame_name(d, frame[n - 1])));
		if (leaf >= p->share.n)
			vec_append_zeroed(&p->share, leaf + 1 - p->share.n);
		p->share.v[leaf] += v;
		*total += v;
	}
}

static void gather_calls(struct program *p, const struct profile *sum)
{
	struct dictionary *d = sum->dict;

	for (uint32_t i = 1; i < sum->sample.n; i++) {
		size_t n;
		const loc_id *frame =
			dict_frames(d, profile_sample(sum, (sample_id){ i })->stack, &n);
		struct call_pair call;

		if (n < 2)
			continue;
		call.caller = strings_intern(&p->name, dict_text(d, dict_frame_name(d, frame[n - 2])));
		call.callee = strings_find(&p->name, dict_text(d, dict_frame_name(d, frame[n - 1])));
		table_intern(&p->call, &call);
	}
}

bool program_read(struct program *p, const char *path, size_t most)
{
	struct dictionary d;
	struct profile sum, part;
	struct input input;
	double total = 0, rest = 0;
	bool ok;

	*p = (struct program){ 0 };
	strings_init(&p->name);
	table_init(&p->call, sizeof(struct call_pair), sizeof(struct call_pair));
	vec_append_zeroed(&p->share, 1);
	dict_init(&d);
	profile_init(&sum, &d);
	profile_init(&part, &d);
	input_open(&input, path, NULL, NULL);
	while (input_next(&input, &part))
		profile_append(&sum, &part);
	ok = input_close(&input) && sum.ncol;
	if (ok) {
		gather_shares(p, &sum, &total);
		p->n = min_size(p->name.n, most + 1);
		gather_calls(p, &sum);
	}
	for (size_t i = p->n; i < p->share.n; i++)
		rest += p->share.v[i];
	for (size_t i = 1; i < p->n; i++)
		p->share.v[i] = (p->share.v[i] + rest / (double)(p->n - 1)) / total;
	input_release(&input);
	profile_release(&part);
	profile_release(&sum);
	dict_release(&d);
	return ok;
}

void program_release(struct program *p)
{
	vec_release(&p->share);
	strings_release(&p->name);
	table_release(&p->call);
}

uint32_t program_function(const struct program *p, double share, struct rng *rng)
{
	uint32_t best = 1, start = 1 + (uint32_t)(rng_uniform(rng) * (double)(p->n - 1));
	double least = INFINITY;

	for (size_t i = 0; i + 1 < p->n; i++) {
		uint32_t f = 1 + (uint32_t)((start + i) % (p->n - 1));
		double off = fabs(log(fmax(1e-9, p->share.v[f]) / share));

		if (p->share.v[f] >= share && off < 0.3)
			return f;
		off += p->share.v[f] < share && off > 0.05 ? 1 : 0;
		if (off < least) {
			least = off;
			best = f;
		}
	}
	return best;
}

uint32_t program_relative(const struct program *p, uint32_t function)
{
	for (uint32_t i = 1; i < p->call.n; i++) {
		const struct call_pair *c = table_row(&p->call, i);

		if (c->caller == function && c->callee < p->n && c->callee != function &&
		    p->share.v[c->callee] > 0)
			return c->callee;
		if (c->callee == function && c->caller < p->n && c->caller != function &&
		    p->share.v[c->caller] > 0)
			return c->caller;
	}
	return 0;
}

/* What a function does over time. */
struct course {
	double share, level, season, phase, drift;
	size_t outlier_until;
};

static void begin_courses(struct course *c, const struct program *p, const struct past_model *m,
			  struct rng *rng, uint8_t *trait)
{
	for (size_t f = 1; f < p->n; f++) {
		c[f] = (struct course){ .share = p->share.v[f], .level = rng_normal(rng) * m->tau };
		if (m->season > 0 && f % 3 == 0) {
			c[f].season = m->season * rng_uniform(rng);
			c[f].phase = 2 * M_PI * rng_uniform(rng);
		}
		if (m->drift > 0 && f % 10 == 1)
			c[f].drift = m->drift * (2 * rng_uniform(rng) - 1);
		if (trait)
			trait[f] = (uint8_t)((c[f].season > 0) * HAS_SEASON |
					     (c[f].drift != 0) * HAS_DRIFT);
	}
}

/* The share of each function in a window, before they are made to add up to 1. */
static void shares_of_window(double *share, struct course *c, const struct program *p,
			     const struct past_model *m, size_t w, struct rng *rng)
{
	const double memory = 0.9;
	double day = 2 * M_PI * (double)w / 1440;

	for (size_t f = 1; f < p->n; f++) {
		c[f].level = memory * c[f].level +
			     sqrt(1 - memory * memory) * m->tau * rng_normal(rng);
		share[f] = c[f].share * exp(c[f].level) * (1 + c[f].season * sin(day + c[f].phase)) *
			   (1 + c[f].drift * (double)w / (double)m->windows);
		if (m->outlier > 0 && rng_uniform(rng) < m->outlier)
			c[f].outlier_until = w + 1 + (rng_uniform(rng) < 0.5);
		if (w < c[f].outlier_until)
			share[f] *= 3;
	}
}

static void happen(double *share, const struct events *events, size_t w)
{
	for (size_t i = 0; i < events->n; i++) {
		const struct event *e = &events->v[i];
		double was = share[e->function];

		if (w < e->window)
			continue;
		share[e->function] *= e->factor;
		if (e->to)
			share[e->to] += was - share[e->function];
	}
}

static void copy_calls(struct history *h, const struct program *p)
{
	for (uint32_t i = 1; i < p->name.n; i++)
		history_function(h, strings_get(&p->name, i));
	for (uint32_t i = 1; i < p->call.n; i++) {
		const struct call_pair *c = table_row(&p->call, i);

		history_call(h, c->caller, c->callee);
	}
}

static void add_window(struct history *h, const struct program *p, const struct past_model *m,
		       const double *share, size_t w, struct rng *rng)
{
	double sum = 0, total = 0,
	       samples = m->samples * (1 + m->load * sin(2 * M_PI * (double)w / 1440));

	for (size_t f = 1; f < p->n; f++)
		sum += share[f];
	for (size_t f = 1; f < p->n; f++) {
		double v = floor(rng_count(rng, samples * share[f] / sum, m->phi) + 0.5);

		if (v > 0)
			history_add(h, (uint32_t)f, (uint32_t)w, (int64_t)v);
		total += v > 0 ? v : 0;
	}
	history_add_total(h, (uint32_t)w, total);
}

void past_make(struct history *h, const struct program *p, const struct past_model *m,
	       const struct events *events, struct rng *rng, uint8_t *trait)
{
	struct course *c = mem_zeroed(p->n, sizeof(*c));
	double *share = mem_zeroed(p->n, sizeof(*share));
	size_t gap = (size_t)(rng_uniform(rng) * (double)m->windows);
	uint32_t versions = 1;

	history_init(h, MINUTE);
	history_window(h, INT64_C(1795824000) * 1000000000, &(uint32_t){ 0 });
	copy_calls(h, p);
	begin_courses(c, p, m, rng, trait);
	for (size_t w = 0; w < m->windows; w++) {
		bool missing = m->missing > 0 && m->windows > 1440 &&
			       (rng_uniform(rng) < m->missing || (w >= gap && w < gap + 180));
		char version[24];

		for (size_t i = 0; i < events->n; i++)
			missing &= events->v[i].window + 30 < w || w + 30 < events->v[i].window;
		shares_of_window(share, c, p, m, w, rng);
		happen(share, events, w);
		if (missing)
			continue;
		add_window(h, p, m, share, w, rng);
		for (size_t i = 0; i < events->n; i++)
			if (events->v[i].is_deploy && events->v[i].window == w)
				versions++;
		snprintf(version, sizeof(version), "1.%u", versions);
		history_label(h, S("version"), str_of(version), (uint32_t)w);
	}
	h->unit = 1;
	history_end(h);
	mem_free(c, p->n * sizeof(*c));
	mem_free(share, p->n * sizeof(*share));
}
