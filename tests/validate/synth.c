#include "synth.h"

#include <math.h>
#include <stdio.h>

#include "compare/random.h"

/* Random numbers, by textbook transformations. */

static uint64_t bits(struct rng *r)
{
	return random_bits(&r->state);
}

double rng_uniform(struct rng *r)
{
	return ((double)(bits(r) >> 11) + 0.5) * 0x1p-53;
}

double rng_normal(struct rng *r)
{
	return sqrt(-2 * log(rng_uniform(r))) * cos(2 * M_PI * rng_uniform(r));
}

/* Student's t with 3 degrees of freedom, scaled to a variance of 1. */
static double heavy(struct rng *r)
{
	double chi2 = 0;

	for (int i = 0; i < 3; i++) {
		double z = rng_normal(r);

		chi2 += z * z;
	}
	return rng_normal(r) / sqrt(chi2 / 3) / sqrt(3);
}

/* Marsaglia and Tsang (2000) */
static double gamma_variable(struct rng *r, double shape)
{
	double d, c, x, v;

	if (shape < 1)
		return gamma_variable(r, shape + 1) * pow(rng_uniform(r), 1 / shape);
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	do {
		do {
			x = rng_normal(r);
			v = 1 + c * x;
		} while (v <= 0);
		v = v * v * v;
	} while (log(rng_uniform(r)) > x * x / 2 + d - d * v + d * log(v));
	return d * v;
}

static double binomial_half(struct rng *r, uint64_t n)
{
	int sum = 0;

	for (; n >= 64; n -= 64)
		sum += __builtin_popcountll(bits(r));
	if (n)
		sum += __builtin_popcountll(bits(r) >> (64 - n));
	return sum;
}

/* By thinning: of a Poisson process of which half of the events are known. */
static double poisson(struct rng *r, double mean)
{
	double product = 1, count = 0;

	while (mean > 30) { /* the time of the k-th event is a gamma variable */
		double k = floor(mean * 7 / 8), t = gamma_variable(r, k);

		if (t > mean) { /* k - 1 events, uniform before t */
			double n = 0;

			for (double i = 0; i < k - 1; i++)
				n += rng_uniform(r) < mean / t;
			return count + n;
		}
		count += k;
		mean -= t;
	}
	for (double limit = exp(-mean); (product *= rng_uniform(r)) > limit;)
		count++;
	return count;
}

double rng_count(struct rng *r, double mean, double phi)
{
	double n;

	if (!(mean > 0))
		return 0;
	if (phi > 1)
		return poisson(r, gamma_variable(r, mean / (phi - 1)) * (phi - 1));
	if (phi == 1)
		return poisson(r, mean);
	n = floor(2 * mean); /* phi = 1/2, whatever was asked for */
	return binomial_half(r, (uint64_t)n + (rng_uniform(r) < 2 * mean - n));
}

/* The program */

const char *world_name(uint32_t function)
{
	static char name[32];
	static const char *const known[] = { "main", "culprit20", "culprit5", "culprit1" };

	if (function < LEN(known))
		return known[function];
	snprintf(name, sizeof(name), "f%u", function);
	return name;
}

static loc_id frame(struct world *w, const char *name, uint32_t flags)
{
	struct profile *p = &w->runs->profile;
	struct func f = { .name = dict_intern(p->dict, str_of(name)),
			  .file = dict_intern(p->dict, S("src/program.c")) };

	f.line = 10 + f.name.i;
	return dict_add_loc(p->dict, (struct loc){ .func = dict_add_func(p->dict, f),
						   .line = f.line,
						   .flags = flags });
}

static uint32_t depth_of(const struct world *w, uint32_t f)
{
	uint32_t depth = 0;

	for (; f; f = w->parent[f])
		depth++;
	return depth;
}

/* Culprits are called from the first functions below main, others from anywhere. */
static void grow_tree(struct world *w, struct rng *rng)
{
	enum { DEEPEST = 12 };

	for (uint32_t f = 1; f < w->nfunction; f++) {
		do
			w->parent[f] = f < FIRST_OTHER + 2 ? 0 : (uint32_t)(rng_uniform(rng) * f);
		while (depth_of(w, f) > DEEPEST ||
		       (w->parent[f] >= CULPRIT_20 && w->parent[f] <= CULPRIT_1));
	}
	for (uint32_t f = CULPRIT_20; f <= CULPRIT_1 && w->nfunction > FIRST_OTHER + 2; f++)
		w->parent[f] = FIRST_OTHER + f % 2;
}

static void share_out(struct world *w)
{
	double sum = 0, rest = 0.74;

	w->share[CULPRIT_20] = 0.20;
	w->share[CULPRIT_5] = 0.05;
	w->share[CULPRIT_1] = 0.01;
	for (uint32_t f = FIRST_OTHER; f < w->nfunction; f++)
		sum += pow(f - FIRST_OTHER + 1, -1.1);
	for (uint32_t f = FIRST_OTHER; f < w->nfunction; f++)
		w->share[f] = rest * pow(f - FIRST_OTHER + 1, -1.1) / sum;
}

