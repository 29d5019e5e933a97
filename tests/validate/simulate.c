/*
 * simulate FIGURE [COMPARISONS [SEED]]: how often comparisons of made-up profiles are
 * right. Prints rows of a markdown table.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare/compare.h"
#include "compare/special.h"
#include "synth.h"

static struct options defaults(void)
{
	return (struct options){
		.self = true,
		.inclusive = true,
		.min_effect = getenv("EFFECT") ? atof(getenv("EFFECT")) : 0.01,
		.min_cost = 0.001,
		.q = 0.05,
		.gate_q = 0.01,
		.fail_on = FAIL_REGRESSION,
		.seed = 1,
	};
}

static int aa(size_t n, uint64_t seed)
{
	static const double phis[] = { 0.5, 1, 3 }, taus[] = { 0, 0.01, 0.05 };
	static const size_t ks[] = { 3, 5, 10 };
	static const uint32_t ms[] = { 20, 200, 2000 };
	struct options o = defaults();
	size_t fails[3][3][3][3][NSHAPE] = { 0 }, total[3] = { 0 }, failk[3] = { 0 },
	       conf[3] = { 0 }, fshape[3][NSHAPE] = { 0 }, ftau[3][3] = { 0 }, count = 0;
	struct rng rng = { seed };
	double speed = getenv("SPEED") ? atof(getenv("SPEED")) : 0;

	for (size_t rep = 0; count < n; rep++) {
		for (size_t mi = 0; mi < 3; mi++) {
			struct runs runs;
			struct world w;

			runs_init(&runs, NULL);
			world_init(&w, &runs, ms[mi], REFACTOR_NONE, 0, &rng);
			for (size_t i = 0; i < 81 && count < n; i++, count++) {
				size_t ki = i % 3, pi = i / 3 % 3, ti = i / 9 % 3, si = i / 27;
				struct noise_model m = { .samples = rep % 2 ? 5000 : 20000,
							 .phi = phis[pi],
							 .tau = taus[ti],
							 .speed = speed,
							 .round = rep % 4 < 2 ? 0 : 0.03,
							 .shape = (enum shape)si };
				struct comparison c;
				bool ok = false;

				world_record(&w, &m, (size_t[]){ ks[ki], ks[ki] }, &rng);
				if (!compare(&c, &runs, &o))
					printf("error %s\n", c.error);
				total[ki]++;
				if (c.gated) {
					failk[ki]++;
					fails[mi][ki][pi][ti][si]++;
					fshape[ki][si]++;
					ftau[ki][ti]++;
					for (size_t r = 0; r < c.nrow; r++)
						ok |= c.row[r].gated &&
						      c.row[r].confirmed <= c.gate_q;
					conf[ki] += ok;
				}
				comparison_release(&c);
				world_clear(&w);
			}
			world_release(&w);
			runs_release(&runs);
		}
	}
	for (size_t k = 0; k < 3; k++)
		printf("K=%zu: %zu of %zu fail = %.2f%%  (confirmed %zu)  shapes %zu %zu %zu tau %zu %zu %zu\n",
		       ks[k], failk[k], total[k], 100.0 * failk[k] / total[k], conf[k],
		       fshape[k][0], fshape[k][1], fshape[k][2], ftau[k][0], ftau[k][1],
		       ftau[k][2]);
	return 0;
}

static int power(size_t n, uint64_t seed)
{
	static const struct {
		uint32_t f;
		double by;
	} what[] = { { CULPRIT_5, .1 }, { CULPRIT_1, .2 }, { CULPRIT_20, .05 } };
	static const double deltas[] = { 0, .005, .01, .015, .02 };
	for (size_t di = 0; di < LEN(deltas); di++)
		for (size_t i = 0; i < LEN(what); i++) {
			struct runs runs;
			struct world w;
			struct rng rng = { seed };
			struct options o = defaults();
			struct noise_model m = { .samples = 20000, .phi = 1.2, .tau = .01 };
			size_t found = 0, first = 0, anc = 0, conf = 0;
			double mde[3] = { 0 };
			o.min_effect = deltas[di];
			runs_init(&runs, NULL);
			world_init(&w, &runs, 200, REFACTOR_NONE, 0, &rng);
			w.factor[what[i].f] = 1 + what[i].by;
			for (size_t j = 0; j < n; j++) {
				struct comparison c;
				bool hit = false;
				size_t others = 0;
				world_record(&w, &m, (size_t[]){ 10, 10 }, &rng);
				compare(&c, &runs, &o);
				for (size_t r = 0; r < c.nrow; r++) {
					struct str nm =
						profile_text(c.items.p,
							     c.items.item[c.row[r].item].name);
					bool is = str_eq(nm, str_of(world_name(what[i].f)));
					if (c.row[r].gated && is) {
						hit = true;
						conf += c.row[r].confirmed <= .01;
						if (r == 0)
							first++;
					}
					if (c.row[r].listed && c.row[r].verdict == SLOWER && !is)
						others++;
				}
				found += hit;
				anc += others;
				for (int k = 0; k < 3; k++)
					mde[k] += c.power[k].effect / n;
				comparison_release(&c);
				world_clear(&w);
			}
			printf("delta %.3f %s +%.0f%%: power %.3f conf %.3f first %.3f others %.3f mde %.3f %.3f %.3f\n",
			       deltas[di], world_name(what[i].f), 100 * what[i].by,
			       (double)found / n, (double)conf / n, (double)first / found,
			       (double)anc / n, mde[0], mde[1], mde[2]);
			world_release(&w);
			runs_release(&runs);
		}
	return 0;
}

int main(int argc, char **argv)
{
	size_t n = argc > 2 ? (size_t)atol(argv[2]) : 1000;
	uint64_t seed = argc > 3 ? (uint64_t)atol(argv[3]) : 1;

	if (argc > 1 && strcmp(argv[1], "aa") == 0)
		return aa(n, seed);
	if (argc > 1 && strcmp(argv[1], "power") == 0)
		return power(n, seed);
	return 2;
}
