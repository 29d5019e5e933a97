#include "cmd/record/record_ab.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/when.h"
#include "cmd/common.h"
#include "cmd/replicates.h"
#include "compare/compare.h"

enum { LEAST_ROUNDS = 5 };

static const char *const sides[] = { "base", "new" };

/* The directory must be empty: runs of another recording must not mix with these. */
static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool empty = true;

	while (dir && (e = readdir(dir)))
		empty &= e->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

static bool make_dir(const char *path)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return complain("%s: cannot make the directory: %s", path, strerror(errno));
	return true;
}

static bool make_dirs(const char *dir)
{
	bool ok = make_dir(dir);

	for (size_t side = 0; side < 2 && ok; side++) {
		struct buf path = { 0 };

		buf_printf(&path, "%s/%s", dir, sides[side]);
		buf_ch(&path, '\0');
		ok = make_dir(path.p);
		if (ok && !is_empty(path.p))
			ok = complain("%s: is not empty", path.p);
		buf_release(&path);
	}
	return ok;
}

/* Complain if the run failed. */
static bool check(const struct recording *r, const char *side)
{
	if (recording_interrupted() || r->failed)
		return false;
	if (WIFSIGNALED(r->status))
		return complain("the %s command was ended by signal %d", side, WTERMSIG(r->status));
	if (WEXITSTATUS(r->status))
		return complain("the %s command exited with %d", side, WEXITSTATUS(r->status));
	return true;
}

/* Record one run; round 0 only warms caches, and is not kept. */
static bool record_one(const struct recording *model, const struct ab_options *o, size_t side,
		       uint64_t round, struct recording *r)
{
	char *const command[] = { (char *)"/bin/sh", (char *)"-c", (char *)o->command[side], NULL };
	char *const shown[] = { (char *)o->command[side], NULL };
	struct buf path = { 0 };

	*r = *model;
	buf_printf(&path, "%s/%s/%03llu.pb.gz", o->dir, sides[side], (unsigned long long)round);
	buf_ch(&path, '\0');
	r->output.path = round ? path.p : "/dev/null";
	r->session.launch.command = command;
	r->session.sampler.target = TARGET_CHILD;
	r->session.sampler.children = true;
	r->facts.command = shown;
	r->facts.side = sides[side];
	r->facts.round = round;
	recording_run(r);
	buf_release(&path);
	return check(r, sides[side]);
}

static bool record_round(const struct recording *model, const struct ab_options *o, uint64_t round,
			 double seconds[2])
{
	for (size_t i = 0; i < 2; i++) {
		size_t side = round % 2 ? i : 1 - i;
		struct recording r;

		if (!record_one(model, o, side, round, &r))
			return false;
		seconds[side] = 1e-9 * (double)r.cpu_time;
	}
	if (round && common.verbose)
		note("round %llu: base %.3f s of CPU, new %.3f s", (unsigned long long)round,
		     seconds[0], seconds[1]);
	return true;
}

/* Do the runs so far suffice? Fewer than LEAST_ROUNDS rounds say little about variance. */
static bool is_enough(const struct ab_options *o, uint64_t round)
{
	char base[PATH_MAX], new[PATH_MAX];
	char *sides_of[][2] = { { base, NULL }, { new, NULL } };
	struct runs runs;
	bool verbose = common.verbose, enough;

	if (!o->compare.power_share || round < LEAST_ROUNDS)
		return false;
	snprintf(base, sizeof(base), "%s/%s", o->dir, sides[0]);
	snprintf(new, sizeof(new), "%s/%s", o->dir, sides[1]);
	common.verbose = false; /* no message for each file */
	runs_init(&runs, NULL);
	enough = load_runs(&runs, BASE, sides_of[0]) && load_runs(&runs, NEW, sides_of[1]) &&
		 compare_power_reached(&runs, &o->compare, o->compare.power_effect,
				       o->compare.power_share);
	runs_release(&runs);
	common.verbose = verbose;
	return enough;
}

/*
 * Ten runs a side show their variance. Short runs need more, until they have the samples that
 * detect a change of 10% in a function of 5% (prof-ci(7)); at most 40.
 */
static uint64_t choose_runs(const struct recording *model, const double seconds[2])
{
	const double usual = 10, most = 40, samples_wanted = 100000;
	double samples = (double)model->session.sampler.frequency * fmin(seconds[0], seconds[1]);
	double runs = samples > 0 ? ceil(samples_wanted / samples) : usual;

	if (runs > most && samples > 0)
		note("runs of %.0f samples are short: %.0f of them do not show a change of 10%% in a "
		     "function of 5%%; make them %.0f times as long",
		     samples, most, ceil(runs / most));
	return (uint64_t)fmax(usual, fmin(most, runs));
}

int record_ab(const struct recording *model, const struct ab_options *o)
{
	uint64_t begun = monotonic_ns(), runs = o->runs, round;
	double seconds[2];
	bool enough = false;

	if (!make_dirs(o->dir))
		return RECORDING_FAILED;
	for (round = 0; !round || (round <= runs && !enough); round++) {
		if (round > 1 && o->max_time && monotonic_ns() - begun >= o->max_time)
			break;
		if (!record_round(model, o, round, seconds))
			return RECORDING_FAILED;
		if (!runs)
			runs = choose_runs(model, seconds);
		enough = is_enough(o, round);
	}
	if (o->compare.power_share && !enough)
		note("these runs do not suffice to find such a change");
	note("%llu runs of each are in %s", (unsigned long long)(round - 1), o->dir);
	return 0;
}