struct path {
	uint32_t f[64];
	size_t n;
};

/* Root first. Some functions are also called from a second place. */
static void find_path(const struct world *w, uint32_t f, uint32_t below, struct path *path)
{
	uint32_t up[64];
	size_t n = 0;

	up[n++] = f;
	for (uint32_t at = below; at; at = w->parent[at])
		up[n++] = at;
	path->n = 0;
	path->f[path->n++] = 0;
	while (n--)
		if (up[n])
			path->f[path->n++] = up[n];
}

/* With REFACTOR_SHIFT, the function whose time goes to g: the caller of g, or its like below main. */
static uint32_t donor_of(const struct world *w, uint32_t g)
{
	return w->parent[g] ? w->parent[g] : FIRST_OTHER + (g == FIRST_OTHER);
}

static uint32_t flags_of(const struct world *w, enum refactor how, uint32_t g, uint32_t f)
{
	bool like = !w->parent[f] && f == donor_of(w, g);

	return how == REFACTOR_SHIFT && (f == g || (like && !w->parent[g])) ? LOC_INLINED : 0;
}

/* A stack after the refactoring of function g; a split's part with `part`. */
static stack_id stack_of(struct world *w, const struct path *path, enum refactor how, uint32_t g,
			 bool part)
{
	loc_id frames[64];
	size_t n = 0;

	for (size_t i = 0; i < path->n; i++) {
		uint32_t f = path->f[i];

		if (f == g && how == REFACTOR_INLINE)
			continue;
		if (f == g && how == REFACTOR_MOVE && i + 1 < path->n)
			continue;
		if (f == g && how == REFACTOR_WRAP)
			frames[n++] = frame(w, "wrapper", 0);
		if (f == g && how == REFACTOR_SHIFT)
			frames[n++] = frame(w, "inline", LOC_INLINED);
		frames[n++] = frame(w, f == g && how == REFACTOR_RENAME ? "renamed" : world_name(f),
				    flags_of(w, how, g, f));
	}
	if (part)
		frames[n++] = frame(w, "part", 0);
	return dict_add_stack(w->runs->profile.dict, frames, n);
}

static sample_id sample(struct world *w, stack_id stack)
{
	return profile_add_sample(&w->runs->profile, stack, (label_set_id){ 0 });
}

/* Let a part of the donor's time go to g, as much as a quarter of that of g. */
static void plan_shift(struct world *w, struct stack_plan *s, uint32_t g)
{
	struct path path;

	find_path(w, g, w->parent[g], &path);
	s->part = fmin(0.9, w->share[g] / 4 / w->share[s->function]);
	s->extra = sample(w, stack_of(w, &path, REFACTOR_SHIFT, g, false));
}

static void plan(struct world *w, uint32_t f, uint32_t below, double share, enum refactor how,
		 uint32_t g)
{
	struct stack_plan *s = &w->stack[w->nstack++];
	struct path path;

	find_path(w, f, below, &path);
	*s = (struct stack_plan){ .function = f, .below = below, .share = share, .factor = 1 };
	s->sample[BASE] = sample(w, stack_of(w, &path, how == REFACTOR_SHIFT ? how : REFACTOR_NONE,
					     g, false));
	s->sample[NEW] = sample(w, stack_of(w, &path, how, g, false));
	if (how == REFACTOR_SHIFT && f == donor_of(w, g))
		plan_shift(w, s, g);
	if (how == REFACTOR_SPLIT && f == g) {
		s->part = 0.5;
		s->extra = sample(w, stack_of(w, &path, how, g, true));
	}
}

void world_init(struct world *w, struct runs *runs, uint32_t nfunction, enum refactor refactor,
		uint32_t refactored, struct rng *rng)
{
	*w = (struct world){ .runs = runs, .nfunction = nfunction };
	w->parent = mem_zeroed(nfunction, sizeof(*w->parent));
	w->share = mem_zeroed(nfunction, sizeof(*w->share));
	w->factor = mem_zeroed(nfunction, sizeof(*w->factor));
	w->stack = mem_zeroed((size_t)nfunction * 2, sizeof(*w->stack));
	grow_tree(w, rng);
	share_out(w);
	for (uint32_t f = 1; f < nfunction; f++) {
		double elsewhere = f >= FIRST_OTHER && rng_uniform(rng) < 0.2 ? 0.3 : 0;

		w->factor[f] = 1;
		plan(w, f, w->parent[f], w->share[f] * (1 - elsewhere), refactor, refactored);
		if (elsewhere > 0)
			plan(w, f, w->parent[(uint32_t)(rng_uniform(rng) * f)],
			     w->share[f] * elsewhere, refactor, refactored);
	}
	runs->type = dict_intern(runs->profile.dict, S("cpu"));
	runs->unit = dict_intern(runs->profile.dict, S("nanoseconds"));
}

