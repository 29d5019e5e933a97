#include "compare/options.h"

struct options compare_defaults(void)
{
	return (struct options){
		.self = true,
		.inclusive = true,
		.min_effect = 0.01,
		.min_cost = 0.001,
		.q = 0.05,
		.gate_q = 0.01,
		.fail_on = FAIL_REGRESSION,
		.seed = 1,
	};
}
