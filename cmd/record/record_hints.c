#include "cmd/record/record_hints.h"

#include "cmd/common.h"

enum { LEAST_PERCENT = 5 }; /* of the samples, for a hint to be given */

/* A runtime, identified by its evaluator's function or by its image, and how to get names. */
static const struct runtime {
	const char *evaluator;  /* NULL: its code is compiled */
	const char *named_as;   /* prefix of the names that interpreted functions get */
	const char *image;      /* the file that has frames in its stacks; NULL = any */
	const char *functions;  /* what lacks names */
	const char *by_option;  /* how to get names in a program that is started */
	const char *if_running; /* how to get names in a running program */
} runtimes[HINTS] = {
	{ "_PyEval_EvalFrameDefault", "py::", NULL, "functions of Python",
	  "--jit-names names them (Python 3.12 and later)",
	  "Python 3.12 and later names them if it is started with PYTHONPERFSUPPORT=1" },
	{ NULL, NULL, "node", "compiled functions of JavaScript", "--jit-names names them",
	  "node names them if it is started with --perf-basic-prof" },
	{ NULL, NULL, "libjvm.so", "compiled methods of Java", "--jit-names names them",
	  "jcmd PID Compiler.perfmap names them" },
	{ NULL, NULL, "libcoreclr.so", "compiled methods of .NET", "--jit-names names them",
	  "dotnet names them if it is started with DOTNET_PerfMapEnabled=1" },
	{ NULL, NULL, NULL, "functions that a JIT compiler made",
	  "--jit-names, or the runtime's own option, may name them",
	  "a map of its runtime, /tmp/perf-PID.map, would name them" },
};

static bool is_unnamed_jit(const struct dictionary *d, loc_id loc)
{
	const struct loc *l = dict_loc(d, loc);

	return l->flags & LOC_JIT && !l->func.i;
}

static bool is_in_image(const struct dictionary *d, loc_id loc, const char *image)
{
	const struct mapping *m = dict_mapping(d, dict_loc(d, loc)->map);

	return str_eq(str_basename(dict_text(d, m->file)), str_of(image));
}

/* Does the stack have a frame of this runtime that lacks its name? */
static bool lacks_names(const struct runtime *r, struct dictionary *d, const loc_id *frame,
			size_t n)
{
	bool found = !r->image, unnamed = false;

	for (size_t i = 0; i < n; i++) {
		struct str name = dict_text(d, dict_frame_name(d, frame[i]));

		if (r->named_as && str_starts(name, str_of(r->named_as)))
			return false;
		found = found || is_in_image(d, frame[i], r->image);
		unnamed = unnamed || (r->evaluator ? str_eq(name, str_of(r->evaluator)) :
						     is_unnamed_jit(d, frame[i]));
	}
	return found && unnamed;
}

/* The row of the first runtime that lacks names in a stack; HINTS if there is none. */
static size_t runtime_of(struct dictionary *d, stack_id stack)
{
	size_t n, row = 0;
	const loc_id *frame = dict_frames(d, stack, &n);

	while (row < HINTS && !lacks_names(&runtimes[row], d, frame, n))
		row++;
	return row;
}

void record_hints_look(struct record_hints *h, struct profile *p)
{
	double all = 0, by[HINTS + 1] = { 0 };

	if (h->jit || !p->ncol)
		return;
	for (uint32_t i = 1; i < p->sample.n; i++) {
		double v = (double)p->col[0].v[i];

		all += v;
		by[runtime_of(p->dict, profile_sample(p, (sample_id){ i })->stack)] += v;
	}
	for (size_t i = 0; i < HINTS; i++) {
		if (h->given[i] || (h->interpreted && runtimes[i].evaluator) || all <= 0 ||
		    100 * by[i] < LEAST_PERCENT * all)
			continue;
		h->given[i] = true;
		note("%.0f%% of the samples have %s without names: %s", 100 * by[i] / all,
		     runtimes[i].functions,
		     h->launched ? runtimes[i].by_option : runtimes[i].if_running);
	}
}
