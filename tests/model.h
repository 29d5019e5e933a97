/* Profiles for tests: each with a dictionary of its own. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "format/input.h"

/* An empty profile that counts as one. */
static inline void model_init(struct profile *p)
{
	struct dictionary *d = mem_zeroed(1, sizeof(*d));

	dict_init(d);
	profile_init(p, d);
	profile_begin(p);
}

static inline void model_release(struct profile *p)
{
	struct dictionary *d = p->dict;

	profile_release(p);
	dict_release(d);
	mem_free(d, sizeof(*d));
}

/* Append all profiles of an input in memory. False if it is bad; then nothing is. */
static inline bool model_read(struct profile *to, struct str bytes, const struct format *from)
{
	struct profile part, sum;
	struct input input;
	bool ok;

	profile_init(&part, to->dict);
	profile_init(&sum, to->dict);
	input_open_memory(&input, "input", bytes, from);
	while (input_next(&input, &part))
		profile_append(&sum, &part);
	ok = input_close(&input);
	if (ok)
		profile_append(to, &sum);
	input_release(&input);
	profile_release(&sum);
	profile_release(&part);
	return ok;
}

#endif