bool world_is_below(const struct world *w, const struct stack_plan *s, uint32_t function)
{
	uint32_t at = s->below;

	while (at && at != function)
		at = w->parent[at];
	return s->function == function || at == function;
}

void world_call_more(struct world *w, uint32_t function, double factor)
{
	for (size_t i = 0; i < w->nstack; i++)
		if (world_is_below(w, &w->stack[i], function))
			w->stack[i].factor = factor;
}

void world_clear(struct world *w)
{
	for (size_t i = 0; i < w->runs->n; i++)
		mem_free(w->runs->run[i].cell,
			 w->runs->run[i].ncell * sizeof(*w->runs->run[i].cell));
	w->runs->n = 0;
}

void world_release(struct world *w)
{
	mem_free(w->parent, w->nfunction * sizeof(*w->parent));
	mem_free(w->share, w->nfunction * sizeof(*w->share));
	mem_free(w->factor, w->nfunction * sizeof(*w->factor));
	mem_free(w->stack, (size_t)w->nfunction * 2 * sizeof(*w->stack));
}

/* Runs */

/* By function: how much longer than usual it takes in one run, as a factor. */
static void draw_times(const struct world *w, const struct noise_model *m, double *time,
		       struct rng *rng)
{
	double *tree = mem_zeroed(w->nfunction, sizeof(*tree));
	double own = m->shape == SHAPE_TREE ? m->tau * M_SQRT1_2 : m->tau;

	for (uint32_t f = 0; f < w->nfunction; f++) {
		double z = m->shape == SHAPE_HEAVY ? heavy(rng) : rng_normal(rng);

		/* the callers' effects add up to one, the nearest ones count most */
		if (m->shape == SHAPE_TREE)
			tree[f] = f ? M_SQRT1_2 * (tree[w->parent[f]] + rng_normal(rng)) :
				      rng_normal(rng);
		time[f] = exp(own * z + m->tau * M_SQRT1_2 * tree[f] - m->tau * m->tau / 2);
		if (m->shape == SHAPE_MODES && f % 10 == 5 && rng_uniform(rng) < 0.5)
			time[f] *= 1.1;
	}
	mem_free(tree, w->nfunction * sizeof(*tree));
}

static void put(struct run *run, sample_id sample, double count)
{
	if (count > 0)
		run->cell[run->ncell++] = (struct cell){ .sample = sample,
							 .value = (int64_t)count * 1000000 };
}

static void record(struct world *w, const struct noise_model *m, enum side side, double speed,
		   struct run *run, struct rng *rng)
{
	double *time = mem_zeroed(w->nfunction, sizeof(*time)), cpu = 0, samples = 0;

	draw_times(w, m, time, rng);
	run->cell = mem_zeroed(w->nstack * 2, sizeof(*run->cell));
	for (size_t i = 0; i < w->nstack; i++) {
		const struct stack_plan *s = &w->stack[i];
		double t = s->share * speed * time[s->function], n;

		if (side == NEW)
			t *= w->factor[s->function] * s->factor;
		cpu += t;
		n = rng_count(rng, t * m->samples, m->phi);
		samples += n;
		if (side == NEW && s->part > 0) {
			double part = floor(n * s->part);

			put(run, s->extra, part);
			n -= part;
		}
		put(run, s->sample[side], n);
	}
	run->cell = mem_resize(run->cell, w->nstack * 2 * sizeof(*run->cell),
			       run->ncell * sizeof(*run->cell));
	run->samples = samples;
	run->value = samples * 1e6;
	run->cpu_ns = cpu * m->samples * 1e6;
	mem_free(time, w->nfunction * sizeof(*time));
}

static void record_run(struct world *w, const struct noise_model *m, enum side side, size_t round,
		       double speed, struct rng *rng)
{
	struct runs *r = w->runs;
	struct run *run;

	r->run = mem_grow(r->run, &r->cap, r->n + 1, sizeof(*r->run));
	run = &r->run[r->n++];
	*run = (struct run){ .side = side, .unit = 1, .work = NAN, .wall_ns = NAN, .lost = NAN };
	run->round = m->round > 0 ? (int64_t)round : -1;
	run->time = 1000000000 * (1 + (int64_t)round * 2 + (int64_t)((side == NEW) ^ (round % 2)));
	record(w, m, side, speed * exp(m->speed * rng_normal(rng)), run, rng);
}

void world_record(struct world *w, const struct noise_model *m, const size_t k[2], struct rng *rng)
{
	for (size_t i = 0; i < k[BASE] || i < k[NEW]; i++) {
		double round = exp(m->round * rng_normal(rng));

		for (int side = BASE; side <= NEW; side++)
			if (i < k[side])
				record_run(w, m, (enum side)side, i, round, rng);
	}
}
